"""A rehearsal: one `.eml` file a reader, in `var/outbox/ISSUE/`, which any mail program opens."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from newsletter.delivery.letter import Letter, delivery_name
from newsletter.delivery.message import MessageTemplate
from newsletter.delivery.providers.base import Capabilities, LookUp
from newsletter.delivery.values import Receipt, Recipient, Verdict
from newsletter.errors import AccountError
from newsletter.files import write_whole

CAPABILITIES = Capabilities(max_batch=500, look_up=LookUp.ABSENCE, embeds_images=True, can_embed_images=True)


@dataclass(frozen=True, slots=True)
class Outbox:
    """Writes files; a file is there whole or not at all, so after a crash its presence is proof."""

    folder: Path
    name: str = "outbox"
    capabilities: Capabilities = CAPABILITIES

    def open(self) -> "OutboxSession":
        """Return a writer."""
        return OutboxSession(self)

    def look_up(self, letter: Letter, recipients: Sequence[Recipient]) -> frozenset[int]:
        """Return the readers whose file exists."""
        return frozenset(
            recipient.subscriber_id for recipient in recipients if self.path(letter, recipient).exists()
        )

    def check(self, sender: str = "") -> str:
        """Look whether mails could be written. Raises AccountError when they could not."""
        found = next(folder for folder in (self.folder, *self.folder.parents) if folder.exists())
        if not found.is_dir() or not os.access(found, os.W_OK | os.X_OK):
            raise AccountError(f"{found} cannot be written. Give yourself the right to it.")
        return f"Mails are written to {self.folder}."

    def path(self, letter: Letter, recipient: Recipient) -> Path:
        """Return where the mail of *recipient* is written, named by its delivery."""
        return self.folder / letter.mailing / f"{delivery_name(letter.issue, recipient.ref)}.eml"


@dataclass(slots=True)
class OutboxSession:
    """Writes one mail after another."""

    outbox: Outbox
    #: The letter that was written last, and its message.
    _letter: Letter | None = None
    _template: MessageTemplate | None = None

    def send(self, letter: Letter, recipients: Sequence[Recipient]) -> Sequence[Receipt]:
        """Write a file for each reader. Raises AccountError when not even the first can be written."""
        if self._template is None or self._letter is not letter:
            self._letter, self._template = letter, letter.compile()
        receipts: list[Receipt] = []
        for recipient in recipients:
            path = self.outbox.path(letter, recipient)
            slots = letter.slots(recipient)
            message = self._template.fill(letter.own_headers(recipient, slots), slots)
            try:
                if not receipts:
                    _make_private(path.parent)
                # A rehearsal survives a killed process, it need not survive a power cut.
                write_whole(path, message, is_durable=False)
            except OSError as error:
                if not receipts:
                    raise AccountError(f"{path.parent} cannot be written: {error.strerror}.") from error
                receipts.append(Receipt(recipient.subscriber_id, Verdict.LATER, str(error.strerror)))
                continue
            receipts.append(Receipt(recipient.subscriber_id, Verdict.ACCEPTED))
        return receipts

    def close(self) -> None:
        """Nothing is open."""


def _make_private(folder: Path) -> None:
    """Make the folder of an issue: mails hold addresses, so nobody else on this machine looks into the outbox."""
    folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.mkdir(exist_ok=True)
