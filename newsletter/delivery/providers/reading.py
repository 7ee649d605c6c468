"""What reading a provider's events has in common: values of whatever type, times in every form, bare addresses, ids.

Events outlive the page that describes them: what is missing or of another type is read as nothing, never refused.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from newsletter.delivery.events import diagnostic
from newsletter.errors import UnreadableEventError

#: Of a provider's id of a message, and of any text that has no bound of its own.
MAX_TEXT = 200
#: As wide as their columns in the ledger.
MAX_ISSUE, MAX_DELIVERY = 120, 64
#: Of a list of addresses in one text.
_MAX_ADDRESSES = 2_000
#: Before it there was no provider: .NET writes the year 1 where it has no time.
_EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
#: How far a provider's clock, or a time without its zone, may be ahead of ours.
_AHEAD = timedelta(days=1)
#: Seconds since 1970 beyond this (the year 5138) are milliseconds.
_MOST_SECONDS = 1e11

_SURROGATE = re.compile("[\ud800-\udfff]")
#: A display name in quotes (RFC 5322, section 3.4) may hold commas; a quoted local part is followed by its @.
_QUOTED_NAME = re.compile(r'"(?:[^"\\]|\\.)*"(?!@)')
_IN_BRACKETS = re.compile(r"<([^<>]*)>")


def decoded(body: bytes) -> Any:
    """Return the JSON of *body*. Raises UnreadableEventError for anything else.

    Servers' words come in whatever encoding: a byte or a half character (`\\ud83d`) that is none is no reason to
    lose a hundred events.
    """
    try:
        return json.loads(body.decode("utf-8-sig", "replace"))
    except (ValueError, RecursionError) as error:
        raise UnreadableEventError("the body of this webhook request is not JSON") from error


def fields(value: object) -> Mapping[str, Any]:
    """Return *value* where it is an object, else one without fields."""
    return value if isinstance(value, dict) else {}


def text(value: object, most: int = MAX_TEXT) -> str:
    """Return *value* in one line of at most *most* characters: of a list its first, a number or truth as in JSON."""
    match value:
        case str():
            return diagnostic(_SURROGATE.sub("\ufffd", value))[:most]
        case bool():
            return str(value).lower()
        case int() | float():
            return str(value)[:most]
        case [str() | int() | float() as first, *_]:
            return text(first, most)
    return ""


def ours(metadata: object) -> tuple[str, str]:
    """Return issue and delivery of the *metadata* that went along with a mail (`Letter.metadata`)."""
    found = fields(metadata)
    return text(found.get("issue"), MAX_ISSUE), text(found.get("delivery"), MAX_DELIVERY)


def moment(*values: object, now: datetime) -> datetime:
    """Return the first of *values* that is a time at which something can have happened; *now* when none is."""
    found = (time_in(value) for value in values)
    return next((time for time in found if time and _EARLIEST <= time <= now + _AHEAD), now)


def time_in(value: object) -> datetime | None:
    """Return the time that *value* is, in UTC; None when it is none.

    Seconds or milliseconds since 1970, as a number or its text, or ISO 8601 with any number of digits; without a zone
    it is UTC.
    """
    words = text(value)
    try:
        seconds = float(words)
    except ValueError:
        seconds = None
    try:
        if seconds is None:
            found = datetime.fromisoformat(words)
            return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
        return datetime.fromtimestamp(seconds / 1_000 if seconds > _MOST_SECONDS else seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def addresses(value: object) -> list[str]:
    """Return the bare addresses in *value*, each once: one text or a list, with or without display names."""
    return list(dict.fromkeys(_addresses(value)))


def address(*values: object) -> str:
    """Return the first bare address in *values*; "" when there is none."""
    return next((found for value in values for found in addresses(value)), "")


def event_id(*parts: str) -> str:
    """Return one id for *parts*: the same for the same, of one length; an address in it cannot be read."""
    return hashlib.blake2b("\0".join(parts).encode(), digest_size=16).hexdigest()


def _addresses(value: object) -> Iterator[str]:
    for one in value if isinstance(value, list) else [value]:
        if isinstance(one, str):
            for part in re.split("[,;]", _QUOTED_NAME.sub("", one[:_MAX_ADDRESSES])):
                bracketed = _IN_BRACKETS.search(part)
                found = text(bracketed[1] if bracketed else part)
                if "@" in found:
                    yield found
