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
    from newsletter.content.markdown import Body


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """Bodies and pictures of every item and language of an issue."""

    pictures: Pictures
    #: By path of the file.
    bodies: Mapping[str, "Body"]
    #: By language.
    introductions: Mapping[str, "Body"]

    def prose(self, item: Item) -> Prose | None:
        """Return the text of *item* if it is printed whole."""
        body = self.bodies.get(item.path)
        return prose_of(body, item.lang, self.pictures) if body else None

    def introduction(self, lang: str) -> Prose | None:
        """Return the introduction in *lang*, else the one for every language, else the first there is."""
        for language in (lang, "", *self.introductions):
            if language in self.introductions:
                return prose_of(self.introductions[language], language or lang, self.pictures)
        return None


def gather(issue: Issue, variants: Sequence[Variant], look: Look) -> Material:
    """Render every body and prepare every picture that *variants* need.

    Raises `ContentError` with all pictures that cannot be used.
    """
    told = {(item.path, section): (item, section) for item, section in _told(issue, variants)}.values()
    printed = {item.path: item for item, _ in told if is_printed_whole(item)}
    bodies = {path: body_of(item, look) for path, item in printed.items()}
    introductions = {
        lang: introduction_body(issue.introductions[lang], issue.path or "", look)
        for lang in ("", *issue.languages)
        if issue.introductions.get(lang, "").strip()
    }
    written = [*bodies.items(), *((issue.path or "", body) for body in introductions.values())]
    wanted = [*_of_items(told, look), *_in_bodies(written, look)]
    return Material(pictures=prepare(wanted, look), bodies=bodies, introductions=introductions)


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
