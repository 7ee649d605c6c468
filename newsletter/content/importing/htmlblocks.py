"""A page's tree as blocks in the order of reading, each with the part of the page that it stands in."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from lxml.html import HtmlElement

from newsletter.content.importing.blocks import Block, Form
from newsletter.content.importing.inline import BREAK, Inline
from newsletter.content.importing.labels import read_label
from newsletter.content.importing.plaintext import BULLET_MARKS, NUMBER_MARK, begins_with_date
from newsletter.content.importing.zones import is_unseen, zone_of

_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_INLINE = frozenset(
    {"a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em", "font", "i", "ins", "kbd", "mark", "q",
     "s", "samp", "small", "span", "strike", "strong", "sub", "sup", "time", "tt", "u", "var", "wbr", "label", "o:p"}
)  # fmt: skip
#: Cells: a larger table lays out a page.
_MAX_CELLS = 400
#: In characters: a line of strong words that is a heading.
_MAX_TITLE = 90
#: With what an entry begins where no list is marked.
DASH = re.compile(r"[-–—]\s+(?=\S)")
#: Words of class: what stands below a title belongs to it, and heads nothing.
_SUBTITLE = re.compile(
    r"(?:^|[\s_-])(?:sub-?(?:title|head(?:ing|line)?)|unter(?:titel|zeile)|sous-?titre|kicker|dachzeile|surtitre)(?:$|\s)",
    re.IGNORECASE,
)
#: `**Venue:** …`, a line of facts.
_LABELLED = re.compile(r"\*\*[^*]{1,40}(?::\*\*|\*\*:)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A block, and where it stands."""

    block: Block
    #: The elements around it, the innermost last.
    around: tuple[HtmlElement, ...]
    #: Elements around it that are no text, with what they are.
    zones: tuple[tuple[HtmlElement, str], ...]


def html_blocks(root: HtmlElement, base: str) -> list[Placed]:
    """Return what *root* shows; *base*: what relative addresses are relative to."""
    walk = _Walk(base)
    walk.element(root, (), ())
    walk.flush()
    return _with_dashed(walk.found)


def _with_dashed(placed: list[Placed]) -> list[Placed]:
    """Return *placed* with paragraphs in a row that begin with a dash as entries of a list."""
    is_dashed = [bool(DASH.match(each.block.text)) for each in placed]
    return [
        replace(each, block=dashed(each.block))
        if is_dashed[at] and any(is_dashed[max(0, at - 1) : at] + is_dashed[at + 1 : at + 2])
        else each
        for at, each in enumerate(placed)
    ]


