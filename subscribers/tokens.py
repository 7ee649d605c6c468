"""Tokens: the part of a personal link that says who may do what. Opaque, unforgeable, without personal data.

    token   = key id (6 characters) + base64url(MAC (16 bytes) + payload)
    payload = [issue time: 4 bytes, seconds since 1970] + scope (UTF-8) + the subscriber's reference (12 bytes)
    MAC     = keyed BLAKE2b(key of the purpose, payload), 128 bits (RFC 7693, section 2.9)

The issue time is there only for purposes that expire. Each purpose has a key of its own, derived from the secret,
so a token made for one is unknown to every other. MAC and reference are random and stand at both ends: the tokens
of two subscribers share nothing there but the key id. Nothing is parsed before the MAC was found right. The same
input makes the same token, so that a request can be repeated byte for byte.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from subscribers.errors import ExpiredTokenError, UnknownTokenError
from subscribers.keys import ID_CHARACTERS, check_keys, derive, key_id

REFERENCE_BYTES = 12
_MAC_BYTES = 16
#: RFC 4648, section 5.
_URL_SAFE = bytes.maketrans(b"+/", b"-_")
_TIME_BYTES = 4
#: Longer than any token of ours; what is longer is not even hashed.
_MAX_CHARACTERS = 512


class Purpose(StrEnum):
    """What a token may be used for."""

    #: Confirms a sign-up.
    CONFIRM = "confirm"
    #: Ends subscriptions; never expires.
    UNSUBSCRIBE = "unsub"
    #: Changes topics, digests and language; shows no personal data.
    PREFERENCES = "prefs"
    #: Export, erasure, change of address: freshly mailed only.
    MANAGE = "manage"
    #: From a confirmation mail: never mail me.
    BLOCK = "block"
    #: In test mails: explains that it was a test.
    TEST = "test"


#: Their tokens carry the time they were made.
EXPIRING = frozenset({Purpose.CONFIRM, Purpose.MANAGE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """What a genuine token says."""

    purpose: Purpose
    #: The random reference of a subscriber (or of a request), never a row's number: those are reused.
    ref: bytes
    #: What it is about: an issue's id, or a digest's key.
    scope: str
    #: None for purposes that never expire.
    issued_at: datetime | None
    #: Of the key that it was made with.
    key_id: str


@dataclass(frozen=True, slots=True)
class TokenKeys:
    """The keys that make and read tokens: the newest makes, all read."""

    #: Newest first: key id, and the key of each purpose.
    _keys: tuple[tuple[str, dict[Purpose, bytes]], ...] = field(repr=False)

    @classmethod
    def from_secrets(cls, secrets: Sequence[str]) -> "TokenKeys":
        """Return the keys for *secrets*, newest first. Raises KeysError for a weak one, or none."""
        check_keys(secrets, name="NEWSLETTER_SECRET_KEYS")
        return cls(
            tuple(
                (
                    key_id(secret),
                    {purpose: derive(secret, purpose) for purpose in Purpose},
                )
                for secret in secrets
            )
        )

    def make(self, purpose: Purpose, ref: bytes, scope: str, issued_at: datetime | None = None) -> str:
        """Return the token that lets the subscriber *ref* do *purpose*; *issued_at* where it expires."""
        return self.maker(purpose, scope, issued_at)(ref)

    def maker(
        self, purpose: Purpose, scope: str, issued_at: datetime | None = None
    ) -> Callable[[bytes], str]:
        """Return a function from reference to token, for many subscribers: what they share is hashed once."""
        if (issued_at is not None) != (purpose in EXPIRING):
            raise ValueError(f"a {purpose} token {'needs' if issued_at is None else 'has no'} issue time")
        shared = (_seconds(issued_at) if issued_at else b"") + scope.encode()
        newest, keys = self._keys[0]
        after_shared = _mac(keys[purpose], shared)

        def make(ref: bytes) -> str:
            if len(ref) != REFERENCE_BYTES:
                raise ValueError(f"a reference has {REFERENCE_BYTES} bytes")
            mac = after_shared.copy()
            mac.update(ref)
            return newest + _encode(mac.digest() + shared + ref)

        return make

    def read(self, purpose: Purpose, token: str, *, now: datetime, max_age: timedelta | None = None) -> Token:
        """Return what *token* says.

        Raises UnknownTokenError unless it is ours and for *purpose*, and ExpiredTokenError when it is older
        than *max_age*.
        """
        payload = self._genuine_payload(purpose, token)
        issued_at = None
        if purpose in EXPIRING:
            issued_at = datetime.fromtimestamp(int.from_bytes(payload[:_TIME_BYTES]), UTC)
            payload = payload[_TIME_BYTES:]
            if max_age is not None and now - issued_at > max_age:
                raise ExpiredTokenError("This link is too old.")
        scope, ref = payload[:-REFERENCE_BYTES].decode(), payload[-REFERENCE_BYTES:]
        return Token(purpose=purpose, ref=ref, scope=scope, issued_at=issued_at, key_id=token[:ID_CHARACTERS])

    def _genuine_payload(self, purpose: Purpose, token: str) -> bytes:
        keys = next((keys for id_, keys in self._keys if id_ == token[:ID_CHARACTERS]), None)
        signed = _decode(token[ID_CHARACTERS:]) if len(token) <= _MAX_CHARACTERS else b""
        if keys is not None and len(signed) > _MAC_BYTES:
            code, payload = signed[:_MAC_BYTES], signed[_MAC_BYTES:]
            if hmac.compare_digest(_mac(keys[purpose], payload).digest(), code):
                return payload
        raise UnknownTokenError("This link is not one of ours, or it is no longer valid.")


def _mac(key: bytes, data: bytes) -> "hashlib.blake2b":
    return hashlib.blake2b(data, key=key, digest_size=_MAC_BYTES)


def _seconds(moment: datetime) -> bytes:
    return int(moment.timestamp()).to_bytes(_TIME_BYTES)


def _encode(data: bytes) -> str:
    return binascii.b2a_base64(data, newline=False).translate(_URL_SAFE, b"=").decode("ascii")


def _decode(text: str) -> bytes:
    """Return what *text* encodes, or nothing unless it is spelled exactly as `_encode` spells it."""
    try:
        data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (ValueError, binascii.Error):
        return b""
    # The decoder skips foreign characters and ignores the last bits: one token would have several spellings.
    return data if _encode(data) == text else b""
