"""Pictures as they stand in a letter: how wide, how cropped, from where."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from markupsafe import Markup

from newsletter.content.body.blocks import ImageBlock
from newsletter.content.images.focus import CENTRE, read_focus
from newsletter.content.images.preparing import Image, ImageRequest, prepare_images
from newsletter.content.items import Item
from newsletter.errors import ContentError, Problem
from newsletter.rendering.look import Look
from newsletter.rendering.manuscript import Figure
from newsletter.rendering.theme import Logo

#: All widths in CSS pixels.
LETTER_WIDTH = 600
#: Between the margins of the letter.
TEXT_WIDTH = 536
#: Beside a headline, and above it on a phone, for which the file is wide enough.
THUMBNAIL_WIDTH = 200
_THUMBNAIL_ON_PHONE = 336
_WIDE = (16, 9)

_LOGO_WIDTH = 180
_LOGO_HEIGHT = 48


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedPicture:
    """A picture that a letter needs, and the file that names it."""

    request: ImageRequest
    path: str
    line: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pictures:
    """The prepared pictures of an issue."""

    look: Look
    prepared: Mapping[ImageRequest, Image] = field(default_factory=dict)

    def of_lead(self, item: Item) -> Figure | None:
        """Return the picture of *item* as wide as the letter."""
        return self._of_item(item, lead_request(item, self.look), LETTER_WIDTH)

    def beside(self, item: Item) -> Figure | None:
        """Return the picture of *item* to stand beside its headline."""
        return self._of_item(item, thumbnail_request(item, self.look), THUMBNAIL_WIDTH)

    def in_prose(self, block: ImageBlock) -> Figure:
        """Return a picture that stands between paragraphs."""
        figure = self._figure(block.source, block.alt, prose_request(block, self.look), TEXT_WIDTH)
        caption = Markup(block.caption_html)  # noqa: S704  # it passed the sanitiser
        return replace(figure, caption=caption, link=block.link or "")

    def _of_item(self, item: Item, request: ImageRequest | None, width: int) -> Figure | None:
        if item.picture is None:
            return None
        return self._figure(item.picture.source, item.picture.alt, request, width)

    def _figure(self, source: str, alt: str | None, request: ImageRequest | None, width: int) -> Figure:
        one_line = " ".join((alt or "").split())
        if request is None:
            return Figure(src=source, alt=one_line, width=width, height=None, image=None)
        image = self.prepared[request]
        shown = min(width, image.width)
        return Figure(
            src=self.look.image_url(image.name),
            alt=one_line,
            width=shown,
            height=round(image.height * shown / image.width),
            image=image,
        )


def lead_request(item: Item, look: Look) -> ImageRequest | None:
    """Return what to prepare for *item* to lead; None: it has no picture, or one on another host."""
    return _item_request(item, look, LETTER_WIDTH)


def thumbnail_request(item: Item, look: Look) -> ImageRequest | None:
    """Return what to prepare for *item* among others; None as for a lead."""
    return _item_request(item, look, _THUMBNAIL_ON_PHONE)


def prose_request(block: ImageBlock, look: Look) -> ImageRequest | None:
    """Return what to prepare for a picture between paragraphs; None: it is on another host."""
    return (
        None
        if _is_elsewhere(block.source)
        else ImageRequest(source=look.root / block.source, width=TEXT_WIDTH)
    )


def prepare(wanted: Iterable[WantedPicture], look: Look) -> Pictures:
    """Prepare every picture that is *wanted*. Raises `ContentError` with all that cannot be used."""
    by_request: dict[ImageRequest, WantedPicture] = {}
    for picture in wanted:
        by_request.setdefault(picture.request, picture)
    prepared: dict[ImageRequest, Image] = {}
    problems: list[Problem] = []
    for request, outcome in zip(
        by_request, prepare_images(by_request, within=look.root, media=look.media), strict=True
    ):
        if isinstance(outcome, Problem):
            picture = by_request[request]
            problems.append(replace(outcome, path=picture.path, line=picture.line))
        else:
            prepared[request] = outcome
    if problems:
        raise ContentError(problems)
    return Pictures(look=look, prepared=prepared)


def prepare_logo(light: Path, dark: Path | None, *, within: Path, media: Path) -> Logo:
    """Return the logo, at most 180 by 48 CSS pixels, from its file and the one for dark paper.

    Raises `ContentError` for a file that cannot be used.
    """
    files = [file for file in (light, dark) if file is not None]
    requests = [ImageRequest(source=file, width=_LOGO_WIDTH) for file in files]
    outcomes = prepare_images(requests, within=within, media=media)
    if problems := [outcome for outcome in outcomes if isinstance(outcome, Problem)]:
        raise ContentError(problems)
    images = [_lowered(outcome) for outcome in outcomes if isinstance(outcome, Image)]
    return Logo(light=images[0], dark=images[1] if dark is not None else None)


def _lowered(image: Image) -> Image:
    if image.height <= _LOGO_HEIGHT:
        return image
    return replace(image, width=max(1, round(image.width * _LOGO_HEIGHT / image.height)), height=_LOGO_HEIGHT)


def _item_request(item: Item, look: Look, width: int) -> ImageRequest | None:
    if item.picture is None or _is_elsewhere(item.picture.source):
        return None
    focus = read_focus(str(item.extra.get("focus", ""))) or CENTRE
    return ImageRequest(source=look.root / item.picture.source, width=width, crop=_WIDE, focus=focus)


def _is_elsewhere(source: str) -> bool:
    return source.startswith(("https://", "http://"))
