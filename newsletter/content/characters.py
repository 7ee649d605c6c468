"""Text as it may stand in a mail: one form per character, none that a mail or a database cannot carry."""

import re
import unicodedata

_LINE_END = re.compile("\r\n|[\r\u2028\u2029]")
#: C0 (but tab and line feed) and C1 controls, lone surrogates, non-characters.
_FORBIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")


def clean_text(text: str) -> str:
    """Return *text* in normal form C, with line feeds as line ends and without control characters."""
    return unicodedata.normalize("NFC", _FORBIDDEN.sub("", _LINE_END.sub("\n", text)))
