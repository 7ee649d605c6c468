"""What each step of the pipeline promises, verified on its result: nothing lost, nothing changed, nothing invented.

A broken promise is a fault of ours or of a library, never the editor's, and nothing is mailed then.
"""

import re
from collections import Counter
from typing import TYPE_CHECKING

from newsletter.errors import RenderingError
from newsletter.rendering.pipeline.linting import Outline
from newsletter.rendering.pipeline.slots import verify_slots

if TYPE_CHECKING:
    from lxml.etree import _Element

DOCTYPE = "<!DOCTYPE html>"

_SPOILT_ATTRIBUTE = re.compile(r'="[^"<>]*\\[^"<>]*"')
_WIDTH = re.compile(r"margin:0px auto;max-width:\d+px")
_STYLE_SHEET = re.compile(r"<style\b.*?</style>", re.DOTALL)
_SCHEMES = ("https://", "http://", "mailto:", "tel:", "#")


def verify_mjml_output(html: str) -> None:
    """Raise `RenderingError` unless *html* is what MRML makes of good MJML."""
    if "\\" in html and (spoilt := _SPOILT_ATTRIBUTE.search(_STYLE_SHEET.sub("", html))):
        raise _broken("MJML", f"an attribute was spoilt: {spoilt[0][:80]}")
    if "<mj-" in html or "</mj-" in html:
        raise _broken("MJML", "a component was not rendered")
    if html.lower().count("<!doctype") != 1:
        raise _broken("MJML", "there is not one doctype")
    if html.count("<!--[if") != html.count("<![endif]"):
        raise _broken("MJML", "a conditional comment is open")
    if not _WIDTH.search(html):
        raise _broken("MJML", "the letter has no width")


def verify_inlined(before: str, after: str, outline: Outline, *, shown_slots: int = 0) -> None:
    """Raise `RenderingError` unless *after* is *before* with more styles, and holds all of *outline*.

    *shown_slots*: as in `verify_slots`.
    """
    from lxml import etree

    if not after.startswith(DOCTYPE):
        raise _broken("premailer", "the doctype is lost, and every client would fall back to quirks mode")
    for mark in ("!important", "<!--[if", "<![endif]", "<style"):
        if before.count(mark) != after.count(mark):
            raise _broken(
                "premailer", f"`{mark}` is there {after.count(mark)} times, not {before.count(mark)}"
            )
    page = etree.fromstring(after, etree.HTMLParser())
    _verify_links(page, outline)
    _verify_images(page, outline)
    _verify_text(page, outline)
    verify_slots(after, outline.links, shown=shown_slots)


def _verify_links(page: "_Element", outline: Outline) -> None:
    found = Counter(_strings(page, "//a/@href"))
    if missing := Counter(outline.links) - found:
        raise _broken("the pipeline", f"a link is lost or changed: {next(iter(missing))}")
    for link in found:
        if not link.startswith(_SCHEMES):
            raise _broken("the pipeline", f"a link leads nowhere: {link}")


def _verify_images(page: "_Element", outline: Outline) -> None:
    found = Counter(_strings(page, "//img/@alt"))
    if missing := Counter(outline.alts) - found:
        raise _broken("the pipeline", f"a picture's description is lost or changed: {next(iter(missing))}")
    for width in _strings(page, "//img/@width"):
        if not width.isdigit():
            raise _broken("premailer", f"a picture is `{width}` wide")


def _verify_text(page: "_Element", outline: Outline) -> None:
    title = _without_space(str(page.xpath("string(/html/head/title)")))
    if title != outline.title:
        raise _broken("the pipeline", f"the title became `{title}`")
    for style_sheet in page.iter("style"):
        style_sheet.text = None
    found = _without_space(str(page.xpath("string(/html/body)")))
    if found != outline.text:
        at = next(
            (
                index
                for index, pair in enumerate(zip(found, outline.text, strict=False))
                if pair[0] != pair[1]
            ),
            min(len(found), len(outline.text)),
        )
        raise _broken("the pipeline", f"the text changed near `{outline.text[max(0, at - 20) : at + 40]}`")


def _strings(page: "_Element", path: str) -> list[str]:
    found = page.xpath(path)
    assert isinstance(found, list)
    return [str(text) for text in found]


def _without_space(text: str) -> str:
    return "".join(text.split())


def _broken(step: str, promise: str) -> RenderingError:
    return RenderingError(f"Rendering stopped after {step}: {promise}. Nothing was made of this issue.")
