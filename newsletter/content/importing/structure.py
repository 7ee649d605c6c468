"""Headings without marks, and lists without bullets, in pasted text."""

import re
from collections.abc import Sequence
from dataclasses import replace

from newsletter.content.importing.blocks import Block, Form
from newsletter.content.importing.furniture import furniture
from newsletter.content.importing.labels import is_fact, may_be_fact
from newsletter.content.importing.months import weekdays
from newsletter.content.importing.wording import is_lone_date, is_prose, looks_like_title, sentences

#: In characters and words.
_MAX_HEADING = 90
_MAX_HEADING_WORDS = 14
_MAX_ENTRY = 320
_MAX_BARE = 120
#: Fewer lines in a row are no list.
_FEW = 3
#: `Day 1`, `Session II`: parts of what is above them.
_PART = re.compile(
    r"(?:\W*)(day|tag|jour|día|giorno|dag|dzień|session|sitzung|séance|part|teil|partie|panel|block|workshop|track|phase|step|schritt)\s+(?:\d+|[ivx]+|one|two|three|four)\b",
    re.IGNORECASE,
)
_CLOCK = re.compile(r"\d{1,2}[:.h]\d\d\b")
#: Of the blocks, one in so many: blank lines part things.
_SPACED = 3
#: Letters of a heading in capitals; words of a line that leads on to a list.
_LOUD, _LEADING = 5, 5
#: Words of a line that is a day.
_DAY = 4
#: Words of a heading that nothing but its shortness tells from what is below it.
_SHORT_HEAD = 4
#: What begins a line whose link got lost.
_LEADS_ON = re.compile(
    r"(?:more|read|learn|see|find|watch|download|contact|source|link|mehr|siehe|lesen|plus|voir|lire|en savoir)\b",
    re.IGNORECASE,
)


def with_structure(blocks: Sequence[Block]) -> tuple[list[Block], list[Block]]:
    """Return *blocks* with headings and lists marked as such, and those of them that were guessed."""
    found = _with_parts(_with_bare_entries(_with_lists(_with_headings(list(blocks)))))
    guessed = [new for old, new in zip(blocks, found, strict=True) if new.form is not old.form]
    return _in_order(found), guessed


def _with_headings(blocks: list[Block]) -> list[Block]:
    found = list(blocks)
    first = next((at for at, block in enumerate(blocks) if is_prose(block.text)), len(blocks))
    is_spaced = sum(block.gap > 0 for block in blocks) * _SPACED > len(blocks)
    for index, block in enumerate(blocks):
        if is_spaced and _is_in_group(blocks, index) and not _is_title_above(found, index):
            # Where blank lines part things, a line of several in a row is an entry.
            continue
        if _is_fact(block, is_above=index < first):
            continue
        if block.form is Form.PARAGRAPH and _is_heading(blocks, index):
            found[index] = replace(block, form=Form.HEADING, level=2, text=block.text.rstrip(" :"))
        elif block.form is Form.NUMBERED and _is_numbered_heading(blocks, index):
            found[index] = replace(block, form=Form.HEADING, level=2, text=f"{block.number}. {block.text}")
    return found


def _is_fact(block: Block, *, is_above: bool) -> bool:
    """Whether *block* is a line such as `Language: English`; above the first sentence, right below another, any label is one."""
    is_line = block.form is Form.PARAGRAPH
    return is_line and (is_fact(block.text) or (is_above and block.gap == 0 and may_be_fact(block.text)))


def _is_in_group(blocks: Sequence[Block], index: int) -> bool:
    """Whether a line stands right below another, or below one that said something of the page and is gone."""
    if blocks[index].gap:
        return False
    if index:
        return _is_line(blocks[index - 1])
    return index + 1 < len(blocks) and blocks[index + 1].gap == 0


def _is_line(block: Block) -> bool:
    """Whether *block* is a short line that may be a heading, or an entry of a list."""
    return block.form is Form.PARAGRAPH and len(block.text) <= _MAX_HEADING and not is_prose(block.text)


def _is_title_above(found: Sequence[Block], index: int) -> bool:
    """Whether the line above is a heading: what stands right below may be one of its parts."""
    return index > 0 and found[index - 1].form is Form.HEADING and _PART.match(found[index].text) is not None


