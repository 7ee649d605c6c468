"""What no log may hold: a reader's address, the token of a link, a key."""

import re

#: Also without a dot in the domain, and as it stands in URLs.
_ADDRESS = re.compile(r"[^\s@]+(?:@|%40)[^\s@]+")
#: Shorter than any token or key of ours; longer than a word, an id or a hash of what is no secret.
_TOKEN = re.compile(r"[A-Za-z0-9_-]{40,}")


def secrets_in(text: str) -> list[str]:
    """Return what *text* holds of it."""
    return _ADDRESS.findall(text) + _TOKEN.findall(text)
