"""Where an editor wrote something: the file and the line that a finding names."""

from collections.abc import Iterator
from dataclasses import dataclass

from newsletter.content.items import EventReport, Item
from newsletter.rendering.words.typography import cut

#: The file in which mistakes of the settings are mended.
SETTINGS = "newsletter.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """A file, relative to the project folder, and perhaps a line of it."""

    path: str | None = None
    line: int | None = None


#: Not in a file of an editor's.
UNKNOWN = Origin()


def of_field(item: Item, *names: str) -> Origin:
    """Return where *item* has the first of the fields *names* that it has."""
    return Origin(path=item.path, line=next((item.lines[name] for name in names if name in item.lines), None))


def quoted(item: Item) -> str:
    """Return the title of *item* as a message names it."""
    return f"“{cut(item.title, 60)}”"


def of_fragment(item: Item, fragment: str) -> Origin:
    """Return where *fragment* stands in *item*, or `UNKNOWN`."""
    holders = [name for name, text in _texts(item) if fragment in text]
    if written := [name for name in holders if name in item.lines]:
        return of_field(item, *written)
    at = item.body.find(fragment)
    if at >= 0:
        return Origin(path=item.path, line=item.body_line + item.body.count("\n", 0, at))
    # Made from the body, by cutting or by dropping marks.
    return Origin(path=item.path) if holders else UNKNOWN


def _texts(item: Item) -> Iterator[tuple[str, str]]:
    yield "title", item.title
    yield "summary", item.summary
    yield "link", item.link or ""
    if item.picture:
        yield "image", f"{item.picture.source}\n{item.picture.alt or ''}"
    if isinstance(item, EventReport):
        yield "location", item.location
        yield "register", item.register or ""
