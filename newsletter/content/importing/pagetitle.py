"""The title of a saved page: from its markup, its largest heading, or the heading above its text."""

import re
from collections.abc import Iterator, Sequence
from itertools import chain

from lxml.html import HtmlElement

from newsletter.content.importing.blocks import Block, Form
from newsletter.content.importing.furniture import furniture, is_category
from newsletter.content.importing.htmlblocks import Placed
from newsletter.content.importing.maintext import Place
from newsletter.content.importing.titles import title_among, without_bars, without_site
from newsletter.content.importing.wording import is_prose, plain, same

#: Words of class and id.
_TITLE_CLASS = re.compile(
    r"(?:^|[-_])(?:title|headline|h1b?|titel|titre|titulo|titolo)$|(?:Title|Headline|H1B?)$", re.IGNORECASE
)
_OTHER_TITLE = re.compile(
    r"site|block|widget|card|section|menu|nav|foot|share|related|teaser|sub|brand|logo|list|comment|panel|tab|modal|cookie|accordion",
    re.IGNORECASE,
)
#: In letters: shorter titles are those of lists, such as *News*.
_SHORT = 8


def find_title(
    root: HtmlElement, placed: Sequence[Placed], chosen: Sequence[Place], *, stated: str, site: str
) -> tuple[str, int]:
    """Return the page's title without the website's name, and its line; *stated*: what its markup says."""
    heads = [each.block for each in placed if _is_largest(each)]
    names = [block.text for block in heads]
    written = next((each.text or "" for each in root.iter("title")), "")
    candidates = chain(
        # A heading that the window's title repeats: what is stated for networks may be the website's own.
        names if len(names) == 1 and plain(names[0]) in plain(written) else [],
        [without_site(stated, site, names, is_stated=True)] if stated else [],
        names if len(names) == 1 else [],
        [] if names else _styled(placed, chosen),
        _above_text(placed, chosen, written),
        [without_site(written, site, names, is_stated=False)],
        names,
    )
    for title in candidates:
        if not _is_general(title, site):
            alike = (
                each.block.line for each in placed if same(each.block.text, title) and not is_apart(each)
            )
            return title, next(alike, 1)
    found = title_among([each.block for each, place in zip(placed, chosen, strict=True) if place])
    return (found.text, found.line) if found else ("", 1)


def is_apart(placed: Placed) -> bool:
    """Whether a block stands in a part of the page that is no text."""
    return any(reason != "header" for _, reason in placed.zones)


def _above_text(placed: Sequence[Placed], chosen: Sequence[Place], written: str) -> Iterator[str]:
    """Yield the headings between the first block of the text and its first sentence, the largest first.

    A line of strong words is one where it begins like what is *written* as the window's title.
    """
    parts = [plain(part) for part in without_bars(written)]
    blocks = [each.block for each, place in zip(placed, chosen, strict=True) if place]
    above: list[Block] = []
    for block in blocks:
        if is_prose(block.text) and block.form is not Form.HEADING:
            break
        is_named = any(part and plain(block.text).startswith(part) for part in parts)
        if block.form is Form.HEADING and (block.level <= 3 or is_named):
            above.append(block)
    yield from (block.text for block in sorted(above, key=lambda block: block.level))


def _styled(placed: Sequence[Placed], chosen: Sequence[Place]) -> Iterator[str]:
    """Yield the lines above the text that are styled as its title, on pages that mark no heading as the largest."""
    first = next(
        (at for at, each in enumerate(placed) if chosen[at] and is_prose(each.block.text)), len(placed)
    )
    for each in placed[:first]:
        if is_apart(each) or len(each.block.text) > 200:
            continue
        for element in each.around[-2:]:
            names = f"{element.get('class') or ''} {element.get('id') or ''}"
            if any(_TITLE_CLASS.search(name) and not _OTHER_TITLE.search(name) for name in names.split()):
                yield each.block.text
                break


def _is_largest(placed: Placed) -> bool:
    return placed.block.form is Form.HEADING and placed.block.level == 1 and not is_apart(placed)


def _is_general(title: str, site: str) -> bool:
    """Whether *title* says nothing of this page."""
    is_known = furniture(title) is not None or is_category(title) or same(title, site)
    return is_known or len(plain(title)) < _SHORT or not re.search(r"[^\W\d_]{3,}", title)
