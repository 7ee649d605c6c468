"""Which blocks of a page are its text: where Trafilatura finds it, with the lists, links and headings around it."""

from collections.abc import Sequence
from copy import deepcopy
from enum import IntEnum

from lxml.html import HtmlElement

from newsletter.content.importing.blocks import Form
from newsletter.content.importing.furniture import furniture
from newsletter.content.importing.htmlblocks import Placed
from newsletter.content.importing.wording import plain

#: Of the main text: an element that holds so much of it is no sidebar, whatever its class says.
_MOST = 0.5
#: Of the main text: the element that all of it stands in.
_ALL = 0.85
#: In letters: what is shorter stands everywhere.
_SHORT = 16


class Place(IntEnum):
    """How a block of a page belongs to its text."""

    OUTSIDE = 0
    #: Between parts of the text, or beside them.
    AMONG = 1
    #: Trafilatura takes it for a part.
    TEXT = 2


def select(placed: Sequence[Placed], found: str) -> list[Place]:
    """Return for each of *placed* how it belongs to the text; *found*: what Trafilatura takes for it."""
    whole = plain(found)
    lines = {plain(line) for line in found.splitlines()}
    letters = [plain(each.block.text) for each in placed]
    is_main = [bool(text) and (text in whole if len(text) >= _SHORT else text in lines) for text in letters]
    total = sum(len(text) for text, main in zip(letters, is_main, strict=True) if main)
    if not total:
        return [Place.OUTSIDE if each.zones else Place.AMONG for each in placed]
    sizes = _sizes(placed, letters, is_main)
    apart = [any(sizes.get(element, 0) < total * _MOST for element, _ in each.zones) for each in placed]
    container = _container(placed, sizes, total)
    first, last = _range(placed, letters, is_main, apart)
    is_all = container.tag in {"body", "html"}

    def is_inside(at: int) -> bool:
        is_between = first <= at <= last
        if apart[at] or is_all:
            return is_between and not apart[at]
        return container in placed[at].around or (is_main[at] and is_between)

    return [
        Place.OUTSIDE if not is_inside(at) else Place.TEXT if is_main[at] else Place.AMONG
        for at in range(len(placed))
    ]


def extracted(root: HtmlElement) -> str:
    """Return the main text as Trafilatura finds it; no address is looked up."""
    from trafilatura import bare_extraction

    document = bare_extraction(
        deepcopy(root), include_comments=False, include_tables=True, include_links=False, with_metadata=False
    )
    return getattr(document, "text", None) or ""


def _sizes(
    placed: Sequence[Placed], letters: Sequence[str], is_main: Sequence[bool]
) -> dict[HtmlElement, int]:
    """Return how many letters of the main text each element holds."""
    sizes: dict[HtmlElement, int] = {}
    for each, text, main in zip(placed, letters, is_main, strict=True):
        if main:
            for element in each.around:
                sizes[element] = sizes.get(element, 0) + len(text)
    return sizes


def _container(placed: Sequence[Placed], sizes: dict[HtmlElement, int], total: int) -> HtmlElement:
    """Return the innermost element that holds nearly all of the main text, and the title where it is near."""
    holding = [element for element, size in sizes.items() if size >= total * _ALL]
    return max(holding, key=lambda element: sum(1 for _ in element.iterancestors()))


def _range(
    placed: Sequence[Placed], letters: Sequence[str], is_main: Sequence[bool], apart: Sequence[bool]
) -> tuple[int, int]:
    """Return first and last block of the stretch that has the most main text and the least else."""
    best, span, start, points = 0.0, (0, len(placed) - 1), 0, 0.0
    for at, text in enumerate(letters):
        points += len(text) if is_main[at] and not apart[at] else -_cost(placed[at], apart=apart[at])
        if points <= 0:
            points, start = 0.0, at + 1
        elif points > best:
            best, span = points, (start, at)
    return span


def _cost(placed: Placed, *, apart: bool) -> float:
    if apart:
        return 5.0
    return 40.0 if furniture(placed.block.text) else 20.0 if placed.block.form is not Form.HEADING else 5.0
