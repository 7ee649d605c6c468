"""Front matter before anybody knows what its fields mean: plain values, and where each one stands."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import TypeAlias

from newsletter.content.characters import clean_text
from newsletter.errors import Level, Problem

Value: TypeAlias = "str | bool | int | float | date | datetime | list[Value] | dict[str, Value] | None"

#: Characters. Real front matter has some hundreds; what is longer is a mistake or an attack.
MAX_LENGTH = 65_536
#: Lists and tables inside each other; `cover.image` is 2.
MAX_DEPTH = 16
#: Outside of these a date is a slip of the finger, and would overflow in another time zone.
YEARS = range(1900, 2200)
#: What msgpack and most databases can hold; larger numbers stay text.
_MAX_INTEGER = 2**63


@dataclass(frozen=True, slots=True, kw_only=True)
class RawFields:
    """The fields of a file's front matter, by their names in the file."""

    values: Mapping[str, Value] = field(default_factory=dict)
    #: Line of the file on which each of the outermost names stands.
    lines: Mapping[str, int] = field(default_factory=dict)
    #: Without a path, which these readers do not know.
    problems: tuple[Problem, ...] = ()


class TooDeepError(ValueError):
    """Lists or tables are nested deeper than `MAX_DEPTH`."""


def front_matter_error(message: str, *, line: int, help: str | None = None) -> Problem:
    """Return the problem of front matter that cannot be read."""
    return Problem(level=Level.ERROR, rule="front-matter", message=message, line=line, help=help)


def duplicate_field(name: str, *, line: int | None) -> Problem:
    """Return the problem of a name that is there twice; the last one counts, as with most site generators."""
    return Problem(
        level=Level.WARNING,
        rule="duplicate-field",
        message=f"`{name}` is there twice; the last one counts.",
        line=line,
        help="Remove one of the two.",
    )


def clean_value(text: str) -> str:
    """Return `clean_text(text)`; nearly every value is a line of ASCII, which is clean."""
    return text if text.isascii() and text.isprintable() else clean_text(text)


def plain_value(value: object, depth: int = 0) -> Value:
    """Return what a TOML or JSON parser gave as a `Value`; raises `TooDeepError`."""
    if depth > MAX_DEPTH:
        raise TooDeepError
    if isinstance(value, list):
        return [plain_value(each, depth + 1) for each in value]
    if isinstance(value, dict):
        return {clean_value(str(name)): plain_value(each, depth + 1) for name, each in value.items()}
    if value is None or isinstance(value, bool | float | date):
        return value
    if isinstance(value, int) and -_MAX_INTEGER <= value < _MAX_INTEGER:
        return value
    return clean_value(value.isoformat() if isinstance(value, time) else str(value))
