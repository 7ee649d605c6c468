"""A page's blocks into its text and what it says of itself: title, labelled lines, dates and hashtags come out, furniture goes."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from newsletter.content.importing.blocks import Block, Form, LeftOut
from newsletter.content.importing.datedlines import is_byline, read_dated_line
from newsletter.content.importing.dates import Span
from newsletter.content.importing.facts import Facts
from newsletter.content.importing.furniture import is_category
from newsletter.content.importing.hashtags import hashtags, is_hashtag_line
from newsletter.content.importing.labelled import read_labelled
from newsletter.content.importing.trimming import Trimmer
from newsletter.content.importing.wording import is_prose, same

#: In characters.
_BUTTON = 30
#: In blocks: so far down stands the day of publication; in words: a line above it that is no text.
_HEAD, _REMARK = 4, 4
#: Above a title, what announces another event in the lines below it; in blocks: how many these are.
_NEXT = re.compile(
    r"(?:our )?(?:next|upcoming) (?:meeting|event|webinar|workshop|course|date)s?|nächste[rs]? (?:termin|sitzung|treffen|veranstaltung)"
    r"|prochaine? (?:réunion|rendez-vous|événement|atelier)|volgende bijeenkomst|próxima (?:reunión|reunião)|prossimo incontro",
    re.IGNORECASE,
)
_CARD = 2


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
    taken += _above_date(rest, taken, used)
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


def _above_date(rest: Sequence[Block], taken: Sequence[Block], used: set[int]) -> list[Block]:
    """Return the lines of a few words between the title and the day below it: who writes, what a website says of itself."""
    dated = next((at for at, block in enumerate(rest[:_HEAD]) if block in taken), 0)
    lines = rest[:dated]
    return (
        [block for block in lines if not is_prose(block.text)]
        if all(_is_remark(block) for block in lines)
        else []
    )


def _is_remark(block: Block) -> bool:
    return len(block.text.split()) <= _REMARK and not block.is_entry and block.form is not Form.HEADING


def _above(blocks: Sequence[Block]) -> list[LeftOut]:
    if not blocks:
        return []
    return [LeftOut(line=blocks[0].line, count=len(blocks), begins=blocks[0].text, reason="above the title")]


def _without_leading_furniture(body: list[Block]) -> list[Block]:
    """Return *body* without a category, and without short entries above the first sentence: buttons, tabs."""
    first = next((at for at, block in enumerate(body) if is_prose(block.text)), len(body))
    return [block for at, block in enumerate(body) if at >= first or not _is_leading_furniture(block)]


def _is_leading_furniture(block: Block) -> bool:
    is_button = block.is_entry and len(block.text) <= _BUTTON
    return is_button or is_category(block.text) or is_byline(block.text)


def _of_this_page(above: Sequence[Block]) -> list[Block]:
    """Return the blocks *above* a title without the card of the event that comes next."""
    cards = [at for at, block in enumerate(above) if _NEXT.fullmatch(block.text.strip(" :"))]
    return [block for at, block in enumerate(above) if not any(0 <= at - card <= _CARD for card in cards)]


def _lone_dates(
    above: Sequence[Block], below: Sequence[Block], language: str
) -> tuple[list[tuple[Span, int]], str, list[Block]]:
    """Return the dates on lines of their own above the first prose or below the last, a place beside one of them, and their blocks."""
    first = next((index for index, block in enumerate(below) if is_prose(block.text)), len(below))
    found: list[tuple[Span, int]] = []
    place, taken = "", []
    for block in (*_of_this_page(above)[-6:], *below[: min(first, 8)]):
        read = read_dated_line(block.text, language)
        if read is not None:
            found.append((read[0], block.line))
            place = place or read[1]
            taken.append(block)
    # Others write the day below their text.
    for block in below[max(first + 1, len(below) - 1) :]:
        read = read_dated_line(block.text, language)
        if read is not None and not read[1]:
            found.append((read[0], block.line))
            taken.append(block)
    return found, place, taken