@dataclass(slots=True)
class _Walk:
    base: str
    found: list[Placed] = field(default_factory=list)
    #: What was gathered for the next block, and how it begins.
    inline: Inline | None = None
    template: Block = field(default_factory=lambda: Block(text=""))
    around: tuple[HtmlElement, ...] = ()
    zones: tuple[tuple[HtmlElement, str], ...] = ()

    def element(
        self,
        element: HtmlElement,
        around: tuple[HtmlElement, ...],
        zones: tuple[tuple[HtmlElement, str], ...],
        depth: int = 0,
    ) -> None:
        """Add what *element* shows, but not what follows it."""
        if not isinstance(element.tag, str) or is_unseen(element):
            return
        tag = element.tag
        if zone := zone_of(element):
            zones = (*zones, (element, zone))
        if tag == "table" and (rows := _rows(element, self.base)):
            self._table(element, rows, (*around, element), zones)
            return
        around = (*around, element)
        self._begin(element, around, zones, depth)
        self._text(element.text, element, around, zones)
        for child in element:
            if child.tag == "br":
                self._inline(element, around, zones).add_break()
            elif is_bullet_image(child):
                self._inline(element, around, zones).add_text("• ")
            elif child.tag == "hr":
                self.flush()
            elif _is_inline(child):
                self._inline(element, around, zones).add_marked(child, _gathered(child, self.base))
            else:
                self.element(
                    child,
                    around,
                    zones,
                    depth + (tag in {"ul", "ol"} and child.tag in {"ul", "ol"}) + (tag == "li"),
                )
                self._text_again(element, around, zones)
            self._text(child.tail, element, around, zones)
        if tag not in _INLINE:
            self.flush()

    def _begin(
        self,
        element: HtmlElement,
        around: tuple[HtmlElement, ...],
        zones: tuple[tuple[HtmlElement, str], ...],
        depth: int,
    ) -> None:
        self.flush()
        self.around, self.zones = around, zones
        line = element.sourceline or 1
        tag = str(element.tag)
        if tag in _HEADINGS and not _SUBTITLE.search(element.get("class") or ""):
            self.template = Block(form=Form.HEADING, text="", level=_HEADINGS[tag], line=line)
        elif tag == "li":
            self.template = _entry(element, line, depth)
        elif tag in {"dt", "summary"}:
            self.template = Block(form=Form.PARAGRAPH, text="", line=line)
        elif next(element.iterancestors("blockquote"), None) is not None or tag == "blockquote":
            self.template = Block(form=Form.QUOTE, text="", line=line)
        elif tag in {"p", "div", "span"} and around[-2:-1] and around[-2].tag == "li" and _is_first(element):
            self.template = _entry(around[-2], line, max(depth - 1, 0))
        else:
            self.template = Block(text="", line=line)

    def _text_again(
        self,
        element: HtmlElement,
        around: tuple[HtmlElement, ...],
        zones: tuple[tuple[HtmlElement, str], ...],
    ) -> None:
        """Go on in *element* after a block inside it."""
        self.template = Block(text="", line=element.sourceline or 1)
        self.around, self.zones = around, zones

    def _inline(
        self,
        element: HtmlElement,
        around: tuple[HtmlElement, ...],
        zones: tuple[tuple[HtmlElement, str], ...],
    ) -> Inline:
        if self.inline is None:
            self.inline = Inline(self.base)
            self.around, self.zones = around, zones
        return self.inline

    def _text(
        self,
        text: str | None,
        element: HtmlElement,
        around: tuple[HtmlElement, ...],
        zones: tuple[tuple[HtmlElement, str], ...],
    ) -> None:
        if text and (text.strip() or self.inline is not None):
            self._inline(element, around, zones).add_text(text)

    def flush(self) -> None:
        """End the block that is being gathered."""
        inline, self.inline = self.inline, None
        if inline is None:
            return
        for block in _split(inline, self.template):
            self.found.append(Placed(block=block, around=self.around, zones=self.zones))

    def _table(
        self,
        element: HtmlElement,
        rows: Sequence[Sequence[str]],
        around: tuple[HtmlElement, ...],
        zones: tuple[tuple[HtmlElement, str], ...],
    ) -> None:
        self.flush()
        line = element.sourceline or 1
        for block in _facts(rows, line) or [_table(rows, line)]:
            self.found.append(Placed(block=block, around=around, zones=zones))


def _facts(rows: Sequence[Sequence[str]], line: int) -> list[Block]:
    """Return the *rows* of a table that says what, when and where as lines; nothing for any other table."""
    if len(rows[0]) != 2 or not any(read_label(f"{name.strip(' :*')}:") for name, _ in rows):
        return []
    pairs = [(name.strip(" :*"), value) for name, value in rows if value]
    return [
        Block(text=f"{name}: {value}", markdown=f"**{name}:** {value}", line=line) for name, value in pairs
    ]


def _table(rows: Sequence[Sequence[str]], line: int) -> Block:
    lines = [f"| {' | '.join(row)} |" for row in rows]
    lines.insert(1, f"|{' --- |' * len(rows[0])}")
    text = " ".join(cell for row in rows for cell in row)
    return Block(form=Form.TABLE, text=text, markdown="\n".join(lines), line=line)


