"""Where in newsletter.toml a key stands: tomllib reads values, not lines."""

import re
from collections.abc import Callable

_TABLE = re.compile(r"^\s*\[\[?\s*([^\]]+?)\s*\]\]?\s*(#.*)?$")
_KEY = re.compile(
    r"""^\s*((?:"[^"]*"|'[^']*'|[A-Za-z0-9_-]+)(?:\s*\.\s*(?:"[^"]*"|'[^']*'|[A-Za-z0-9_-]+))*)\s*="""
)


def locator(text: str) -> Callable[[str], int | None]:
    """Return a function from a dotted key to its line in *text*, or to the line of its table."""
    lines: dict[str, int] = {}
    table = ""
    for number, line in enumerate(text.splitlines(), start=1):
        if match := _TABLE.match(line):
            table = _plain(match[1])
            lines.setdefault(table, number)
        elif match := _KEY.match(line):
            key = _plain(match[1])
            lines.setdefault(f"{table}.{key}" if table else key, number)

    def locate(key: str) -> int | None:
        while key:
            if key in lines:
                return lines[key]
            key = key.rpartition(".")[0]
        return None

    return locate


def _plain(dotted: str) -> str:
    return ".".join(part.strip().strip("\"'") for part in dotted.split("."))
