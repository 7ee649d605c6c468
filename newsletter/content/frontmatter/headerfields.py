"""Pelican's front matter: `Key: value` lines at the beginning of a file, ended by a blank line."""

import re

from newsletter.content.frontmatter.rawfields import RawFields, duplicate_field

#: A header is only taken for one when its first line is one of these: prose has colons too.
_FIRST_NAMES = frozenset(
    [
        "title",
        "date",
        "modified",
        "tags",
        "keywords",
        "category",
        "slug",
        "author",
        "authors",
        "summary",
        "lang",
        "status",
        "template",
        "url",
        "save_as",
        "translation",
        "kind",
        "id",
    ]
)
_FIELD = re.compile(r" {0,3}([A-Za-z0-9_-]{1,60}):(?:\s+(.*))?")
_CONTINUED = ("    ", "\t")


def has_header(line: str) -> bool:
    """Whether *line*, the first of a file, begins a header."""
    field = _FIELD.fullmatch(line)
    return field is not None and field[1].lower() in _FIRST_NAMES


def read_header(lines: list[str], first_line: int) -> tuple[RawFields, int]:
    """Return the fields at the beginning of *lines*, and the index of the first line after them.

    *first_line* is the line of the file on which *lines* begin.
    """
    parts: dict[str, list[str]] = {}
    places: dict[str, int] = {}
    problems = []
    name = ""
    index = 0
    for index, line in enumerate(lines):
        if field := _FIELD.fullmatch(line):
            name = field[1]
            if name in parts:
                problems.append(duplicate_field(name, line=first_line + index))
            parts[name] = [(field[2] or "").strip()]
            places[name] = first_line + index
        elif line.startswith(_CONTINUED) and line.strip():
            parts[name].append(line.strip())
        else:
            break
    else:
        index = len(lines)
    values = {name: " ".join(found).strip() for name, found in parts.items()}
    return RawFields(values=values, lines=places, problems=tuple(problems)), index
