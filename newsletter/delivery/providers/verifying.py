"""What telling a provider's webhook from a stranger's has in common: passwords, signatures, and how old they may be."""

import base64
import hmac
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from newsletter.delivery.events import Posted
from newsletter.errors import ForgedEventError
from newsletter.settings.model import Secret, Webhook


def require_password(posted: Posted, settings: Webhook) -> None:
    """Raise ForgedEventError unless *posted* has one of the passwords of *settings*; also when none is set.

    `basic_auth` (`name:password`) and `secret` (sent as a bearer token, RFC 6750) may each be several, separated by
    commas, for the time of a change.
    """
    if not has_password(settings):
        raise ForgedEventError("no basic_auth and no secret is set for this webhook")
    scheme, _, sent = posted.headers.get("authorization", "").partition(" ")
    match scheme.lower():
        case "basic":
            is_right = is_one_of(_decoded(sent), each_of(settings.basic_auth))
        case "bearer":
            is_right = is_one_of(sent.strip().encode(), each_of(settings.secret))
        case _:
            is_right = False
    if not is_right:
        raise ForgedEventError("the password of this webhook is missing or wrong")


def has_password(settings: Webhook) -> bool:
    """Whether a password is set."""
    return bool(settings.basic_auth or settings.secret)


def require_fresh(seconds: str | float, now: datetime, tolerance: timedelta) -> None:
    """Raise ForgedEventError unless the time in *seconds* since 1970 is within *tolerance* of *now*."""
    try:
        stamped = datetime.fromtimestamp(float(seconds), UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise ForgedEventError("the time of this request cannot be read") from error
    if abs(now - stamped) > tolerance:
        raise ForgedEventError("this request is too old, or its time lies ahead", is_forbidden=True)


def each_of(secret: Secret) -> list[bytes]:
    """Return what *secret* holds: one or, for the time of a change, several, separated by commas."""
    return [part.strip().encode() for part in secret.reveal().split(",") if part.strip()]


def is_same(one: bytes, other: bytes) -> bool:
    """Compare two secrets or signatures in a time that does not tell where they differ."""
    return hmac.compare_digest(one, other)


def is_one_of(sent: bytes, known: Iterable[bytes]) -> bool:
    """Compare *sent* with each of *known*, as `is_same` does: how long it takes does not tell which was near."""
    return any([is_same(sent, one) for one in known])  # noqa: C419 - every one is compared


def _decoded(sent: str) -> bytes:
    try:
        return base64.b64decode(sent.strip(), validate=True)
    except ValueError:
        return b""
