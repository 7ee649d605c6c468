"""Blocks as Markdown that reads the same after CommonMark has been through it."""

import re
from collections.abc import Iterator, Sequence

from newsletter.content.importing.blocks import Block, Form

_ADDRESS = re.compile(r"https?://[^\s<>\"]+|www\.[^\s<>\"]+|(?<![\w.+-])[\w.+-]{1,64}@[\w-]+\.[\w.-]+")
#: `_` inside a word is no emphasis, and stays readable.
_SPECIAL = re.compile(r"[\\`*\[\]<]|(?<![^\W_])_|_(?![^\W_])|~~|&(?=#?\w+;)")
_LINE_START = re.compile(
    r"(?P<hash>#{1,6}(?=\s|$))|(?P<mark>[-+>=|~:](?=[\s>-]|$)|>)|(?P<digits>\d{1,9})(?P<point>[.)])(?=\s|$)"
)


def escaped(text: str) -> str:
    """Return *text* such that Markdown shows exactly that; bare addresses stay links."""
    parts, end = [], 0
    for address in _ADDRESS.finditer(text):
        parts += [_SPECIAL.sub(r"\\\g<0>", text[end : address.start()]), address[0]]
        end = address.end()
    return "".join((*parts, _SPECIAL.sub(r"\\\g<0>", text[end:])))


def at_line_start(markdown: str) -> str:
    """Return *markdown* such that its beginning makes no list, heading or quotation of it."""
    found = _LINE_START.match(markdown)
    if found is None:
        return markdown
    if digits := found["digits"]:
        return f"{digits}\\{markdown[len(digits) :]}"
    return f"\\{markdown}"


def link(words: str, address: str) -> str:
    """Return a link; *words* are Markdown."""
    if not words.strip():
        return ""
    target = f"<{address}>" if re.search(r"[()\s]", address) else address
    return f"[{words}]({target})"


def to_markdown(blocks: Sequence[Block]) -> str:
    """Return *blocks* as Markdown, ending in a line feed; "" for none."""
    lines: list[str] = []
    before: Block | None = None
    for block in blocks:
        if before is not None and not (before.is_entry and block.is_entry and _same_list(before, block)):
            lines.append("")
        lines.extend(_lines(block))
        before = block
    return "\n".join((*lines, "")) if lines else ""


def _same_list(before: Block, block: Block) -> bool:
    return before.form is block.form or before.level != block.level


def _lines(block: Block) -> Iterator[str]:
    markdown = block.markdown or escaped(block.text)
    match block.form:
        case Form.HEADING:
            yield f"{'#' * min(max(block.level, 1), 6)} {_one_line(markdown)}"
        case Form.BULLET:
            yield f"{'  ' * block.level}- {at_line_start(_one_line(markdown))}"
        case Form.NUMBERED:
            yield f"{'   ' * block.level}{block.number}. {at_line_start(_one_line(markdown))}"
        case Form.QUOTE:
            yield f"> {at_line_start(_one_line(markdown))}"
        case Form.TABLE:
            yield from markdown.splitlines()
        case _:
            yield from (at_line_start(line) for line in markdown.splitlines())


def _one_line(markdown: str) -> str:
    return " ".join(markdown.replace("\\\n", " ").split())
