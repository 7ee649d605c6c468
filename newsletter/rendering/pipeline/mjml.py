"""MJML to HTML by MRML, which must be given ASCII only.

MRML writes attributes in Rust's debug form (`❤️` comes out as `❤\\u{fe0f}`, a backslash twice, `"` as `\\"`) and panics
on `>` soon after an accented letter. Numeric character references avoid both, and lxml turns them back afterwards.
"""

import re
from collections.abc import Callable

from newsletter.errors import TemplateError
from newsletter.rendering.pipeline.environment import MARK

_STYLE_SHEETS = re.compile(r"(<(?:mj-)?style\b.*?</(?:mj-)?style>)", re.DOTALL)
_BROKEN_VALUE = re.compile(r'="[^"<>]*[\n\t][^"<>]*"')
#: The only positions MRML gives: UTF-8 byte offsets, although they look like line and column.
_OFFSET = re.compile(r"at position (\d+):(\d+)")


def to_html(source: str, place: Callable[[str, int], str]) -> str:
    """Return the HTML of the MJML *source*, as rendered, with marks.

    Raises `TemplateError` at the place that *place* makes of the nearest mark.
    """
    from mjml import mjml2html

    try:
        return str(mjml2html(harden(MARK.sub("", source)), fonts={}))
    except ValueError as error:
        reason = _OFFSET.sub("", str(error)).strip()
        raise TemplateError(f"{_nearest(str(error), source, place)}: MJML: {reason}.") from error
    except BaseException as error:
        # A panic in Rust is no Exception, and its class cannot be imported.
        if type(error).__name__ != "PanicException":
            raise
        raise TemplateError(
            f"{place('email/issue.mjml', 1)}: MJML cannot be read ({error}). Look for a `<!--[if` without its end."
        ) from error


def harden(source: str) -> str:
    """Return *source* in ASCII, with character references for what MRML would spoil."""
    parts = _STYLE_SHEETS.split(source)
    for index in range(0, len(parts), 2):
        parts[index] = _BROKEN_VALUE.sub(lambda value: " ".join(value[0].split()), parts[index]).replace(
            "\\", "&#92;"
        )
    return "".join(parts).encode("ascii", "xmlcharrefreplace").decode("ascii")


def _nearest(message: str, source: str, place: Callable[[str, int], str]) -> str:
    """Return the place of the last mark in *source* before the offset that *message* names, else of the first."""
    found = _OFFSET.search(message)
    offset = int(found[1]) if found else 0
    texts = MARK.split(source)
    passed = 0
    nearest = ("email/issue.mjml", "1")
    for index in range(0, len(texts) - 2, 3):
        passed += len(harden(texts[index]))
        if index and passed > offset:
            break
        nearest = (texts[index + 1], texts[index + 2])
    return place(nearest[0], int(nearest[1]))
