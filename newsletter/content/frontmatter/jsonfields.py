"""JSON front matter: an object at the very beginning of a file, followed by the body."""

import json
import re
from collections import Counter
from collections.abc import Mapping

from newsletter.content.frontmatter.rawfields import (
    MAX_LENGTH,
    RawFields,
    TooDeepError,
    duplicate_field,
    front_matter_error,
    plain_value,
)

_NAME = re.compile(r'"((?:[^"\\\n]|\\.){1,200})"\s*:')


def read_json(text: str, start: int, *, first_line: int) -> tuple[RawFields, int]:
    """Return the fields of the object at *start* of *text*, and where the body begins.

    *first_line* is the line of the file on which the object begins.
    """
    repeated: list[str] = []

    def table(pairs: list[tuple[str, object]]) -> dict[str, object]:
        counts = Counter(name for name, _ in pairs)
        repeated.extend(name for name, count in counts.items() if count > 1)
        return dict(pairs)

    decoder = json.JSONDecoder(object_pairs_hook=table, parse_constant=_refuse_constant)
    try:
        decoded, end = decoder.raw_decode(text, start)
        values = plain_value(decoded)
    except json.JSONDecodeError as error:
        line = first_line + text.count("\n", start, error.pos)
        return _unreadable(f"This is not JSON: {error.msg}.", line, "Check commas and quotes."), len(text)
    except (TooDeepError, RecursionError):
        return _unreadable("Lists and objects are nested too deep.", first_line, "Flatten them."), len(text)
    except ValueError as error:
        return _unreadable(f"This is not JSON: {error}.", first_line, None), len(text)
    if end - start > MAX_LENGTH:
        message = f"The front matter is longer than {MAX_LENGTH:,} characters."
        return _unreadable(message, first_line, "Move text into the body."), len(text)
    assert isinstance(values, dict)
    lines = _lines(text[start:end], first_line, values)
    problems = tuple(duplicate_field(name, line=lines.get(name)) for name in repeated)
    return RawFields(values=values, lines=lines, problems=problems), end


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is not a JSON number")


def _unreadable(message: str, line: int, help: str | None) -> RawFields:
    return RawFields(problems=(front_matter_error(message, line=line, help=help),))


def _lines(text: str, first_line: int, values: Mapping[str, object]) -> dict[str, int]:
    lines: dict[str, int] = {}
    for found in _NAME.finditer(text):
        if found[1] in values:
            lines.setdefault(found[1], first_line + text.count("\n", 0, found.start()))
    return lines
