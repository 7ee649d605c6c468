"""Markdown as its writers know it, made fit for mail.

CommonMark with tables, footnotes, strikethrough, definition lists, task lists, bare addresses as links, and HTML as far as
mail programs show it. `docs/markdown.md` tells the writers. Text between quotes, dashes and emoji are left as written.
"""

import re
from functools import lru_cache

from newsletter.content.addresses.links import LinkBase
from newsletter.content.body.blocks import Body, HtmlBlock, ImageBlock, blocks_of, with_pictures_apart
from newsletter.content.body.elements import Element, read_html
from newsletter.content.body.findings import Findings
from newsletter.content.body.headings import shifted_headings
from newsletter.content.body.limits import TooLargeError
from newsletter.content.body.linking import with_links
from newsletter.content.body.plainparagraph import plain_paragraph
from newsletter.content.body.sanitising import accept_html
from newsletter.content.body.structure import as_blocks
from newsletter.content.body.tables import with_readable_tables
from newsletter.content.characters import clean_text
from newsletter.errors import Level

__all__ = ["Body", "HtmlBlock", "ImageBlock", "LinkBase", "plain_paragraph", "render_body"]

_LOST = re.compile(
    r"<(script|style|form|svg|object|math|input|button|select|textarea|canvas)\b", re.IGNORECASE
)


def render_body(
    body: str, *, base: LinkBase, is_html: bool = False, first_heading_level: int = 3, first_line: int = 1
) -> Body:
    """Return *body*, Markdown or HTML, as blocks of safe HTML and as a document for the plain-text part.

    Headings begin at *first_heading_level* (1-6). *first_line* is the line of the file on which the body starts, for the
    problems. Never raises for what a writer can write.
    """
    source = clean_text(body)
    findings = Findings(source=source, path=base.path, first_line=first_line)
    linked = with_links(_written(source, findings, is_html=is_html), base, findings)
    apart = with_pictures_apart(linked, findings)
    document = with_readable_tables(shifted_headings(apart, first_heading_level))
    return Body(blocks=blocks_of(document), document=document, problems=findings.problems)


def _written(source: str, findings: Findings, *, is_html: bool) -> tuple[Element, ...]:
    """Return what of *source* a mail can be made of; report what cannot."""
    try:
        blocks, lost = _parsed(source, is_html=is_html)
    except TooLargeError as error:
        findings.add(
            Level.ERROR,
            "body-too-large",
            f"The text was left out: {error}.",
            help="Shorten it, and link to the page that has it all.",
        )
        return ()
    for tag in lost:
        findings.add(
            Level.WARNING,
            "html-left-out",
            f"<{tag}> was left out: mail programs do not show it.",
            at=f"<{tag}",
            help="Remove it, or link to the page that has it.",
        )
    return blocks


@lru_cache(maxsize=64)
def _parsed(source: str, *, is_html: bool) -> tuple[tuple[Element, ...], tuple[str, ...]]:
    """Return the blocks of *source* and the tags that are left out. Raises `TooLargeError`."""
    html = source if is_html else _html_of(source)
    lost = tuple(dict.fromkeys(tag.lower() for tag in _LOST.findall(html)))
    return as_blocks(read_html(accept_html(html))), lost


def _html_of(markdown: str) -> str:
    from newsletter.content.body.parser import html_of

    return html_of(markdown)
