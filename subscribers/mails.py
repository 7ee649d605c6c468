"""What this package asks the program to mail to one person, and what it is told of it. Words and looks are the program's."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from subscribers.requests import Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """One mail that answers a request. It holds no text that a stranger could have written."""

    kind: Kind
    to: str = field(repr=False)
    lang: str
    #: Random, the same at each try: the Message-ID is made of it.
    ref: bytes
    #: The personal links that the mail shows, by name: `confirm` and `block`, `manage`, or `unsubscribe` and `preferences`.
    links: Mapping[str, str] = field(repr=False)
    #: Digests that the mail speaks of.
    digests: tuple[str, ...] = ()


class Outcome(StrEnum):
    """What became of it."""

    ACCEPTED = "accepted"
    #: Nothing was accepted; later it may be.
    LATER = "later"
    #: The provider will never take it for this address.
    REFUSED = "refused"
    #: Nobody knows whether it was accepted.
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What the courier says of a mail."""

    outcome: Outcome
    #: Of the mail that left.
    message_id: str = ""
    #: The provider's words; may hold anything, an address too: stored, never logged.
    words: str = ""
    #: Seconds that the provider asks to wait.
    wait_s: float | None = None
    #: The account is refused: no other mail would fare better, and a person must know.
    is_about_us: bool = False


class Courier(Protocol):
    """Brings a mail to the provider."""

    def send(self, mail: Mail) -> Sent:
        """Send *mail*; whatever happens is an answer."""