def _is_heading(blocks: Sequence[Block], index: int) -> bool:
    block, after = blocks[index], blocks[index + 1 : index + 2]
    text = block.text
    if _is_in_capitals(blocks, index):
        return True
    if not after or not _has_form_of_heading(text) or _is_lead_in(blocks, index):
        return False
    following = after[0]
    if index and block.gap == 0 < following.gap and not is_prose(blocks[index - 1].text):
        # The last of lines in a row.
        return False
    if text.endswith(":"):
        # `Sessions covered:` begins a list; `Conclusions:` with a paragraph below it is a heading.
        is_lead = _LEADS_ON.match(text) is not None
        return not is_lead and not following.is_entry and len(text.split()) <= 4 and len(following.text) > 160
    if not looks_like_title(text):
        return False
    return (
        is_prose(following.text)
        or _is_lead_in(blocks, index + 1)
        or (following.gap > 0 and _is_above_prose(blocks, index + 1))
        or (len(following.text.split()) >= 4 and following.text.endswith((".", "!", "?")))
        or following.is_entry
        or _PART.match(following.text) is not None
        or (following.text.endswith(":") and len(following.text) > 20)
    )


def _has_form_of_heading(text: str) -> bool:
    is_short = len(text) <= _MAX_HEADING and len(text.split()) <= _MAX_HEADING_WORDS
    is_begun = text[0].isupper() or text[0].isdigit()
    return (
        is_short
        and is_begun
        and not _CLOCK.match(text)
        and not re.search(r"https?:|@|[.,;!…]['\"”’)]*$", text)
    )


def _is_in_capitals(blocks: Sequence[Block], index: int) -> bool:
    """Whether a line is set apart and in capitals, with something below that is not."""
    text, after = blocks[index].text, blocks[index + 1 : index + 2]
    if furniture(text):
        return False
    is_loud = (
        text.isupper()
        and sum(each.isalpha() for each in text) >= _LOUD
        and not re.search(r"[.,;:]$|https?:|@", text)
    )
    return (
        is_loud
        and bool(after)
        and not after[0].text.isupper()
        and (blocks[index].gap > 0 or after[0].gap > 0)
    )


def _is_lead_in(blocks: Sequence[Block], index: int) -> bool:
    """Whether a line leads from the heading above it to the list below: `Participants will be able to`."""
    if not 0 < index < len(blocks) - 1:
        return False
    before, block, after = blocks[index - 1 : index + 2]
    is_tight = block.gap == 0 == after.gap and before.gap > 0 and after.is_entry
    return is_tight and _is_line(before) and _is_line(block) and len(block.text.split()) >= _LEADING


def _is_above_prose(blocks: Sequence[Block], index: int) -> bool:
    """Whether a line is a heading of a part: short, with a paragraph right below it."""
    pair = blocks[index : index + 2]
    return len(pair) == 2 and _is_line(pair[0]) and looks_like_title(pair[0].text) and is_prose(pair[1].text)


def _is_numbered_heading(blocks: Sequence[Block], index: int) -> bool:
    """Whether paragraphs stand between this entry and its neighbours: `1. Introduction`."""
    block, after = blocks[index], blocks[index + 1 : index + 2]
    if not after or len(block.text) > _MAX_HEADING or re.search(r"[.;,:]$", block.text):
        return False
    if index and blocks[index - 1].form is Form.NUMBERED and blocks[index - 1].number == block.number - 1:
        # The last of a list.
        return False
    following = after[0]
    least = 40 if following.gap == 0 < block.gap else 120
    return following.form is Form.PARAGRAPH and is_prose(following.text) and len(following.text) > least


def _with_lists(blocks: list[Block]) -> list[Block]:
    """Mark the lines below one that ends in a colon as entries, where nothing else tells them apart."""
    found = list(blocks)
    index = 0
    while index < len(blocks):
        if blocks[index].form is Form.PARAGRAPH and blocks[index].text.endswith(":"):
            end = _list_end(blocks, index + 1)
            if end - index > 2:
                found[index + 1 : end] = [
                    replace(block, form=Form.BULLET) for block in blocks[index + 1 : end]
                ]
            index = end
        index += 1
    return found


def _with_bare_entries(blocks: list[Block]) -> list[Block]:
    """Mark short lines in a row as entries: browsers copy lists without their marks."""
    found = list(blocks)
    index = 0
    while index < len(blocks):
        end = index
        while end < len(blocks) and _is_bare_entry(blocks[end], blocks[index]):
            end += 1
        while end - index >= _FEW and end < len(blocks) and _goes_on(blocks[end], blocks[index]):
            # Others of the same list, in small letters: `systemd journals`.
            end += 1
        if end - index > _FEW and _is_head(blocks[index : index + 3]):
            found[index] = replace(blocks[index], form=Form.HEADING, level=2)
            index += 1
        if end - index >= _FEW:
            found[index:end] = [replace(block, form=Form.BULLET) for block in blocks[index:end]]
            if index and _is_head_of_list(found[index - 1], blocks[index]):
                found[index - 1] = replace(found[index - 1], form=Form.HEADING, level=2)
        index = max(end, index + 1)
    return found


