"""MJML to HTML by MRML, which must be given ASCII only.

MRML writes attributes in Rust's debug form (`❤️` comes out as `❤\\u{fe0f}`, a backslash twice, `"` as `\\"`) and panics
on `>` soon after an accented letter. Numeric character references avoid both, and lxml turns them back afterwards.
"""

import re
from collections.abc import Callable

from newsletter.errors import TemplateError
from newsletter.rendering.environment import MARK

_STYLE_SHEETS = re.compile(r"(<(?:mj-)?style\b.*?</(?:mj-)?style>)", re.DOTALL)
_BROKEN_VALUE = re.compile(r'="[^"<>]*[\n\t][^"<>]*"')
#: The only positions MRML gives: UTF-8 byte offsets, although they look like line and column.
_OFFSET = re.compile(r"at position (\d+):(\d+)")


def to_html(source: str, place: Callable[[str, int], str]) -> str:
    """Return the HTML of the MJML *source*, as rendered, with marks.

    Raises `TemplateError` at the place that *place* makes of the nearest mark.
    """
    from mjml import mjml2html

    pieces = MARK.split(source)
    hardened = [harden(text) for text in pieces[::3]]
    try:
        return str(mjml2html("".join(hardened), fonts={}))
    except ValueError as error:
        names_and_lines = zip(pieces[1::3], pieces[2::3], strict=True)
        where = _nearest(str(error), hardened, [place(name, int(line)) for name, line in names_and_lines])
        raise TemplateError(f"{where}: MJML: {_OFFSET.sub('', str(error)).strip()}.") from error
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


def _nearest(message: str, hardened: list[str], places: list[str]) -> str:
    """Return the last of *places* before the offset that *message* names; *hardened* is what lies between them."""
    if not (match := _OFFSET.search(message)):
        return places[0]
    offset = int(match[1])
    where = places[0]
    passed = 0
    for text, at in zip(hardened, places, strict=False):
        passed += len(text)
        if passed > offset:
            break
        where = at
    return where
