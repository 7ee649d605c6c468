"""What servers say, fit to be kept and logged: without readers' addresses."""

import re

#: Also with a quoted name before the @; quotes around an address, as in JSON, stay.
_ADDRESS = re.compile(r"(?:\"[^\"]*\"|[^\s<>@\"']+)@[^\s<>\"']+")


def without_addresses(text: str) -> str:
    """Return *text* with `…` in place of every address."""
    return _ADDRESS.sub("…", text) if "@" in text else text
