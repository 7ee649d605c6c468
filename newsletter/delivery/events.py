"""What a provider reports later: events in one form, whoever sent them and however they are worded."""

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

#: Characters of a server's words that are kept.
MAX_DIAGNOSTIC = 500


class EventKind(StrEnum):
    """What became of a mail, or what a reader did."""

    ACCEPTED = "accepted"
    DELIVERED = "delivered"
    #: The receiving server wants it later; the provider goes on trying.
    DEFERRED = "deferred"
    BOUNCED = "bounced"
    COMPLAINED = "complained"
    UNSUBSCRIBED = "unsubscribed"
    OPENED = "opened"
    CLICKED = "clicked"
    #: The provider never tried: its suppression list, an invalid address, its policy.
    REJECTED = "rejected"
    #: A kind that we do not know; kept, and without effect.
    UNKNOWN = "unknown"


class Bounce(StrEnum):
    """What a bounce says about the address."""

    #: It does not exist.
    HARD = "hard"
    #: Not now: full, too busy, or nobody knows.
    SOFT = "soft"
    #: The receiver refuses us or the mail, which says nothing about the address.
    POLICY = "policy"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One event about one reader."""

    provider: str
    #: The same when the provider sends it again, at most 200 characters.
    id: str
    kind: EventKind
    #: Of BOUNCED only.
    bounce: Bounce | None = None
    at: datetime
    #: The address that it is about, bare, as the provider writes it.
    email: str
    #: From the metadata that went along with the mail (`Letter.metadata`); "" when they did not come back.
    issue: str = ""
    delivery: str = ""
    #: The provider's id of the message.
    message: str = ""
    #: Enhanced status code (RFC 3463), such as 5.1.1.
    status: str = ""
    #: The receiving server's words (`diagnostic`).
    diagnostic: str = ""
    #: `id` is what was signed, which does not cover the body: so it is good for one request.
    is_good_once: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """An event about a reader whom we know, as the rules look at it."""

    subscriber_id: int
    #: None: not about a delivery of ours.
    issue_number: int | None
    issue: str
    kind: EventKind
    #: Of BOUNCED only.
    bounce: Bounce | None
    at: datetime
    event_id: str
    status: str
    diagnostic: str
    #: A hard bounce that condemns nobody until a person says so (row B-05).
    is_held: bool
    #: It was seen to before the reader last confirmed the address, and says nothing of it any more.
    is_forgiven: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """A request to a webhook, before anybody believes it."""

    #: Names in lower case; among them may be a password.
    headers: Mapping[str, str] = field(repr=False)
    #: As it came: signatures are over these bytes.
    body: bytes = field(repr=False)


class Receiver(Protocol):
    """Tells a provider's events from a stranger's, and reads them."""

    def verify(self, posted: Posted, now: datetime) -> None:
        """Raise ForgedEventError unless *posted* comes from the provider and is fresh; also when no secret is set."""

    def read(self, posted: Posted, now: datetime) -> Iterable[Event]:
        """Return the events of a verified request; what says nothing to us gives none, unless it `is_good_once`.

        They are read as they are asked for: of a million, nobody waits for more than are wanted. *now* stands in where
        an event has no time. Raises UnreadableEventError for a body in no form that the provider documents.
        """


def diagnostic(words: object) -> str:
    """Return a server's *words* in one line without control characters, at most `MAX_DIAGNOSTIC` of them."""
    if not isinstance(words, str):
        return ""
    plain = words[:4_000]
    # Most are, and looking at each character takes ten times as long.
    if not plain.isprintable():
        plain = "".join(
            " " if unicodedata.category(mark) in {"Cc", "Cf", "Zl", "Zp"} else mark for mark in plain
        )
    return " ".join(plain.split())[:MAX_DIAGNOSTIC]
