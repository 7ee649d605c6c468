"""The title of a page: among the short lines at its top, from its markup, or made of its first sentence."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from newsletter.content.importing.blocks import Block, Form
from newsletter.content.importing.datedlines import read_dated_line
from newsletter.content.importing.furniture import furniture, is_category, last_crumb
from newsletter.content.importing.labels import Label, is_fact, may_be_fact, read_label
from newsletter.content.importing.towns import towns
from newsletter.content.importing.wording import (
    is_lone_date,
    is_prose,
    looks_like_title,
    plain,
    same,
    sentences,
)

#: In characters: a title that is made of a sentence.
_LONGEST = 110
#: In blocks: how far down a title may stand.
_TOP = 40
#: Between a page's title and the website's.
_BARS = re.compile(r"\s*[|»«]\s*|\s+(?:::|[·•/])\s+")
_DASHES = re.compile(r"\s+[–—-]\s+")
#: Of a title: a heading, or a part of it, that is so long is it.
_SHARE = 0.5
#: Points: a line that the path through the website ends in, and one above the day of its publication.
_IN_CRUMBS = 14
_ABOVE_DATE = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Title:
    """A title, and where it stands."""

    text: str
    #: Index of the last block that is it, above the text.
    index: int
    line: int
    is_guess: bool = False


def title_among(blocks: Sequence[Block]) -> Title | None:
    """Return the line among *blocks* that is the title; None when they begin with prose."""
    first = next((index for index, block in enumerate(blocks) if _is_text(block)), len(blocks))
    counts = Counter(plain(block.text) for block in blocks)
    top = blocks[: min(first, _TOP)]
    named = {plain(crumb) for block in top if (crumb := last_crumb(block.text))}
    body = {word for block in blocks[first : first + 4] for word in _words(block.text)}
    best, most = None, 0
    for index, block in enumerate(top):
        points = 0 if _is_below_fact(top, index) else _points(block, counts, body, is_last=index == first - 1)
        if points and plain(block.text) in named:
            points += _IN_CRUMBS
        if points and _has_date_below(blocks, index):
            points += _ABOVE_DATE
        if points > most and not _is_window_title(block, top[:index], top[index + 1 :]):
            best, most = index, points
    if best is None:
        return None
    block = blocks[best]
    alike = [index for index in range(first) if same(blocks[index].text, block.text)]
    is_sure = (
        len(alike) > 1
        or plain(block.text) in named
        or all(_is_no_title(other) or _holds(other, block) for other in blocks[:best])
    )
    return Title(text=block.text, index=alike[-1], line=blocks[alike[0]].line, is_guess=not is_sure)


def _points(block: Block, counts: Counter[str], body: set[str], *, is_last: bool) -> int:
    text = block.text
    # One word that is repeated is the website's name.
    is_repeated = counts[plain(text)] > 1 and " " in text
    if _is_no_title(block):
        return 0
    if not looks_like_title(text) and not is_repeated:
        return 0
    if is_fact(text) and not is_repeated:
        # `Organiser: Harbour network` is a title where nothing else is.
        return 1
    words = _words(text)
    points = min(len(text.split()), 10) + 3 * min(len(words & body), 3)
    points += 12 if is_repeated else 0
    points += (
        20 if block.form is Form.HEADING and block.level == 1 else 5 if block.form is Form.HEADING else 0
    )
    return points + (2 if is_last else 0)


def _is_below_fact(blocks: Sequence[Block], index: int) -> bool:
    """Whether a line with a label stands right below labelled ones, of which one is known: `For whom: …` below `When: …`."""
    while index and blocks[index].gap == 0 and may_be_fact(blocks[index].text):
        index -= 1
        if is_fact(blocks[index].text):
            return True
    return False


def _has_date_below(blocks: Sequence[Block], index: int) -> bool:
    """Whether the day of publication is the next thing that the page says, buttons apart."""
    near = (block.text for block in blocks[index + 1 : index + 7])
    below = next((text for text in near if not furniture(text)), "")
    label = read_label(below)
    return is_lone_date(below) or (label is not None and label.label is Label.PUBLISHED)


def _is_window_title(block: Block, above: Sequence[Block], below: Sequence[Block]) -> bool:
    """Whether *block* is another line with the website's name behind it or before it."""
    if _has_head(block.text, _BARS, [*above, *below]):
        return True
    # `Network - Training` also stands below the website's name: of such titles only the first line is the window's.
    parts = {plain(part) for part in _parts(block.text) if len(part.split()) > 1}
    return not above and any(plain(other.text) in parts for other in below)


