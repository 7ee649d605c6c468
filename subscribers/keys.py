"""Keys for links and for hashes of erased addresses: how strong, how they are named, how one is made.

A key's id is derived from the key, so that tokens and rows can name the key they were made with.
"""

import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import Sequence

from subscribers.errors import KeysError

#: Characters of base64url that 256 bits take.
MIN_CHARACTERS = 43
ID_CHARACTERS = 6

_KEY = re.compile(rf"[A-Za-z0-9_-]{{{MIN_CHARACTERS},}}")
#: Fewer different characters than this are a placeholder, not a random text (a fair one of 43 has about 31).
_MIN_DIFFERENT = 16


def new_key() -> str:
    """Return a fresh random key of 256 bits."""
    return secrets.token_urlsafe(32)


def is_strong(key: str) -> bool:
    """Whether *key* is at least 43 base64url characters that look random."""
    return _KEY.fullmatch(key) is not None and len(set(key)) >= _MIN_DIFFERENT


def key_id(key: str) -> str:
    """Return the 6 characters that name *key* and tell nothing about it."""
    return base64.urlsafe_b64encode(derive(key, "id")).decode()[:ID_CHARACTERS]


def derive(key: str, label: str) -> bytes:
    """Return the 32 bytes that *key* stands for in one use: uses with different labels share nothing."""
    return hmac.digest(key.encode(), f"newsletter subscribers: {label}".encode(), hashlib.sha256)


def check_keys(keys: Sequence[str], *, name: str) -> None:
    """Raise KeysError, naming the setting *name*, unless there is a key and all are strong."""
    if not keys:
        raise KeysError(f"{name} is not set. Make a key with: newsletter key")
    for place, key in enumerate(keys, start=1):
        if not is_strong(key):
            raise KeysError(
                f"{name}: key {place} is weak; a key is at least {MIN_CHARACTERS} random characters of"
                " A-Z a-z 0-9 _ -. Make one with: newsletter key"
            )
