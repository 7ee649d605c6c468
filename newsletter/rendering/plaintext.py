"""What the plain-text template needs to set paragraphs, headings and lists for people (RFC 3676 line lengths)."""

import re
import textwrap
from functools import lru_cache

from newsletter.rendering.words.dates import NO_BREAK_SPACE

#: Characters in a line.
WIDTH = 76

#: Before a footer: mail programs fold what follows (RFC 3676, section 4.3). Its last space must stay.
SIGNATURE_MARK = "-- "


def wrapped(text: str, indent: int = 0) -> str:
    """Return the paragraphs of *text*, broken at 76 columns, every line *indent* columns in; addresses stay whole."""
    margin = " " * indent
    return "\n\n".join(
        "\n".join(_wrapped_line(line, margin) for line in paragraph.splitlines())
        for paragraph in re.split(r"\n\s*\n", text.strip())
    )


def underlined(title: str, mark: str) -> str:
    """Return *title* over a rule of *mark*."""
    lines = wrapped(title).splitlines()
    return "\n".join([*lines, mark * max(len(line) for line in lines)])


def hung(label: str, width: int, text: str) -> str:
    """Return *text*, wrapped *width* columns in, with *label* before its first line."""
    return label.ljust(width) + wrapped(text, width)[width:]


def tidy(text: str) -> str:
    """Return *text* as it is mailed: ordinary spaces, at most one empty line in a row, none at either end."""
    lines = [
        line if line == SIGNATURE_MARK else line.rstrip()
        for line in text.replace(NO_BREAK_SPACE, " ").splitlines()
    ]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n") + "\n"


@lru_cache(maxsize=1024)
def _wrapped_line(line: str, margin: str) -> str:
    if len(margin) + len(line) <= WIDTH:
        return margin + line
    hanging = re.match(r"(?:[-*•]|\d+[.)]) ", line)
    inner = margin + " " * len(hanging[0]) if hanging else margin
    return textwrap.fill(
        line,
        WIDTH,
        initial_indent=margin,
        subsequent_indent=inner,
        break_long_words=False,
        break_on_hyphens=False,
    )
