"""The many ways to write HTML, brought to the few that the rest of this stage knows.

Afterwards a document is a sequence of `BLOCKS` that hold text, `INLINE` elements or further blocks: no stray text between
them, no wrapper, nothing that only looks, nothing empty. A table holds rows, a row cells, a cell one line of text.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence

from newsletter.content.body.elements import Element, Node, contains, image_of, is_blank, text_of
from newsletter.content.body.inlines import as_inline, is_inline, media_link, trimmed
from newsletter.content.body.sanitising import MEDIA

HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
#: What stands on its own; a `figure` holds a picture, perhaps in a link, and its caption.
BLOCKS = HEADINGS | {"p", "ul", "ol", "blockquote", "pre", "hr", "table", "figure"}
#: A task as GitHub writes it.
_TASKS = {"[ ] ": "☐ ", "[x] ": "☑ ", "[X] ": "☑ "}


def as_blocks(nodes: Iterable[Node]) -> tuple[Element, ...]:
    """Return *nodes* as a sequence of blocks in the order of reading."""
    return tuple(node for node in _flow(nodes, _paragraph) if isinstance(node, Element))


def pictures_only(nodes: Sequence[Node]) -> bool:
    """Return whether *nodes* show pictures, each perhaps in a link, and say nothing."""
    return not text_of(nodes).strip() and contains(nodes, frozenset({"img"}))


def _flow(nodes: Iterable[Node], close_line: Callable[[Sequence[Node]], Sequence[Node]]) -> list[Node]:
    flow: list[Node] = []
    line: list[Node] = []
    for node in _lifted(nodes):
        if isinstance(node, str) or is_inline(node):
            line.append(node)
        else:
            flow += close_line(line)
            line = []
            flow += _block(node)
    return [*flow, *close_line(line)]


def _lifted(nodes: Iterable[Node]) -> Iterable[Node]:
    """Yield *nodes*; an inline element around blocks, as in `<a><h3>`, goes into each of the blocks."""
    for node in nodes:
        if isinstance(node, str) or not is_inline(node) or _is_inline_throughout(node):
            yield node
        else:
            for child in node.children:
                if isinstance(child, str) or is_inline(child):
                    yield Element(node.tag, (child,), node.attributes)
                else:
                    within = Element(node.tag, child.children, node.attributes)
                    yield Element(child.tag, (within,), child.attributes)


def _is_inline_throughout(node: Node) -> bool:
    return isinstance(node, str) or (
        (is_inline(node) or node.tag in MEDIA or node.tag == "source")
        and all(_is_inline_throughout(child) for child in node.children)
    )


def _block(node: Element) -> Sequence[Element]:
    if node.tag in HEADINGS:
        return _line_block(node.tag, node.children)
    if node.tag in MEDIA:
        return _paragraph(media_link(node))
    read = _READERS.get(node.tag)
    return read(node) if read else as_blocks(node.children)


def _paragraph(nodes: Sequence[Node]) -> Sequence[Element]:
    return _line_block("p", nodes)


def _line_block(tag: str, nodes: Sequence[Node]) -> Sequence[Element]:
    line = trimmed(as_inline(nodes))
    if pictures_only(line):
        return tuple(_captioned(picture) for picture in _pictures(line))
    return () if is_blank(line) else (Element(tag, line),)


def _pictures(nodes: Iterable[Node]) -> Iterable[Element]:
    for node in nodes:
        if isinstance(node, str):
            continue
        if node.tag == "a":
            yield from (Element("a", (each,), node.attributes) for each in _pictures(node.children))
        elif node.tag == "img":
            yield node
        else:
            yield from _pictures(node.children)


def _title(node: Element) -> Sequence[Element]:
    return _paragraph((Element("strong", as_inline(node.children)),))


def _quotation(node: Element) -> Sequence[Element]:
    quoted = as_blocks(node.children)
    return (Element("blockquote", quoted),) if quoted else ()


def _code(node: Element) -> Sequence[Element]:
    code = text_of(node.children).strip("\n")
    return (Element("pre", (Element("code", (code,)),)),) if code.strip() else ()


def _rule(_: Element) -> Sequence[Element]:
    return (Element("hr"),)


def _figure(node: Element) -> Sequence[Element]:
    shown = [child for child in node.children if not _is_caption(child)]
    inline = as_inline(shown)
    if not pictures_only(inline):
        return as_blocks(node.children)
    captions = (
        child.children for child in node.children if isinstance(child, Element) and _is_caption(child)
    )
    caption = trimmed(as_inline(part for children in captions for part in children))
    *others, last = _pictures(inline)
    return (*map(_captioned, others), _captioned(last, caption))


def _captioned(picture: Element, caption: tuple[Node, ...] = ()) -> Element:
    title = image_of(picture).attributes.get("title", "").strip()
    return Element("figure", (picture, *(caption or ((title,) if title else ()))))


def _is_caption(node: Node) -> bool:
    return isinstance(node, Element) and node.tag == "figcaption"


def _list(node: Element) -> Sequence[Element]:
    items = [item for child in _lifted(node.children) if (item := _item(child))]
    start = node.attributes.get("start", "")
    # More digits are a mistake; some mail programs show none of the numbers then.
    attributes = {"start": start} if node.tag == "ol" and start.isdecimal() and len(start) <= 6 else {}
    return (Element(node.tag, tuple(items), attributes),) if items else ()


def _item(node: Node) -> Element | None:
    """Return *node* as an item; its text becomes paragraphs only if it had some, so that short lists stay tight."""
    parts = node.children if isinstance(node, Element) and node.tag == "li" else (node,)
    is_loose = any(isinstance(part, Element) and part.tag == "p" for part in parts)
    flow = _flow(parts, _paragraph if is_loose else lambda line: trimmed(as_inline(line)))
    return Element("li", _with_task(tuple(flow))) if not is_blank(flow) else None


def _with_task(nodes: tuple[Node, ...]) -> tuple[Node, ...]:
    match nodes:
        case (str() as text, *rest) if text[:4] in _TASKS:
            return (_TASKS[text[:4]] + text[4:], *rest)
        case (Element(tag="p") as first, *rest):
            return (Element("p", _with_task(first.children)), *rest)
        case _:
            return nodes


def _table(node: Element) -> Sequence[Element]:
    captions = [child for child in node.children if isinstance(child, Element) and child.tag == "caption"]
    rows = tuple(Element("tr", cells) for row in _rows(node.children) if (cells := _cells(row)))
    table = (Element("table", rows),) if not is_blank(rows) else ()
    return (*as_blocks(captions), *table)


def _rows(nodes: Iterable[Node]) -> Iterable[Element]:
    for node in nodes:
        if isinstance(node, Element) and node.tag == "tr":
            yield node
        elif isinstance(node, Element) and node.tag != "caption":
            yield from _rows(node.children)


def _cells(row: Element) -> tuple[Element, ...]:
    return tuple(
        Element(cell.tag, trimmed(as_inline(cell.children)), cell.attributes)
        for cell in row.children
        if isinstance(cell, Element) and cell.tag in {"th", "td"}
    )


#: What is not here, and neither a heading nor media, is a wrapper: its content stays.
_READERS: Mapping[str, Callable[[Element], Sequence[Element]]] = {
    "p": lambda node: _paragraph(node.children),
    "ul": _list,
    "ol": _list,
    "blockquote": _quotation,
    "pre": _code,
    "hr": _rule,
    "table": _table,
    "figure": _figure,
    "summary": _title,
    "dt": _title,
}