def _entry(element: HtmlElement, line: int, depth: int) -> Block:
    parent = element.getparent()
    if parent is not None and parent.tag == "ol":
        number = 1 + sum(1 for before in element.itersiblings("li", preceding=True))
        return Block(form=Form.NUMBERED, text="", level=min(depth // 2, 3), number=number, line=line)
    return Block(form=Form.BULLET, text="", level=min(depth // 2, 3), line=line)


def is_bullet_image(element: HtmlElement) -> bool:
    """Whether *element* is a picture that stands for the mark of an entry, as old systems write lists."""
    if element.tag != "img":
        return False
    return (element.get("alt") or "").strip() in {"-", "•", "*", "·", "–"} or element.get("class") in {
        "puce",
        "bullet",
    }


def _is_first(element: HtmlElement) -> bool:
    parent = element.getparent()
    return parent is not None and not (parent.text or "").strip() and element.getprevious() is None


def _is_inline(element: HtmlElement) -> bool:
    """Whether *element* belongs into a line; some pages put blocks into links."""
    if not isinstance(element.tag, str):
        return False
    if element.tag not in _INLINE or zone_of(element):
        return False
    return not any(
        isinstance(each.tag, str)
        and each.tag not in _INLINE
        and each.tag not in {"br", "img", "svg", "path", "use"}
        for each in element.iterdescendants()
    )


def _gathered(element: HtmlElement, base: str) -> Inline:
    inline = Inline(base)
    if is_unseen(element):
        return inline
    inline.add_text(element.text)
    for child in element:
        if child.tag == "br":
            inline.add_break()
        elif is_bullet_image(child):
            inline.add_text("• ")
        elif isinstance(child.tag, str):
            inline.add_marked(child, _gathered(child, base))
        inline.add_text(child.tail)
    return inline


def _split(inline: Inline, template: Block) -> Iterator[Block]:
    """Yield blocks of what was gathered: two line breaks end one, so does one before a bullet or after a line of strong words."""
    is_strong = inline.plain == 0
    texts = "".join(inline.text).split(BREAK)
    is_list = sum(1 for text in texts if _is_numbered(text.strip())) > 1
    is_dashed = sum(1 for text in texts if DASH.match(text.strip())) > 1
    pieces: list[list[tuple[str, str]]] = [[]]
    for text, markdown in zip(
        "".join(inline.text).split(BREAK), "".join(inline.markdown).split(BREAK), strict=True
    ):
        line = (_one_line(text), _one_line(markdown))
        before = pieces[-1][-1] if pieces[-1] else None
        is_label = before is not None and (_LABELLED.match(line[1]) or read_label(line[0]))
        is_marked = BULLET_MARKS.match(line[0]) or (is_dashed and DASH.match(line[0]))
        is_entry = is_marked or (is_list and _is_numbered(line[0]))
        if not line[0] or is_entry or is_label or (before and _is_strong_title(*before)):
            pieces.append([])
        if line[0]:
            pieces[-1].append(line)
    for piece in pieces:
        if piece:
            block = _block(piece, replace(template, links=tuple(inline.links)), is_strong=is_strong)
            block = _numbered(block) if is_list and block.form is Form.PARAGRAPH else block
            yield dashed(block) if is_dashed else block


def _is_numbered(text: str) -> bool:
    return NUMBER_MARK.match(text) is not None and not begins_with_date(text)


def _numbered(block: Block) -> Block:
    number = NUMBER_MARK.match(block.text)
    if number is None or not NUMBER_MARK.match(block.markdown):
        return block
    markdown = NUMBER_MARK.sub("", block.markdown, count=1)
    return replace(
        block, form=Form.NUMBERED, number=int(number[1]), text=block.text[number.end() :], markdown=markdown
    )


def dashed(block: Block) -> Block:
    """Return a paragraph that begins with a dash as an entry of a list."""
    found, in_markdown = DASH.match(block.text), DASH.match(block.markdown)
    if block.form is not Form.PARAGRAPH or found is None or in_markdown is None:
        return block
    return replace(
        block, form=Form.BULLET, text=block.text[found.end() :], markdown=block.markdown[in_markdown.end() :]
    )


def _is_strong_title(text: str, markdown: str) -> bool:
    return (
        markdown.startswith("**")
        and markdown.endswith("**")
        and len(text) <= _MAX_TITLE
        and "**" not in markdown[2:-2]
    )


def _block(lines: Sequence[tuple[str, str]], template: Block, *, is_strong: bool) -> Block:
    text, markdown = " ".join(line[0] for line in lines), "\\\n".join(line[1] for line in lines)
    block = replace(template, text=text, markdown=markdown)
    if block.form is Form.HEADING:
        return replace(block, markdown="")
    if block.form is not Form.PARAGRAPH:
        return block
    if (bullet := BULLET_MARKS.match(text)) and text[bullet.end() :]:
        return replace(
            block,
            form=Form.BULLET,
            text=text[bullet.end() :],
            markdown=BULLET_MARKS.sub("", markdown, count=1),
        )
    is_title = (is_strong or _is_strong_title(text, markdown)) and len(text) <= _MAX_TITLE
    if is_title and not re.search(r"[.,;!]$", text) and not (text.endswith(":") and len(text) > 40):
        return replace(block, form=Form.HEADING, level=7, text=text.rstrip(": "), markdown="")
    return block


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _rows(table: HtmlElement, base: str) -> list[list[str]]:
    """Return the cells of a *table* of data as Markdown; nothing for one that lays out a page."""
    if any(inner is not table for inner in table.iter("table")):
        return []
    rows = []
    for row in table.iter("tr"):
        cells = [_cell(cell, base) for cell in row if cell.tag in {"td", "th"}]
        if any(cells):
            rows.append(cells)
    width = max((len(row) for row in rows), default=0)
    if (
        width < 2
        or len(rows) < 2
        or width * len(rows) > _MAX_CELLS
        or any(len(cell) > 300 for row in rows for cell in row)
    ):
        return []
    return [row + [""] * (width - len(row)) for row in rows]


def _cell(cell: HtmlElement, base: str) -> str:
    inline = _gathered(cell, base)
    return " ".join("".join(inline.markdown).replace(BREAK, " ").replace("|", "\\|").split())
