"""A body as the rendering stage needs it: runs of safe HTML, and the pictures between them."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import groupby
from typing import TypeAlias

from newsletter.content.body.elements import Element, Node, write_html
from newsletter.content.body.findings import Findings
from newsletter.content.body.plaintext import PlainText, plain_text
from newsletter.content.body.sanitising import email_html
from newsletter.errors import Level, Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class HtmlBlock:
    """Paragraphs, headings, lists and tables.

    Its `html` passed the sanitiser: together with `ImageBlock.caption_html` the only HTML that a template may mark as safe.
    """

    html: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageBlock:
    """A picture that stands by itself."""

    #: Relative to the project folder when it is a file of ours, else a web address.
    source: str
    #: "" means decorative; None: nobody wrote one.
    alt: str | None
    #: One line of safe HTML, or "".
    caption_html: str = ""
    #: Where a click on it leads.
    link: str | None = None


Block: TypeAlias = HtmlBlock | ImageBlock


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """A body, rendered: `blocks` for the HTML part, `plain_text` for the other, both from one document."""

    #: In the order of reading.
    blocks: tuple[Block, ...]
    #: Links are whole, headings shifted, tables narrow.
    document: tuple[Element, ...]
    problems: tuple[Problem, ...] = ()

    def plain_text(self, *, first_reference: int = 1) -> PlainText:
        """Return the body for the plain-text part; its links are numbered from *first_reference*."""
        return plain_text(self.document, first_reference=first_reference)

    @property
    def text(self) -> str:
        """The body as plain text with its references beneath it."""
        return self.plain_text().with_references


def blocks_of(document: Iterable[Element]) -> tuple[Block, ...]:
    """Return *document* as blocks; everything between two pictures is one."""
    blocks: list[Block] = []
    for is_picture, group in groupby(document, key=lambda element: element.tag == "figure"):
        if is_picture:
            blocks += (_image(element) for element in group)
        else:
            blocks.append(HtmlBlock(html=email_html(write_html(group))))
    return tuple(blocks)


def with_pictures_apart(blocks: Iterable[Element], findings: Findings) -> tuple[Element, ...]:
    """Return *blocks* with pictures only where they stand by themselves; elsewhere their description takes their place."""
    return tuple(
        block
        if block.tag == "figure"
        else replace(block, children=tuple(_described(child, findings) for child in block.children))
        for block in blocks
    )


def _described(node: Node, findings: Findings) -> Node:
    if isinstance(node, str):
        return node
    if node.tag == "figure":
        picture, *caption = node.children
        words = (_described(picture, findings), *([" ", *caption] if caption else []))
        return Element("p", words)
    if node.tag != "img":
        return replace(node, children=tuple(_described(child, findings) for child in node.children))
    source, alt = node.attributes["src"], node.attributes.get("alt", "")
    findings.add(
        Level.WARNING,
        "image-in-text",
        f"The image {source} stands inside a sentence, list, quotation or table: its description is printed instead.",
        at=source.rpartition("/")[2],
        help="Put it in a paragraph of its own.",
    )
    return alt


def _image(figure: Element) -> ImageBlock:
    picture, *caption = figure.children
    link = picture.attributes.get("href") if isinstance(picture, Element) else None
    while isinstance(picture, Element) and picture.tag != "img":
        picture = picture.children[0]
    attributes = picture.attributes if isinstance(picture, Element) else {}
    return ImageBlock(
        source=attributes["src"],
        alt=attributes.get("alt"),
        caption_html=email_html(write_html(caption)),
        link=link,
    )
