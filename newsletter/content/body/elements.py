"""HTML as a tree of values, read from and written as the plain HTML that the sanitiser returns."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from html.parser import HTMLParser
from typing import TypeAlias

from newsletter.content.characters import clean_text

Node: TypeAlias = "Element | str"

#: Elements without content and end tag.
VOID = frozenset({"br", "hr", "img", "source", "embed"})
#: Elements inside elements. Real posts stay under 12; what is deeper loses its tags, never its text.
MAX_DEPTH = 40


@dataclass(frozen=True, slots=True)
class Element:
    """One element; text stands between elements as plain strings, entities decoded."""

    tag: str
    children: tuple[Node, ...] = ()
    attributes: Mapping[str, str] = field(default_factory=dict)

    def holding(self, children: Iterable["Node"]) -> "Element":
        """Return this element with other content."""
        return Element(self.tag, tuple(children), self.attributes)


def read_html(html: str) -> tuple[Node, ...]:
    """Return the tree of *html*, which must have passed the sanitiser: every element there is closed."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.finish()


def write_html(nodes: Iterable[Node]) -> str:
    """Return *nodes* as HTML."""
    return "".join(_written(node) for node in nodes)


def text_of(nodes: Iterable[Node]) -> str:
    """Return the text in *nodes*, a line break as a space and a picture as nothing."""
    return "".join(_text(node) for node in nodes)


def is_blank(nodes: Iterable[Node]) -> bool:
    """Return whether there is nothing to read or to see in *nodes*."""
    return not any(
        node.tag in {"img", "hr"} or not is_blank(node.children)
        if isinstance(node, Element)
        else node.strip()
        for node in nodes
    )


def contains(nodes: Iterable[Node], tags: frozenset[str]) -> bool:
    """Return whether one of *tags* is somewhere in *nodes*."""
    return any(
        isinstance(node, Element) and (node.tag in tags or contains(node.children, tags)) for node in nodes
    )


def image_of(picture: Element) -> Element:
    """Return the `img` in *picture*, a figure or a link around one."""
    while picture.tag != "img":
        picture = next(child for child in picture.children if isinstance(child, Element))
    return picture


def _written(node: Node) -> str:
    if isinstance(node, str):
        return escape(node, quote=False)
    attributes = "".join(f' {name}="{escape(value)}"' for name, value in node.attributes.items())
    start = f"<{node.tag}{attributes}>"
    return start if node.tag in VOID else f"{start}{write_html(node.children)}</{node.tag}>"


def _text(node: Node) -> str:
    if isinstance(node, str):
        return node
    return " " if node.tag == "br" else text_of(node.children)


class _Reader(HTMLParser):
    """Builds the tree; `HTMLParser` calls the three handlers in the order of the text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._open: list[tuple[str, Mapping[str, str], list[Node]]] = [("", {}, [])]
        self._flattened: list[str] = []

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        attributes = {name: clean_text(value or "") for name, value in attrs}
        if tag in VOID:
            self._open[-1][2].append(Element(tag, attributes=attributes))
        elif len(self._open) > MAX_DEPTH:
            self._flattened.append(tag)
        else:
            self._open.append((tag, attributes, []))

    def handle_endtag(self, tag: str) -> None:
        if self._flattened and self._flattened[-1] == tag:
            self._flattened.pop()
        elif self._open[-1][0] == tag:
            self._close_last()

    def handle_data(self, data: str) -> None:
        text = clean_text(data)
        if text:
            self._open[-1][2].append(text)

    def finish(self) -> tuple[Node, ...]:
        while len(self._open) > 1:
            self._close_last()
        return tuple(self._open[0][2])

    def _close_last(self) -> None:
        tag, attributes, children = self._open.pop()
        self._open[-1][2].append(Element(tag, tuple(children), attributes))
