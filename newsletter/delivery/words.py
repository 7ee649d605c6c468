"""What servers and people say, fit to be kept, logged and shown: without readers' addresses, and without control characters."""

import re

#: Also with a quoted name before the @, and as it stands in URLs; quotes around an address, as in JSON, stay. Looked for from
#: the beginning of a word alone: from each of its letters, a long word without an @ would take the square of its length.
_ADDRESS = re.compile(r"(?:\"[^\"]*\"|(?<![^\s<>@\"'])[^\s<>@\"']+)(?:@|%40)[^\s<>\"']+")


def without_addresses(text: str) -> str:
    """Return *text* with `…` in place of every address."""
    return _ADDRESS.sub("…", text) if "@" in text or "%40" in text else text


def printable(text: str) -> str:
    """Return *text* with an escape in place of every character that a terminal would obey or not show."""
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode()
        for character in text
    )
