"""newsletter.toml as a table, and where each key stands in it: tomllib reads values, not lines."""

import ast
import re
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from newsletter.errors import UsageError
from newsletter.settings.mistakes import FILE_NAME, Mistakes, Place

_TABLE = re.compile(r"^\s*\[\[?\s*([^\]]+?)\s*\]\]?\s*(#.*)?$")
_KEY = re.compile(
    r"""^\s*((?:"[^"]*"|'[^']*'|[A-Za-z0-9_-]+)(?:\s*\.\s*(?:"[^"]*"|'[^']*'|[A-Za-z0-9_-]+))*)\s*="""
)
#: How tomllib's message begins → what to do.
_REMEDIES = {
    "Unclosed array": "A list is begun here and not closed: it ends with ].",
    "Unclosed inline table": "A table is begun here and not closed: it ends with }.",
    "Unterminated string": "A text is begun here and not closed: it ends with the quotes it began with.",
    "Cannot overwrite a value": "The key stands twice; remove one of them.",
    "Cannot declare": "The table stands twice; make one of the two.",
}
#: A table or key as tomllib names it: `('theme',)`.
_TUPLE = re.compile(r"\(.*\)")
_USUAL_REMEDY = "Texts stand in quotes; lists in [ ]."
_OPEN_REMEDY = "What is begun here is not closed: a list ends with ], a text with its quotes."


def read_file(folder: Path, mistakes: Mistakes) -> dict[str, Any] | None:
    """Return what the settings file in *folder* holds; None after recording why it holds nothing.

    From here on *mistakes* knows the lines. Raises UsageError when the file cannot be opened.
    """
    try:
        data = (folder / FILE_NAME).read_bytes()
    except OSError as error:
        raise UsageError(f"{folder / FILE_NAME} cannot be read: {error.strerror}.") from error
    try:
        text = data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        mistakes.add_at(Place(path=FILE_NAME, line=line), "is not UTF-8 text.", "Save it as UTF-8.")
        return None
    mistakes.locate = locator(text)
    try:
        return tomllib.loads(text)
    except (
        ValueError,
        RecursionError,
    ) as error:  # not only TOMLDecodeError: a number of 5,000 digits, [[[[[…
        is_toml = isinstance(error, tomllib.TOMLDecodeError)
        _add_broken(
            text, str(error) if is_toml else "a list in lists or a number goes on for too long", mistakes
        )
        return None


def locator(text: str) -> Callable[[str], int | None]:
    """Return a function from a dotted key to its line in *text*, or to the line of its table.

    A table that has no line of its own begins where the first one inside it does: `[digests]` at `[digests.monthly]`.
    """
    lines: dict[str, int] = {}
    inside: dict[str, int] = {}
    for number, key in _keys(text):
        lines.setdefault(key, number)
        inside.setdefault(key.partition(".")[0], number)

    def locate(key: str) -> int | None:
        wanted = key
        while key:
            if key in lines:
                return lines[key]
            key = key.rpartition(".")[0]
        return inside.get(wanted)

    return locate


def _keys(text: str) -> Iterator[tuple[int, str]]:
    """Yield (line, dotted key) of each table and each key that begins a line."""
    table = ""
    for number, line in enumerate(text.split("\n"), start=1):
        if match := _TABLE.match(line):
            table = _plain(match[1])
            yield number, table
        elif match := _KEY.match(line):
            key = _plain(match[1])
            yield number, f"{table}.{key}" if table else key


def _plain(dotted: str) -> str:
    return ".".join(part.strip().strip("\"'") for part in dotted.split("."))


def _add_broken(text: str, message: str, mistakes: Mistakes) -> None:
    reason, _, place = message.rpartition(" (at ")
    reason = _TUPLE.sub(lambda names: _dotted(names[0]), reason)
    found = re.match(r"line (\d+)", place)
    usual = _USUAL_REMEDY if found else _OPEN_REMEDY
    start = next((start for start in _REMEDIES if reason.startswith(start)), "")
    line = int(found[1]) if found and not start.startswith("Un") else _broken_from(text)
    mistakes.add_at(
        Place(path=FILE_NAME, line=line),
        f"is not valid TOML: {reason or message}.",
        _REMEDIES.get(start, usual),
    )


def _dotted(names: str) -> str:
    """Return the tuple *names* as it is written in TOML."""
    try:
        return f"[{'.'.join(ast.literal_eval(names))}]"
    except (ValueError, SyntaxError, TypeError):
        return names


def _broken_from(text: str) -> int:
    """Return the line of the key with which *text* breaks: what is not closed is noticed far below, or at the end."""
    rows = text.split("\n")
    for number in reversed([number for number, _ in _keys(text)]):
        try:
            tomllib.loads("\n".join(rows[: number - 1]))
        except (ValueError, RecursionError):
            continue
        return number
    return 1
