"""A rehearsal on the screen: the plain-text part of each mail."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock

from newsletter.delivery.letter import Letter
from newsletter.delivery.providers.base import Capabilities
from newsletter.delivery.values import Receipt, Recipient, Verdict
from newsletter.errors import NewsletterError

CAPABILITIES = Capabilities(max_batch=100, is_one_by_one=True, embeds_images=True, can_embed_images=True)


@dataclass(frozen=True, slots=True)
class Console:
    """Prints to standard output."""

    name: str = "console"
    capabilities: Capabilities = CAPABILITIES

    def open(self) -> "ConsoleSession":
        """Return a printer."""
        return ConsoleSession()

    def look_up(self, letter: Letter, recipients: Sequence[Recipient]) -> frozenset[int]:
        """What was printed cannot be looked up."""
        raise NewsletterError("The console keeps no record of what it printed.")

    def check(self, sender: str = "") -> str:
        """Say where mails go."""
        return "Mails are printed on the screen."


#: One mail at a time, however many sessions print.
_PRINTING = Lock()


class ConsoleSession:
    """Prints one mail after another."""

    def send(self, letter: Letter, recipients: Sequence[Recipient]) -> Sequence[Receipt]:
        """Print the plain-text part of each reader's mail."""
        for recipient in recipients:
            text = letter.text
            for slot, link in letter.slots(recipient).items():
                text = text.replace(slot, link)
            with _PRINTING:
                sys.stdout.write(f"To: {recipient.email}\nSubject: {letter.subject}\n\n{text}\n{'=' * 76}\n")
                sys.stdout.flush()
        return [Receipt(recipient.subscriber_id, Verdict.ACCEPTED) for recipient in recipients]

    def close(self) -> None:
        """Nothing is open."""
