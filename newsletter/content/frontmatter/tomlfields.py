"""TOML front matter."""

import re
import tomllib
from collections.abc import Mapping

from newsletter.content.frontmatter.rawfields import RawFields, TooDeepError, front_matter_error, plain_value

_PLACE = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)$")
#: Names joined by more than sixteen dots: tomllib's time grows with the square of their number.
_DOTTED = re.compile(r"""(?<![\w-])(?:(?:[\w-]+|"[^"\n]*"|'[^'\n]*')[ \t]*\.[ \t]*){17}""")
_NAME = re.compile(r"""\[{0,2}\s*(?:"([^"]*)"|'([^']*)'|([A-Za-z0-9_-]+))\s*[=.\]]""")


def read_toml(text: str, *, first_line: int) -> RawFields:
    """Return the fields of *text*, whose first line is line *first_line* of the file."""
    try:
        if dotted := _DOTTED.search(text):
            return _too_deep(first_line + text.count("\n", 0, dotted.start()))
        values = plain_value(tomllib.loads(text))
    except (TooDeepError, RecursionError):
        return _too_deep(first_line)
    except ValueError as error:  # TOMLDecodeError is one; so is what int() says of thousands of digits
        return _unreadable(str(error), text, first_line)
    assert isinstance(values, dict)
    return RawFields(values=values, lines=_lines(text, first_line, values))


def _too_deep(line: int) -> RawFields:
    problem = front_matter_error("Lists and tables are nested too deep.", line=line, help="Flatten them.")
    return RawFields(problems=(problem,))


def _unreadable(complaint: str, text: str, first_line: int) -> RawFields:
    place = _PLACE.search(complaint)
    if place is None:
        line = first_line
    else:
        line = first_line + (int(place[1]) - 1 if place[1] else text.rstrip("\n").count("\n"))
    problem = front_matter_error(
        f"This is not TOML: {_PLACE.sub('', complaint)}.",
        line=line,
        help='Write `name = "value"`: text in quotes, dates and numbers without.',
    )
    return RawFields(problems=(problem,))


def _lines(text: str, first_line: int, values: Mapping[str, object]) -> dict[str, int]:
    """Return the line of each outermost name: tomllib reads values, not lines."""
    lines: dict[str, int] = {}
    in_table = False
    for number, line in enumerate(text.split("\n"), start=first_line):
        name = _NAME.match(line.lstrip())
        is_table = line.lstrip().startswith("[")
        in_table = in_table or is_table
        if name and (is_table or not in_table):
            found = name[1] or name[2] or name[3] or ""
            if found in values:
                lines.setdefault(found, number)
    return lines
