"""The seam between the send loop and an e-mail service."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, runtime_checkable

import msgspec

from newsletter.delivery.letter import Letter
from newsletter.delivery.values import Receipt, Recipient

#: Bytes of one reader's part besides the two bodies: address, headers, links, metadata.
_BESIDES = 8_192


class LookUp(StrEnum):
    """What it proves to ask the provider about a reader."""

    #: It cannot be asked.
    NOTHING = "nothing"
    #: Whom it knows, it accepted. Its log comes late: that it does not know somebody proves nothing.
    ACCEPTANCE = "acceptance"
    #: Whom it does not know, it did not accept.
    ABSENCE = "absence"


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What a provider can do and promise."""

    #: Readers a request.
    max_batch: int
    #: Each reader has a request of their own: they are claimed singly, so a crash leaves one reader in doubt at most.
    is_one_by_one: bool = False
    #: What `look_up` proves.
    look_up: LookUp = LookUp.NOTHING
    #: Images travel inside the mail, because no public site need be reachable.
    embeds_images: bool = False
    #: Images can travel inside the mail, as they do in a test mail.
    can_embed_images: bool = False
    #: Messages a second that the provider documents; 0: none.
    max_per_second: int = 0
    #: Bytes of one request's body; 0: no limit is documented.
    max_bytes: int = 0
    #: A request holds the whole mail of each reader, so that its bytes grow with its readers.
    repeats_bodies: bool = False
    #: For so long the same request under the same key is not sent again, and is answered as before; 0: no keys.
    key_window_s: int = 0
    #: A request is accepted for all its readers or for none: an event about one proves it for all.
    is_all_or_nothing: bool = False
    #: Bounces, complaints and the like come back by webhook.
    reports_events: bool = False
    #: What it cannot express or promise, a sentence each; `doctor` says them.
    shortcomings: tuple[str, ...] = ()


def readers_a_request(capabilities: Capabilities, letters: Iterable[Letter]) -> int:
    """Return how many readers one request may hold: by their number, and by bytes where it repeats the whole mail."""
    if not (capabilities.repeats_bodies and capabilities.max_bytes):
        return capabilities.max_batch
    largest = max(len(msgspec.json.encode([letter.html, letter.text])) for letter in letters)
    return max(1, min(capabilities.max_batch, capabilities.max_bytes // (largest + _BESIDES)))


class Session(Protocol):
    """A conversation with the provider; used by one thread at a time."""

    def send(self, letter: Letter, recipients: Sequence[Recipient]) -> Sequence[Receipt]:
        """Send *letter* to *recipients* and return what the provider answered for each.

        Raises TemporaryError when nothing was accepted, RefusedError when the request is refused for good,
        AccountError when the provider refuses us altogether, OutcomeUnknownError when the answer never came.
        """

    def close(self) -> None:
        """End the conversation."""


@runtime_checkable
class WritesAhead(Session, Protocol):
    """A session whose requests can be written before they leave, also by another session of the same provider."""

    def body(self, letter: Letter, recipients: Sequence[Recipient]) -> bytes:
        """Return the body of a request; nothing leaves. Raises AccountError for a letter that would not be sent."""

    def send_written(self, recipients: Sequence[Recipient], body: bytes) -> Sequence[Receipt]:
        """As `send`, with the *body* of these very recipients."""


class Provider(Protocol):
    """An e-mail service."""

    @property
    def name(self) -> str:
        """As in the settings."""

    @property
    def capabilities(self) -> Capabilities:
        """What it can do and promise."""

    def open(self) -> Session:
        """Return a new session; nothing is connected before the first `send`."""

    def look_up(self, letter: Letter, recipients: Sequence[Recipient]) -> frozenset[int]:
        """Return the subscriber ids among *recipients* whose mail the provider knows that it accepted.

        Called only where `capabilities.look_up` says that this proves something. Raises NewsletterError when it does not
        answer.
        """

    def check(self, sender: str = "") -> str:
        """Return a sentence that says who answered, and as whom we are known there; no mail leaves, nothing changes.

        *sender*: an address that it must take mail from; where it can be asked, that is asked too. Raises AccountError or
        RefusedError when nothing would be sent, TemporaryError when nobody can be reached, OutcomeUnknownError when the
        answer proves neither. Its words hold no secret and no reader's address.
        """