def _is_head(three: Sequence[Block]) -> bool:
    """Whether the first of short lines in a row is the heading of the others: set apart, or of few words."""
    first, second, third = three
    # A list is closer to itself than to its heading.
    is_apart = first.gap > second.gap or second.gap > third.gap
    is_title = (
        len(first.text.split()) <= (8 if is_apart else _SHORT_HEAD)
        and looks_like_title(first.text)
        and first.text[:1].isupper()
    )
    return is_title and not _is_timed(first) and (is_apart or len(second.text) > len(first.text))


def _is_head_of_list(block: Block, first: Block) -> bool:
    """Whether *block* is the heading of the list that begins with *first*: set apart, or a word above the hours of a programme."""
    is_title = _is_line(block) and looks_like_title(block.text) and block.text[:1].isupper()
    is_apart = block.gap > 0 or (_is_timed(first) and len(block.text.split()) <= _SHORT_HEAD)
    return is_title and is_apart and not _is_timed(block) and not re.search(r"[!?]$", block.text)


def _is_timed(block: Block) -> bool:
    """Whether *block* is a line of a programme: it begins with an hour, or is a day such as `Tue 29 Sept`."""
    words = block.text.casefold().split()
    is_day = len(words) <= _DAY and words[0].strip(".,:") in weekdays()
    return is_day or _CLOCK.match(block.text) is not None or is_lone_date(block.text)


def _goes_on(block: Block, first: Block) -> bool:
    """Whether a line right below a list that begins with *first* is one more entry."""
    return block.gap == 0 and _is_line(block) and _is_timed(block) == _is_timed(first)


def _is_bare_entry(block: Block, first: Block) -> bool:
    is_line = block.form is Form.PARAGRAPH and len(block.text) <= _MAX_BARE and not is_prose(block.text)
    is_alike = (
        block.text[:1].islower() == first.text[:1].islower()
        and _is_timed(block) == _is_timed(first)
        and (block is first or block.gap in {first.gap, 0})
    )
    return is_line and is_alike and not is_fact(block.text) and not re.search(r"https?:|[:?]$", block.text)


def _list_end(blocks: Sequence[Block], start: int) -> int:
    """Return where the lines that are alike end, beginning at *start*."""
    end, length = start, 0
    # A blank line above the first entry says nothing of those below it.
    gap = blocks[start + 1].gap if start + 1 < len(blocks) else 0
    while end < len(blocks):
        block = blocks[end]
        if block.form is not Form.PARAGRAPH or len(block.text) > _MAX_ENTRY or block.text.endswith(":"):
            break
        # A paragraph after the list: set apart, or much longer and of several sentences.
        if end > start and block.gap != gap:
            break
        mean = length / (end - start) if end > start else 0
        if mean and len(sentences(block.text)) > 1 and len(block.text) > 1.8 * mean:
            break
        if gap and len(sentences(block.text)) > 1:
            break
        length += len(block.text)
        end += 1
    return end


def _with_parts(blocks: list[Block]) -> list[Block]:
    """Return *blocks* with `Day 2` a heading where `Day 1` is one, whatever stands below it."""
    words = {_part_of(block) for block in blocks if block.form is Form.HEADING} - {""}
    return [
        replace(block, form=Form.HEADING, level=2) if _is_part(block) and _part_of(block) in words else block
        for block in blocks
    ]


def _is_part(block: Block) -> bool:
    is_title = looks_like_title(block.text) and len(block.text) <= _MAX_HEADING
    return is_title and block.form in {Form.PARAGRAPH, Form.BULLET}


def _part_of(block: Block) -> str:
    """Return of what a line is one of several: `day`."""
    found = _PART.match(block.text)
    return found[1].casefold() if found else ""


def _in_order(blocks: list[Block]) -> list[Block]:
    """Return *blocks* with levels that begin at 2, and entries that begin at 0; parts lie below what is above them."""
    found: list[Block] = []
    inner = False
    for block in blocks:
        if block.form is Form.HEADING:
            before = found[-1] if found else None
            is_part = _PART.match(block.text) is not None
            inner = is_part and (inner or (before is not None and before.form is Form.HEADING))
            level = 3 if inner else 2
            found.append(replace(block, level=max(block.level, level)))
        elif block.is_entry and block.level and not (found and found[-1].is_entry):
            found.append(replace(block, level=0))
        else:
            found.append(block)
    return found
