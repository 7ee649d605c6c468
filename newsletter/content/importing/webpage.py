"""A saved page: its markup says what it can, the rest is read from its text like any pasted one."""

import re
from collections.abc import Sequence
from dataclasses import replace
from zoneinfo import ZoneInfo

from lxml import etree
from lxml.html import HtmlElement, HTMLParser, document_fromstring

from newsletter.content.importing.blocks import Block, Form, LeftOut
from newsletter.content.importing.cutting import cut
from newsletter.content.importing.datedlines import read_dated_line
from newsletter.content.importing.hashtags import is_tag_line
from newsletter.content.importing.htmlblocks import Placed, html_blocks
from newsletter.content.importing.labelled import read_labelled
from newsletter.content.importing.labels import Label, read_label
from newsletter.content.importing.languages import language_of
from newsletter.content.importing.maintext import Place, extracted, select
from newsletter.content.importing.metadata import base_of, read_metadata, site_name
from newsletter.content.importing.pagetitle import find_title, is_apart
from newsletter.content.importing.plaintext import text_blocks
from newsletter.content.importing.reading import Reading
from newsletter.content.importing.source import Source
from newsletter.content.importing.wording import is_prose, same
from newsletter.errors import NewsletterError

_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
#: What the parser says when it gives up.
_TOO_MUCH = re.compile(r"excessive depth|huge|too (?:long|big|deep)", re.IGNORECASE)
#: Of what Trafilatura finds.
_ENOUGH = 0.5
#: In characters.
_BUTTON = 40
#: Parts of a page that may say when and where an event is.
_TELLING = frozenset({"sidebar", "header", "byline", "form"})


def read_html(source: Source, zone: ZoneInfo) -> Reading:
    """Return what the page *source* says. Raises NewsletterError when it is no HTML that can be read."""
    root = _parsed(source)
    facts = read_metadata(root, zone)
    base = base_of(root, facts.link)
    placed = html_blocks(root, base)
    found_text = extracted(root)
    if not placed and not found_text:
        return Reading(title="", blocks=(), facts=facts, has_login=_has_login(root))
    chosen = select(placed, found_text)
    title, title_line = find_title(root, placed, chosen, stated=facts.title, site=site_name(root))
    blocks, around = _blocks(placed, chosen, title)
    if sum(len(block.text) for block in blocks) < len(found_text) * _ENOUGH:
        # Built such that its tree says nothing: the text alone, then.
        blocks = text_blocks(found_text)
    language = facts.lang.partition("-")[0].casefold() or language_of(block.text for block in blocks)
    index = _place_of(title, blocks)
    found = cut(blocks, title=title, title_index=index, language=language)
    body = _without_captions(found.blocks, placed, chosen)
    body = [block for block in body if not is_tag_line(block.text, facts.tags)]
    # `Tags: annual report expert desk`, of two links that are tags, is no third one.
    said = [tag for tag in found.facts.tags if tag in facts.tags or not is_tag_line(tag, facts.tags)]
    beside, _ = read_labelled([each.block for each in around], language)
    buttons = [each.block for each in around if each.block.links and len(each.block.text) <= _BUTTON]
    return Reading(
        title=title,
        title_line=title_line,
        blocks=_levelled(body),
        facts=facts.or_else(replace(found.facts, tags=tuple(said))).or_else(replace(beside, tags=())),
        lone_dates=found.lone_dates,
        lone_place=found.lone_place,
        buttons=buttons,
        language=language,
        left_out=[*found.left_out, *_left_out(placed, chosen, title)],
        has_login=_has_login(root),
    )


def _parsed(source: Source) -> HtmlElement:
    parser = HTMLParser(no_network=True, huge_tree=False, recover=True)
    try:
        root = document_fromstring(_DECLARATION.sub("", source.text), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError, AssertionError) as error:
        raise NewsletterError(
            f"{source.name or 'standard input'} cannot be read as HTML. Open it in a browser, copy its text into a file, and import that."
        ) from error
    if any(_TOO_MUCH.search(entry.message) for entry in parser.error_log):
        # What stands further down or inside is gone without a word.
        raise NewsletterError(
            f"{source.name or 'standard input'} is nested deeper than any page, or has a paragraph as long as a book. "
            "Open it in a browser, copy its text into a file, and import that."
        )
    return root


