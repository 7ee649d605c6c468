"""The mail of one variant, taken apart: parsed once for all rules that look at it."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from newsletter.checks.appearance import Shown, shown_texts
from newsletter.checks.selectors import Elements
from newsletter.rendering.values import RenderedVariant

if TYPE_CHECKING:
    from lxml.etree import _Element

#: Every text but what is meant literally or never seen.
_PROSE = "//text()[normalize-space() and not(ancestor::style or ancestor::script or ancestor::code or ancestor::pre)]"


@dataclass(frozen=True, slots=True, kw_only=True)
class MailImage:
    """A picture as the HTML part has it; None: the attribute is not there."""

    source: str
    alt: str | None
    width: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A variant and what its HTML part consists of, in the order of reading."""

    variant: RenderedVariant
    page: "_Element" = field(compare=False, repr=False)
    #: Text between tags, code left out.
    texts: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    images: tuple[MailImage, ...] = ()
    #: Level of each heading.
    headings: tuple[int, ...] = ()
    #: What is seen on light paper, and in the dark.
    light: tuple[Shown, ...] = ()
    dark: tuple[Shown, ...] = ()
    #: Characters of all style sheets together.
    style_length: int = 0


def read_letter(variant: RenderedVariant) -> Letter:
    """Return the parts of the mail *variant*; never raises."""
    from lxml import etree

    # lxml refuses a document without any element.
    page = etree.fromstring(f"<!DOCTYPE html><html>{variant.html}</html>", etree.HTMLParser(huge_tree=True))
    elements = [element for element in page.iter() if isinstance(element.tag, str)]
    found = Elements(page)
    texts = page.xpath(_PROSE)
    assert isinstance(texts, list), "an XPath that selects nodes gives a list of them"
    return Letter(
        variant=variant,
        page=page,
        texts=tuple(map(str, texts)),
        links=tuple(str(element.get("href", "")) for element in elements if element.tag == "a"),
        images=tuple(
            MailImage(source=element.get("src", ""), alt=element.get("alt"), width=element.get("width"))
            for element in elements
            if element.tag == "img"
        ),
        headings=tuple(
            int(element.tag[1]) for element in elements if element.tag in {"h1", "h2", "h3", "h4", "h5", "h6"}
        ),
        light=shown_texts(page, found, dark=False),
        dark=shown_texts(page, found, dark=True),
        style_length=sum(len(element.text or "") for element in elements if element.tag == "style"),
    )
