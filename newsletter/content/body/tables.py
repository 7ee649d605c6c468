"""Tables of data, as narrow screens can show them: up to three columns; wider ones become lists."""

from collections.abc import Iterable, Sequence

from newsletter.content.body.elements import Element, Node, is_blank, text_of

#: Columns. At 375 px a fourth leaves less than ten letters to each.
_WIDEST = 3
#: Letters of the longest words of all headers together that a phone shows side by side.
_WHOLE_WORDS = 22
_ALIGNMENTS = frozenset({"left", "center", "right"})


def with_readable_tables(blocks: Iterable[Element]) -> tuple[Element, ...]:
    """Return *blocks* with every table, also one in a list or a quotation, fit for narrow screens and screen readers."""
    return tuple(_readable(block) for block in blocks)


def _readable(block: Element) -> Element:
    if block.tag != "table":
        return block.holding(
            child if isinstance(child, str) else _readable(child) for child in block.children
        )
    rows = [row for row in block.children if isinstance(row, Element)]
    is_wide = max(sum(_span(cell) for cell in _cells(row)) for row in rows) > _WIDEST
    return _as_list(rows) if is_wide else _as_table(rows)


def _as_table(rows: Sequence[Element]) -> Element:
    head, body = _head_and_body(rows)
    parts = [Element("thead", (_row(head, scope="col"),))] if head else []
    parts += [Element("tbody", tuple(_row(row, scope="row") for row in body))] if body else []
    are_short = sum(_longest_word(cell) for cell in _cells(head)) <= _WHOLE_WORDS if head else True
    return Element("table", tuple(parts), {"class": "data whole" if are_short else "data"})


def _longest_word(cell: Element) -> int:
    return max(map(len, text_of(cell.children).split()), default=0)


def _as_list(rows: Sequence[Element]) -> Element:
    """Return one item per row, with a line `header: value` for each cell that says something."""
    head, body = _head_and_body(rows)
    names = (
        [name for cell in _cells(head) for name in [text_of(cell.children).strip()] * _span(cell)]
        if head
        else []
    )
    return Element("ul", tuple(_item(row, names) for row in body or rows))


def _item(row: Element, names: Sequence[str]) -> Element:
    lines: list[Node] = []
    column = 0
    for cell in _cells(row):
        name = names[column] if column < len(names) else ""
        column += _span(cell)
        if not is_blank(cell.children):
            lines += [Element("br")] if lines else []
            lines += [Element("strong", (f"{name}:",)), " "] if name else []
            lines += cell.children
    return Element("li", tuple(lines))


def _head_and_body(rows: Sequence[Element]) -> tuple[Element | None, Sequence[Element]]:
    has_head = all(cell.tag == "th" for cell in _cells(rows[0]))
    return (rows[0], rows[1:]) if has_head else (None, rows)


def _row(row: Element, *, scope: str) -> Element:
    return Element("tr", tuple(_cell(cell, scope) for cell in _cells(row)))


def _cell(cell: Element, scope: str) -> Element:
    style = cell.attributes.get("style", "").partition("text-align:")[2].strip(" ;")
    align = (style or cell.attributes.get("align", "")).lower()
    attributes = {
        "align": align if align in _ALIGNMENTS else "",
        "scope": scope if cell.tag == "th" else "",
        "colspan": str(_span(cell)) if _span(cell) > 1 else "",
    }
    return Element(cell.tag, cell.children, {name: value for name, value in attributes.items() if value})


def _cells(row: Element) -> list[Element]:
    return [cell for cell in row.children if isinstance(cell, Element)]


def _span(cell: Element) -> int:
    written = cell.attributes.get("colspan", "")
    return max(1, int(written)) if written.isdecimal() and len(written) <= 3 else 1
