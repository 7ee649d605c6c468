"""A document as plain text that reads like a letter: wrapped, with links as numbers that are listed beneath."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from textwrap import TextWrapper

from newsletter.content.body.elements import Element, Node, image_of, text_of
from newsletter.content.body.plainlines import LinkNumbers, line_of
from newsletter.content.body.plaintables import aligned_table, listed_row
from newsletter.content.body.structure import BLOCKS, HEADINGS

#: Characters a line (RFC 3676, section 4.2, advises at most 78; two are left for a quotation mark).
WIDTH = 76
#: However deep lists and quotations are inside each other, a line keeps this much.
_LEAST_WIDTH = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainText:
    """Text in which `[3]` stands for a link, and the links."""

    text: str
    #: Addresses, the first of them numbered `first_reference`.
    references: tuple[str, ...]
    first_reference: int = 1

    @property
    def reference_list(self) -> str:
        """One line a link: its number and address."""
        numbered = enumerate(self.references, self.first_reference)
        return "\n".join(f"[{number}] {address}" for number, address in numbered)

    @property
    def with_references(self) -> str:
        """The text, and the links beneath it."""
        return "\n\n".join(part for part in (self.text, self.reference_list) if part)


def plain_text(document: Iterable[Element], *, first_reference: int = 1) -> PlainText:
    """Return *document* as lines of at most `WIDTH` characters; only a word that is longer makes a longer line."""
    links = LinkNumbers(first=first_reference)
    lines = _Letter(links).paragraphs(tuple(document), WIDTH)
    return PlainText(text="\n".join(lines), references=links.addresses, first_reference=first_reference)


@dataclass(frozen=True, slots=True)
class _Letter:
    """Turns blocks into lines, numbering the links that it meets."""

    links: LinkNumbers

    def paragraphs(self, nodes: Sequence[Node], width: int, *, is_tight: bool = False) -> list[str]:
        """Return *nodes* with an empty line between blocks; text among the blocks is one too."""
        lines: list[str] = []
        for part in _parts(nodes):
            block = self._block(part, width)
            lines += [""] if lines and block and not is_tight else []
            lines += block
        return lines

    def _block(self, nodes: Sequence[Node], width: int) -> list[str]:
        block = nodes[0]
        if isinstance(block, str) or block.tag not in BLOCKS:
            return self._wrapped(nodes, width)
        if block.tag in HEADINGS:
            return self._heading(block, width)
        writers = {
            "ul": self._list,
            "ol": self._list,
            "blockquote": self._quotation,
            "pre": _code,
            "hr": _rule,
            "table": self._table,
            "figure": self._figure,
        }
        write = writers.get(block.tag)
        return write(block, width) if write else self._wrapped(block.children, width)

    def _wrapped(self, nodes: Sequence[Node], width: int) -> list[str]:
        return _wrapped_lines(line_of(nodes, self.links), width)

    def _heading(self, block: Element, width: int) -> list[str]:
        title = self._wrapped(block.children, width)
        return [*title, "~" * max(map(len, title), default=0)]

    def _quotation(self, block: Element, width: int) -> list[str]:
        return _prefixed(self.paragraphs(block.children, _narrowed(width, 2)), "> ", "> ")

    def _list(self, block: Element, width: int) -> list[str]:
        items = [item for item in block.children if isinstance(item, Element)]
        first = int(block.attributes.get("start", "1"))
        marks = ["- "] * len(items)
        if block.tag == "ol":
            marks = [f"{number}. " for number in range(first, first + len(items))]
        widest = max(map(len, marks), default=0)
        is_loose = any(
            isinstance(part, Element) and part.tag == "p" for item in items for part in item.children
        )
        lines: list[str] = []
        for item, mark in zip(items, marks, strict=True):
            content = self.paragraphs(item.children, _narrowed(width, widest), is_tight=not is_loose)
            lines += [""] if lines and is_loose else []
            lines += _prefixed(content, mark.rjust(widest), " " * widest)
        return lines

    def _figure(self, block: Element, width: int) -> list[str]:
        picture, *caption = block.children
        link = picture.attributes.get("href") if isinstance(picture, Element) else None
        alt = " ".join(image_of(block).attributes.get("alt", "").split())
        number = f" {self.links.mark(link)}" if link else ""
        shown = _wrapped_lines(f"[{alt}]{number}", width) if alt else []
        return [*shown, *(self._wrapped(caption, width) if caption else [])]

    def _table(self, block: Element, width: int) -> list[str]:
        head, body = (_rows(block, part) for part in ("thead", "tbody"))
        grid = [self._cells(row) for row in (*head, *body)]
        are_right = [cell.attributes.get("align") == "right" for cell in (*head, *body)[-1]]
        aligned = aligned_table(grid, has_head=bool(head), are_right=are_right, width=width)
        if aligned is not None:
            return aligned
        names = grid[0] if head else []
        rows = ["\n".join(listed_row(row, names)) for row in grid[len(head) :] or grid]
        return _wrapped_lines("\n\n".join(rows), width)

    def _cells(self, row: Sequence[Element]) -> list[str]:
        spanned = ((cell, int(cell.attributes.get("colspan", "1"))) for cell in row)
        return [
            part
            for cell, span in spanned
            for part in (line_of(cell.children, self.links), *[""] * (span - 1))
        ]


def _parts(nodes: Iterable[Node]) -> Iterable[Sequence[Node]]:
    """Yield each block alone, and runs of text between them together."""
    for is_block, group in groupby(nodes, key=_is_block):
        together = tuple(group)
        yield from ((node,) for node in together) if is_block else (together,)


def _is_block(node: Node) -> bool:
    return isinstance(node, Element) and node.tag in BLOCKS


def _rows(table: Element, tag: str) -> list[list[Element]]:
    parts = [part for part in table.children if isinstance(part, Element) and part.tag == tag]
    rows = [row for part in parts for row in part.children if isinstance(row, Element)]
    return [[cell for cell in row.children if isinstance(cell, Element)] for row in rows]


def _narrowed(width: int, by: int) -> int:
    return max(width - by, _LEAST_WIDTH)


def _rule(_: Element, __: int) -> list[str]:
    return ["* * *"]


def _code(block: Element, width: int) -> list[str]:
    code = text_of(block.children).expandtabs(4)
    room = _narrowed(width, 4)
    wrapped = (
        part for line in code.split("\n") for part in _wrap(line, room, drop_whitespace=False) or ("",)
    )
    return _prefixed(wrapped, "    ", "    ")


def _prefixed(lines: Iterable[str], first: str, others: str) -> list[str]:
    return [((others if number else first) + line).rstrip() for number, line in enumerate(lines)]


def _wrapped_lines(text: str, width: int) -> list[str]:
    """Return *text* with its own line breaks, and longer lines broken at spaces; none ends in one, also not in a fixed one."""
    return [part.rstrip() for line in text.split("\n") for part in _wrap(line, width) or ("",)]


@lru_cache(maxsize=1024)
def _wrap(line: str, width: int, *, drop_whitespace: bool = True) -> tuple[str, ...]:
    wrapper = TextWrapper(
        width=width, break_long_words=False, break_on_hyphens=False, drop_whitespace=drop_whitespace
    )
    return tuple(wrapper.wrap(line))
