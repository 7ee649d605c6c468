"""Words for editors and operators: plain text that reads well as it is, and what its paragraphs are.

    What is wrong                  a heading, over a rule
    -------------

    - error: content/a.md: …       a list

    See how it stands:             a text, and what to type or to open, on a line of its own
        newsletter status ISSUE

They are kept, and handed to alarms, in this form; a mail makes HTML of it.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from newsletter.rendering.plaintext import hung, underlined, wrapped

#: Before what is to be typed or opened.
MARGIN = "    "
_BULLET = "- "
_RULE = "-"
#: Between backticks stands what is meant literally.
_LITERAL = re.compile(r"`([^`\n]+)`")
#: A command in a sentence, which it ends or which goes on after it.
_COMMAND = re.compile(r": (newsletter [a-z]+(?: [^\s.;]+)*)(?:[.;]\s*|$)", re.MULTILINE)


class BlockKind(StrEnum):
    """What a part of a paragraph is."""

    HEADING = "heading"
    TEXT = "text"
    LIST = "list"
    #: Each line is to be typed, or opened, as it stands.
    LITERAL = "literal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A paragraph, or a part of one."""

    kind: BlockKind
    #: Without what marks them.
    lines: tuple[str, ...]
    #: It belongs to the block before it.
    goes_on: bool = False

    @property
    def spans(self) -> list[list[str]]:
        """The lines, each cut where something is meant literally: every second piece is."""
        return [_LITERAL.split(line) for line in self.lines]

    @property
    def plain(self) -> str:
        """As it stands in plain text; what is to be typed stays whole."""
        match self.kind:
            case BlockKind.HEADING:
                return underlined(" ".join(self.lines), _RULE)
            case BlockKind.LIST:
                return "\n".join(hung(_BULLET, len(_BULLET), line) for line in self.lines)
            case BlockKind.LITERAL:
                return "\n".join(f"{MARGIN}{line}" for line in self.lines)
            case BlockKind.TEXT:
                return wrapped("\n".join(self.lines))


def heading(title: str) -> str:
    """Return *title* as a heading."""
    return f"{title}\n{_RULE * max(3, len(title))}"


def listed(lines: Iterable[str]) -> str:
    """Return *lines* as a list."""
    return "\n".join(f"{_BULLET}{' '.join(line.split())}" for line in lines)


def literal(label: str, line: str) -> str:
    """Return *line*, which is to be typed or opened, below *label*, which says what for."""
    return f"{label}:\n{MARGIN}{line}"


def commands_apart(words: str) -> str:
    """Return *words* with each command that ends a sentence on a line of its own."""
    return _COMMAND.sub(lambda found: f":\n{MARGIN}{found[1]}\n", words).rstrip("\n")


def blocks_of(text: str) -> list[Block]:
    """Return what *text* consists of."""
    return [block for paragraph in re.split(r"\n\s*\n", text.strip("\n")) for block in _parts(paragraph)]


def _parts(paragraph: str) -> Iterator[Block]:
    lines = [line.rstrip() for line in paragraph.splitlines() if line.strip()]
    if len(lines) == 2 and len(lines[1]) >= 3 and not lines[1].strip(_RULE):
        yield Block(kind=BlockKind.HEADING, lines=(lines[0].strip(),))
        return
    begin = 0
    for end in range(1, len(lines) + 1):
        if end == len(lines) or _kind(lines[end]) is not _kind(lines[begin]):
            kind = _kind(lines[begin])
            found = tuple(
                line.strip().removeprefix(_BULLET if kind is BlockKind.LIST else "")
                for line in lines[begin:end]
            )
            yield Block(kind=kind, lines=found, goes_on=begin > 0)
            begin = end


def _kind(line: str) -> BlockKind:
    if line.startswith(MARGIN):
        return BlockKind.LITERAL
    return BlockKind.LIST if line.startswith(_BULLET) else BlockKind.TEXT