def _holds(window: Block, block: Block) -> bool:
    """Whether *window* is *block* with something before or behind it, parted by a bar or a dash."""
    return any(same(part, block.text) for part in _parts(window.text))


def _has_head(text: str, bars: re.Pattern[str], others: Sequence[Block]) -> bool:
    head = bars.split(text)[0]
    return head != text and any(same(head, other.text) for other in others)


def _parts(text: str) -> list[str]:
    """Return what *text* is without its first or its last part, where bars or dashes part it."""
    breaks = [*_BARS.finditer(text), *_DASHES.finditer(text)]
    return [part for each in breaks for part in (text[: each.start()], text[each.end() :])]


def _is_no_title(block: Block) -> bool:
    text = block.text
    is_known = (
        furniture(text)
        or last_crumb(text)
        or is_category(text)
        or is_lone_date(text)
        or read_label(text)
        or _is_dateline(text)
    )
    return bool(is_known) or block.is_entry or not plain(text)


def _is_dateline(text: str) -> bool:
    """Whether *text* is a known town and a date, such as `Luxembourg, 8 November 2026`."""
    found = read_dated_line(text, "")
    return found is not None and found[1].casefold() in towns()


def _is_text(block: Block) -> bool:
    return (is_prose(block.text) and not furniture(block.text) and not read_label(block.text)) and len(
        block.text
    ) > 60


def _words(text: str) -> set[str]:
    return set(re.findall(r"[^\W\d_]{4,}", text.casefold()))


def made_title(text: str) -> str:
    """Return a title made of the beginning of *text*: its first sentence, cut where a clause ends."""
    first = (sentences(text) or [text])[0].rstrip(".!: ")
    if len(first) <= _LONGEST:
        return first
    cut = first[: _LONGEST + 1]
    clause = max((found.start() for found in re.finditer(r",\s|;\s|\s[–—-]\s|\s\(", cut)), default=0)
    if clause >= 30:
        return cut[:clause].rstrip(" ,;")
    return f"{cut[: cut.rfind(' ')].rstrip(' ,;')}…"


def without_dates(text: str) -> str:
    """Return *text*, which was cut before a date, without the words that lead to it."""
    return re.sub(r"(?:\s+(?:on|from|between|in|of|the|am|vom|im|du|le|les|el|del))+$", "", text)


def without_bars(title: str) -> list[str]:
    """Return the parts of a *title* that bars or colons part: the page's own, the website's."""
    return [part for part in _BARS.split(title) if part]


def without_site(title: str, site: str, headings: Sequence[str], *, is_stated: bool) -> str:
    """Return the *title* of a page without the name of the website before or behind it.

    *headings*: the page's largest; *is_stated*: it comes from where only the page's own title belongs.
    """
    title = " ".join(title.split())
    for heading in headings:
        if plain(heading) in plain(title) and len(plain(heading)) > max(8, len(plain(title)) * _SHARE):
            return heading
    parts = [part for part in _BARS.split(title) if part and not same(part, site)]
    if not is_stated:
        parts = [piece for part in parts for piece in _DASHES.split(part) if piece and not same(piece, site)]
    elif site:
        parts = [_without_tail(part, site) for part in parts]
    if not parts:
        return title
    longest = max(parts, key=len)
    return parts[0].strip() if len(parts[0]) >= len(longest) * _SHARE else longest.strip()


def _without_tail(title: str, site: str) -> str:
    head, dash, tail = title.rpartition(" - ")
    return head if dash and same(tail, site) else title
