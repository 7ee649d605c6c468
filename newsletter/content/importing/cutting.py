"""A page's blocks into its text and what it says of itself: title, labelled lines, dates and hashtags come out, furniture goes."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from newsletter.content.importing.blocks import Block, LeftOut
from newsletter.content.importing.datedlines import read_dated_line
from newsletter.content.importing.dates import Span
from newsletter.content.importing.facts import Facts
from newsletter.content.importing.furniture import is_category
from newsletter.content.importing.hashtags import hashtags, is_hashtag_line
from newsletter.content.importing.labelled import read_labelled
from newsletter.content.importing.trimming import Trimmer
from newsletter.content.importing.wording import is_prose, same

#: In characters.
_BUTTON = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """What of a page's blocks is text, and what the others said."""

    blocks: list[Block]
    facts: Facts
    lone_dates: list[tuple[Span, int]]
    lone_place: str
    left_out: list[LeftOut]


def cut(blocks: Sequence[Block], *, title: str, title_index: int | None, language: str) -> Cut:
    """Return the text among *blocks*; *title_index*: which of them is the title."""
    above = list(blocks[:title_index]) if title_index else []
    below = [block for block in blocks[len(above) :] if not (title and same(block.text, title))]
    kept, left_out = Trimmer.of(below, above).trim(title)
    head, _ = read_labelled(above, language, is_menu=True)
    facts, used = read_labelled(kept, language)
    facts = facts.or_else(head)
    rest = [block for index, block in enumerate(kept) if index not in used]
    dates, place, taken = _lone_dates(above, rest, language)
    facts = replace(facts, tags=tuple(dict.fromkeys((*facts.tags, *hashtags(block.text for block in rest)))))
    body = [block for block in rest if block not in taken and not is_hashtag_line(block.text)]
    if above:
        shown = [block for block in above if not (title and same(block.text, title)) and block not in taken]
        left_out = [*_above(shown), *left_out]
    return Cut(
        blocks=_without_leading_furniture(body),
        facts=facts,
        lone_dates=dates,
        lone_place=place,
        left_out=left_out,
    )


def _above(blocks: Sequence[Block]) -> list[LeftOut]:
    if not blocks:
        return []
    return [LeftOut(line=blocks[0].line, count=len(blocks), begins=blocks[0].text, reason="above the title")]


def _without_leading_furniture(body: list[Block]) -> list[Block]:
    """Return *body* without a category, and without short entries above the first sentence: buttons, tabs."""
    first = next((at for at, block in enumerate(body) if is_prose(block.text)), len(body))
    return [
        block
        for at, block in enumerate(body)
        if at >= first or not (is_category(block.text) or (block.is_entry and len(block.text) <= _BUTTON))
    ]


def _lone_dates(
    above: Sequence[Block], below: Sequence[Block], language: str
) -> tuple[list[tuple[Span, int]], str, list[Block]]:
    """Return the dates on lines of their own above the first prose, a place beside one of them, and their blocks."""
    first = next((index for index, block in enumerate(below) if is_prose(block.text)), len(below))
    found: list[tuple[Span, int]] = []
    place, taken = "", []
    for block in (*above[-6:], *below[: min(first, 8)]):
        read = read_dated_line(block.text, language)
        if read is not None:
            found.append((read[0], block.line))
            place = place or read[1]
            taken.append(block)
    return found, place, taken
