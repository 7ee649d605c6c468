"""What a YAML parser's complaint means to somebody who wrote a title with a colon in it."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from newsletter.content.frontmatter.rawfields import front_matter_error
from newsletter.errors import Level, Problem

if TYPE_CHECKING:
    from yaml import YAMLError

_FIELD = re.compile(r"(\s*(?:-\s+)?)([^\s:\"'#][^:\"']{0,80}):\s+(\S.*)")
_WRONG_WHERE_IT_BEGINS = ("end of stream", "document indicator", "expected ':'")
#: `title: Report #4` says `Report`: a real comment has a blank behind its #.
_HIDDEN = re.compile(r"^([\w-]+):[ \t]+[^\s\"'#|>\[{][^\n]*?[ \t](#\w[^\n]{0,40})", re.MULTILINE)
#: Characters of a line that is shown mended.
_MAX_SHOWN = 200
#: Characters that mean something to YAML at the beginning of a value.
_RESERVED = frozenset("@`%*&!|>[]{},?-\"'#")


def advise(error: "YAMLError", text: str, *, first_line: int) -> Problem:
    """Return *error*, found in *text*, as a problem that says what to write instead."""
    complaint = str(getattr(error, "problem", None) or getattr(error, "reason", None) or "it is not YAML")
    lines = text.split("\n")
    number = _line_index(error, complaint, lines)
    message, help = _explain(complaint, lines, number)
    return front_matter_error(message, line=first_line + number, help=help)


def hidden_texts(text: str, *, first_line: int) -> Iterator[Problem]:
    """Yield a warning for each value of which YAML takes a part for a comment."""
    for found in _HIDDEN.finditer(text) if " #" in text else ():
        yield Problem(
            level=Level.WARNING,
            rule="hidden-text",
            message=f"`{found[1]}`: YAML takes `{found[2]}` for a comment and leaves it out.",
            line=first_line + text.count("\n", 0, found.start()),
            help="Put the value in quotes, or a space behind the #.",
        )


def _line_index(error: "YAMLError", complaint: str, lines: list[str]) -> int:
    """Return the index of the line to mend: a quote that never closes is to be mended where it opens."""
    mark = getattr(error, "problem_mark", None)
    context = getattr(error, "context_mark", None)
    if context is not None and any(words in complaint for words in _WRONG_WHERE_IT_BEGINS):
        mark = context
    index = mark.line if mark is not None else 0
    return max(0, min(int(index), len(lines) - 1))


def _explain(complaint: str, lines: list[str], number: int) -> tuple[str, str]:
    line = lines[number]
    if "\t" in line[: len(line) - len(line.lstrip())] or "found a tab" in complaint:
        return "The line is indented with a tab.", "Indent with spaces."
    if "mapping values are not allowed" in complaint and not line.startswith(" "):
        return "A colon followed by a space stands inside a value.", _quote(line)
    if "mapping values are not allowed" in complaint or "<document start>" in complaint:
        return "The lines begin at different places.", "Begin each field at the left edge."
    if "end of stream" in complaint or "document indicator" in complaint:
        return "A quote or bracket is opened and never closed.", "Close it at the end of the value."
    if re.match(r"\s*\w[\w-]*:[^\s/]", line) or "expected ':'" in complaint:
        return "A colon is missing, or the space after it.", "Write `name: value`."
    return f"This is not YAML: {complaint}.", _quote(line)


def _quote(line: str) -> str:
    field = _FIELD.fullmatch(line.rstrip())
    if field is None or len(line) > _MAX_SHOWN:
        return "Put the value in quotes, and check the line above."
    _, name, value = field.groups()
    if len(value) > 1 and value[0] in _RESERVED and value[0] == value[-1]:
        value = value[1:-1]
    mark = '"' if '"' not in value and "\\" not in value else "'"
    return f"Put the value in quotes: {name}: {mark}{value.replace(mark, mark * 2)}{mark}"
