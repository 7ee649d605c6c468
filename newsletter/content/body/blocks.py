"""A body as the rendering stage needs it: runs of safe HTML, and the pictures between them."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import TypeAlias

from newsletter.content.body.elements import Element, Node, image_of, write_html
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
    apart: list[Element] = []
    for block in blocks:
        if block.tag == "figure":
            _report_missing_alt(block, findings)
            apart.append(block)
        else:
            apart.append(block.holding(_described(child, findings) for child in block.children))
    return tuple(apart)


def _report_missing_alt(figure: Element, findings: Findings) -> None:
    image = image_of(figure)
    if "alt" not in image.attributes:
        source = image.attributes["src"]
        findings.add(
            Level.WARNING,
            "missing-alt",
            f"The image {source} has no description for those who do not see it.",
            at=source.rpartition("/")[2],
            help='Write one: ![what it shows](file), or alt="" in an <img> that only decorates.',
        )


def _described(node: Node, findings: Findings) -> Node:
    if isinstance(node, str):
        return node
    if node.tag == "figure":
        picture, *caption = node.children
        return Element("p", (_described(picture, findings), *([" ", *caption] if caption else [])))
    if node.tag != "img":
        return node.holding(_described(child, findings) for child in node.children)
    source = node.attributes["src"]
    findings.add(
        Level.WARNING,
        "image-in-text",
        f"The image {source} stands inside a sentence, list, quotation or table: its description is printed instead.",
        at=source.rpartition("/")[2],
        help="Put it in a paragraph of its own.",
    )
    return node.attributes.get("alt", "")


def _image(figure: Element) -> ImageBlock:
    picture, *caption = figure.children
    image = image_of(figure)
    return ImageBlock(
        source=image.attributes["src"],
        alt=image.attributes.get("alt"),
        caption_html=email_html(write_html(caption)),
        link=picture.attributes.get("href") if isinstance(picture, Element) else None,
    )
