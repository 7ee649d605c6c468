"""The seam between the send loop and an e-mail service."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from newsletter.delivery.letter import Letter
from newsletter.delivery.values import Receipt, Recipient


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What a provider can do and promise."""

    #: Readers a request.
    max_batch: int
    #: Each reader has a request of their own: they are claimed singly, so a crash leaves one reader in doubt at most.
    is_one_by_one: bool = False
    #: Whether `look_up` proves both acceptance and absence, at once.
    can_look_up: bool = False
    #: Images travel inside the mail, because no public site need be reachable.
    embeds_images: bool = False


class Session(Protocol):
    """A conversation with the provider; used by one thread at a time."""

    def send(self, letter: Letter, recipients: Sequence[Recipient]) -> Sequence[Receipt]:
        """Send *letter* to *recipients* and return what the provider answered for each.

        Raises TemporaryError when nothing was accepted, RefusedError when the request is refused for good,
        AccountError when the provider refuses us altogether, OutcomeUnknownError when the answer never came.
        """

    def close(self) -> None:
        """End the conversation."""


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
        """Return the subscriber ids among *recipients* whose delivery was accepted.

        Called only where `capabilities.can_look_up`.
        """
