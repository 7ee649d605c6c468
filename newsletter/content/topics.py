"""The topics that readers can choose, and how an item's tags are matched to them."""

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """One row of `[topics]`."""

    key: str
    #: By language; a plain string in the settings stands for every language.
    labels: Mapping[str, str]
    aliases: tuple[str, ...] = ()

    def label(self, language: str) -> str:
        """Return the label in *language*, else in the first language that has one."""
        return self.labels.get(language) or next(iter(self.labels.values()), self.key)


def fold(text: str) -> str:
    """Return *text* for comparing: without case, accents, hyphens, underscores and spaces.

    So `Enquêtes financières`, `enquetes-financieres` and `EnquetesFinancieres` are one.
    """
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(character for character in decomposed if character.isalnum())


@dataclass(frozen=True, slots=True)
class TopicMatcher:
    """Sorts the tags of an item into known topics and the rest."""

    topics: tuple[Topic, ...]
    _by_name: dict[str, str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        names: dict[str, str] = {}
        for topic in self.topics:
            for name in (topic.key, *topic.labels.values(), *topic.aliases):
                names.setdefault(fold(name), topic.key)
        object.__setattr__(self, "_by_name", names)

    def match(self, tags: Iterable[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return the keys of the topics that *tags* name, and the tags that name none, as written."""
        topics: dict[str, None] = {}
        others: dict[str, None] = {}
        for tag in tags:
            key = self._by_name.get(fold(tag))
            if key is None:
                others[tag] = None
            else:
                topics[key] = None
        return tuple(topics), tuple(others)