def _place_of(title: str, blocks: Sequence[Block]) -> int | None:
    """Return the last of *blocks* above the text that is the *title*."""
    first = next((at for at, block in enumerate(blocks) if is_prose(block.text)), len(blocks))
    alike = [at for at, block in enumerate(blocks[: first + 1]) if title and same(block.text, title)]
    return alike[-1] if alike else None


def _blocks(
    placed: Sequence[Placed], chosen: Sequence[Place], title: str
) -> tuple[list[Block], list[Placed]]:
    """Return the text with what stands between it and the title, and what else may tell of an event."""
    first = next((at for at, is_text in enumerate(chosen) if is_text), 0)
    heads = [
        at for at in range(first) if title and same(placed[at].block.text, title) and not is_apart(placed[at])
    ]
    between = range(heads[-1], first) if heads else range(max(0, first - 6), first)
    above = range(max(0, heads[-1] - 6), heads[-1]) if heads else range(0)
    blocks, around = [], []
    for at, each in enumerate(placed):
        is_between = heads and at in between and not is_apart(each)
        if chosen[at] or is_between or (at in above and not is_apart(each) and _is_dated(each.block.text)):
            blocks.append(each.block)
        elif all(reason in _TELLING for _, reason in each.zones) and len(each.block.text) <= 160:
            around.append(each)
    return blocks, around


def _is_dated(text: str) -> bool:
    """Whether *text* holds the day of publication and little else: some pages show it above their title."""
    label = read_label(text)
    return (label is not None and label.label is Label.PUBLISHED) or read_dated_line(text, "") is not None


def _levelled(blocks: Sequence[Block]) -> list[Block]:
    """Return *blocks* with headings from level 2 on, none skipped, none at the end with nothing below."""
    kept = list(blocks)
    while kept and kept[-1].form is Form.HEADING:
        kept.pop()
    levels = sorted({block.level for block in kept if block.form is Form.HEADING})
    return [
        replace(block, level=2 + levels.index(block.level)) if block.form is Form.HEADING else block
        for block in kept
    ]


def _without_captions(
    blocks: Sequence[Block], placed: Sequence[Placed], chosen: Sequence[Place]
) -> list[Block]:
    """Return *blocks* without short lines that Trafilatura leaves out: captions, credits, buttons; and without lists of links above the text."""
    doubtful = {each.block for each, place in zip(placed, chosen, strict=True) if place is not Place.TEXT}
    first = next((at for at, block in enumerate(blocks) if is_prose(block.text)), len(blocks))
    return [
        block
        for at, block in enumerate(blocks)
        if not (block in doubtful and _is_caption(block)) and not (at < first and _is_mere_link(block))
    ]


def _is_caption(block: Block) -> bool:
    is_label = block.form is Form.PARAGRAPH and len(block.text) <= 60
    return is_label and not is_prose(block.text) and not block.links and not re.search(r"[.:!?]$", block.text)


def _is_mere_link(block: Block) -> bool:
    """Whether *block* is a link, or several in a row: a menu."""
    words = "".join(link.words for link in block.links)
    return bool(block.links) and same(words, block.text) and len(block.text) <= 60 * len(block.links)


def _left_out(placed: Sequence[Placed], chosen: Sequence[Place], title: str) -> list[LeftOut]:
    """List what has sentences, each with its part of the page; menus and the like are counted."""
    found: list[LeftOut] = []
    short = 0
    for each, is_text in zip(placed, chosen, strict=True):
        block = each.block
        if is_text or same(block.text, title):
            continue
        reason = each.zones[-1][1] if each.zones else "beside the text"
        if not is_prose(block.text):
            short += 1
        elif found and found[-1].reason == reason:
            found[-1] = replace(found[-1], count=found[-1].count + 1)
        else:
            found.append(LeftOut(line=block.line, count=1, begins=block.text, reason=reason))
    if short:
        found.append(LeftOut(line=1, count=short, begins="", reason="menus, buttons and the like"))
    return found


def _has_login(root: HtmlElement) -> bool:
    return any((each.get("type") or "").lower() == "password" for each in root.iter("input"))
