"""What the variants of an issue share, made once: rendered bodies and prepared pictures."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from newsletter.content.body.blocks import ImageBlock
from newsletter.content.items import Item
from newsletter.issues.values import Issue, Variant
from newsletter.rendering.bodies import body_of, introduction_body, is_printed_whole, prose_of
from newsletter.rendering.look import Look
from newsletter.rendering.manuscript import Prose, SectionName
from newsletter.rendering.pictures import (
    Pictures,
    WantedPicture,
    lead_request,
    prepare,
    prose_request,
    thumbnail_request,
)
from newsletter.rendering.sectioning import lead_of, section_of

if TYPE_CHECKING:
    from newsletter.content.body.markdown import Body


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """Bodies and pictures of every item and language of an issue."""

    issue: Issue
    pictures: Pictures
    #: By path of the file.
    bodies: Mapping[str, "Body"]
    #: By language; "" stands for every language that has none of its own.
    introductions: Mapping[str, "Body"]

    def prose(self, item: Item) -> Prose | None:
        """Return the text of *item* if it is printed whole."""
        body = self.bodies.get(item.path)
        return prose_of(body, item.lang, self.pictures) if body else None

    def introduction(self, lang: str) -> Prose | None:
        """Return the introduction for readers of *lang*."""
        language = _introduction_language(self.issue, lang)
        if language is None:
            return None
        return prose_of(self.introductions[language], language or lang, self.pictures)


def gather(issue: Issue, variants: Sequence[Variant], look: Look) -> Material:
    """Render every body and prepare every picture that *variants* need.

    Raises `ContentError` with all pictures that cannot be used.
    """
    told = {(item.path, section): (item, section) for item, section in _told(issue, variants)}.values()
    printed = {item.path: item for item, _ in told if is_printed_whole(item)}
    bodies = {path: body_of(item, look) for path, item in printed.items()}
    languages = dict.fromkeys(_introduction_language(issue, variant.lang) for variant in variants)
    introductions = {
        language: introduction_body(issue.introductions[language], issue.path or "", look)
        for language in languages
        if language is not None
    }
    written = [*bodies.items(), *((issue.path or "", body) for body in introductions.values())]
    wanted = [*_of_items(told, look), *_in_bodies(written, look)]
    return Material(issue=issue, pictures=prepare(wanted, look), bodies=bodies, introductions=introductions)


def _introduction_language(issue: Issue, lang: str) -> str | None:
    """Return the language of the introduction for readers of *lang*: theirs, everybody's, else the first there is."""
    return next(
        (
            language
            for language in (lang, "", *issue.languages)
            if issue.introductions.get(language, "").strip()
        ),
        None,
    )


def _told(issue: Issue, variants: Sequence[Variant]) -> Iterator[tuple[Item, SectionName]]:
    """Yield every item in the languages in which it is told, with the section it stands in."""
    for variant in variants:
        lead = lead_of(issue, variant)
        for story in variant.stories:
            yield story.in_language(variant.lang), section_of(story, lead)


def _of_items(told: Iterable[tuple[Item, SectionName]], look: Look) -> Iterator[WantedPicture]:
    for item, section in told:
        if section is SectionName.UPCOMING:
            continue
        request = lead_request(item, look) if section is SectionName.LEAD else thumbnail_request(item, look)
        if request is not None:
            yield WantedPicture(request=request, path=item.path, line=item.lines.get("image"))


def _in_bodies(written: Iterable[tuple[str, "Body"]], look: Look) -> Iterator[WantedPicture]:
    for path, body in written:
        for block in body.blocks:
            if isinstance(block, ImageBlock) and (request := prose_request(block, look)):
                yield WantedPicture(request=request, path=path)
