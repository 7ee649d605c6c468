"""What no log may hold: a reader's address, the token of a link, a key."""

import re
from collections.abc import Mapping

#: Also without a dot in the domain, and as it stands in URLs.
_ADDRESS = re.compile(r"[^\s@]+(?:@|%40)[^\s@]+")
#: Shorter than any token or key of ours; longer than a word, an id or a hash of what is no secret.
_TOKEN = re.compile(r"[A-Za-z0-9_-]{40,}")


def secrets_in(text: str) -> list[str]:
    """Return what *text* holds of it."""
    return _ADDRESS.findall(text) + _TOKEN.findall(text)


#: Variables whose values are secrets.
_KEY_NAME = re.compile(r"NEWSLETTER_.*(KEYS?|SECRET|PASSWORD|AUTH)")
#: Shorter ones, such as `secret`, are words that may stand anywhere.
_MIN_KEY = 8


def keys_in(text: str, environ: Mapping[str, str]) -> list[str]:
    """Return the names of the variables in *environ* whose secret *text* holds."""
    return [
        name
        for name, value in environ.items()
        if _KEY_NAME.fullmatch(name) and len(value) >= _MIN_KEY and value in text
    ]
