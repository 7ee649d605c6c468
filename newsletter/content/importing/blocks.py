"""A page's text in blocks, whatever it was written in: what all later steps look at."""

from dataclasses import dataclass, field
from enum import StrEnum


class Form(StrEnum):
    """What a block is."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    BULLET = "bullet"
    NUMBERED = "numbered"
    QUOTE = "quote"
    #: Its Markdown is several lines, written as they are.
    TABLE = "table"


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A link and its words."""

    address: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A heading, a paragraph, an entry of a list."""

    form: Form = Form.PARAGRAPH
    #: Without marks, on one line.
    text: str
    #: The same in Markdown; "": `text` needs to be escaped.
    markdown: str = ""
    #: Of a heading 1 to 6; of an entry how deep it lies, from 0.
    level: int = 0
    #: Of an entry of a numbered list.
    number: int = 1
    #: Line of the source.
    line: int = 1
    #: Blank lines above it in the source.
    gap: int = 0
    links: tuple[Link, ...] = field(default=())

    @property
    def is_entry(self) -> bool:
        """Whether it belongs to a list."""
        return self.form in {Form.BULLET, Form.NUMBERED}


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """Blocks of the source, in a row, that are not part of the item."""

    #: Line of the source.
    line: int
    count: int
    #: How it begins.
    begins: str
    reason: str
