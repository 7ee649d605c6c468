"""What can be chosen: digests, topics and languages, as the settings name them."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What the newsletter offers its readers."""

    #: Key → title; the first is what people get who name none.
    digests: Mapping[str, str]
    #: Key → how often, as a message of the catalogues: "once a month".
    frequencies: Mapping[str, str] = field(default_factory=dict)
    #: Key → language → label.
    topics: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    #: The first is the default.
    languages: tuple[str, ...]

    @property
    def default_digest(self) -> str:
        """The digest of people who name none."""
        return next(iter(self.digests))

    def topic_label(self, topic: str, lang: str) -> str:
        """Return what *topic* is called in *lang*, else in the first language that has a word for it."""
        labels = self.topics.get(topic, {})
        return labels.get(lang) or next(iter(labels.values()), topic)


def match_language(wanted: str, languages: tuple[str, ...]) -> str | None:
    """Return the one of *languages* that *wanted* (a BCP 47 tag) is, or is a variety of; None when there is none.

    `fr-BE` is `fr` where only that is offered; the other way round nothing is guessed.
    """
    by_tag = {language.casefold(): language for language in languages}
    tag = wanted.strip().replace("_", "-").casefold()
    while tag:
        if tag in by_tag:
            return by_tag[tag]
        tag = tag.rpartition("-")[0]
    return None
