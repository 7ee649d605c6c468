"""From what stands in a mail back to the file in which an editor wrote it."""

from collections.abc import Iterator

from newsletter.checks.editorfile import Place
from newsletter.checks.proof import Proof
from newsletter.content.items import EventReport, Item


def place_of(fragment: str, proof: Proof) -> Place | None:
    """Return where *fragment* was written; None: it comes from the settings, a template or a library."""
    for file in proof.editor_files.values():
        if place := file.place_of(fragment):
            return place
    for item in proof.items:
        if place := _place_in(item, fragment):
            return place
    return None


def _place_in(item: Item, fragment: str) -> Place | None:
    for name, text in _fields(item):
        # Without a line, the field was made from the body.
        if fragment in text and name in item.lines:
            return Place(path=item.path, line=item.lines[name])
    at = item.body.find(fragment)
    if at >= 0:
        return Place(path=item.path, line=item.body_line + item.body.count("\n", 0, at))
    if any(fragment in text for _, text in _fields(item)):
        return Place(path=item.path)
    return None


def _fields(item: Item) -> Iterator[tuple[str, str]]:
    yield "title", item.title
    yield "summary", item.summary
    yield "link", item.link or ""
    if item.picture:
        yield "image", item.picture.source
        yield "image_alt", item.picture.alt or ""
    if isinstance(item, EventReport):
        yield "location", item.location
        yield "register", item.register or ""
