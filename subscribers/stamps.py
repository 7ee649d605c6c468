"""Stamps: when a page was made, in a form field that only we can have written. Whoever answers at once, or days later, is no reader.

stamp = base64url(MAC (16 bytes) + time (6 bytes, milliseconds since 1970))
MAC   = keyed BLAKE2b(key of stamps, time + what the page is about)
"""

import binascii
import hashlib
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from subscribers.keys import check_keys, derive

_MAC_BYTES = 16
_TIME_BYTES = 6
_CHARACTERS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """How old a stamp must be, and may be."""

    least: timedelta
    most: timedelta

    def holds(self, age: timedelta | None) -> bool:
        """Whether a stamp of *age* is good; None, no stamp of ours, never is."""
        return age is not None and self.least <= age <= self.most


#: The sign-up form: nobody types an address in less, and a captured form is of no use for longer.
SIGN_UP_SPAN = Span(least=timedelta(seconds=2), most=timedelta(hours=24))
#: The page with the button that confirms.
CONFIRM_SPAN = Span(least=timedelta(seconds=1), most=timedelta(hours=1))


@dataclass(frozen=True, slots=True)
class Stamps:
    """Makes and reads them: the newest key makes, all read."""

    _keys: tuple[bytes, ...] = field(repr=False)

    @classmethod
    def from_secrets(cls, secrets: Sequence[str]) -> "Stamps":
        """Return them for *secrets*, newest first. Raises KeysError for a weak one, or none."""
        check_keys(secrets, name="NEWSLETTER_SECRET_KEYS")
        return cls(tuple(derive(secret, "stamp") for secret in secrets))

    def make(self, about: str, now: datetime) -> str:
        """Return the stamp of a page about *about* that is made *now*."""
        time = int(now.timestamp() * 1000).to_bytes(_TIME_BYTES)
        return urlsafe_b64encode(_mac(self._keys[0], time, about) + time).decode().rstrip("=")

    def age(self, about: str, stamp: str, now: datetime) -> timedelta | None:
        """Return how old *stamp* is; None when it is not ours, or of a page about something else."""
        try:
            raw = urlsafe_b64decode(f"{stamp}==") if len(stamp) == _CHARACTERS else b""
        except (ValueError, binascii.Error):
            return None
        mac, time = raw[:_MAC_BYTES], raw[_MAC_BYTES:]
        if not any(hmac.compare_digest(_mac(key, time, about), mac) for key in self._keys):
            return None
        return now - datetime.fromtimestamp(int.from_bytes(time) / 1000, UTC)


def _mac(key: bytes, time: bytes, about: str) -> bytes:
    return hashlib.blake2b(time + about.encode(), key=key, digest_size=_MAC_BYTES).digest()
