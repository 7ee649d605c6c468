"""Idempotency keys: a request whose answer never came may go again under its key while the provider remembers it.

The bytes must be those of the first time, so its readers, the letter and the links must be the same; and nobody may have left
since, for what was lost on the way would then be a mail to somebody who wants none.
"""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from newsletter.database import Connection, Engine
from newsletter.delivery.letter import Letter
from newsletter.delivery.providers.base import Provider
from newsletter.delivery.values import ClaimedBatch, Recipient
from newsletter.storage import keys

#: The provider's clock is not ours, and a request takes its time.
_MARGIN = timedelta(minutes=5)
#: So often one run repeats a request that the provider answers with no answer.
_MOST_REPEATS = 5


@dataclass(slots=True)
class Keys:
    """The keys of one run; does nothing where the provider knows none."""

    provider: Provider
    #: By the variant's number.
    letters: Mapping[int, Letter]
    #: As in `Post`.
    account: str = ""
    _repeats: Counter[int] = field(default_factory=Counter)

    def fix(self, connection: Connection, batch: ClaimedBatch, now: datetime) -> None:
        """Record what the request of a batch that is claimed holds, and until when it may be repeated."""
        if window := self._window:
            keys.fix(connection, batch.id, self._hash(batch.variant, batch.recipients), now + window)

    def claim_repeat(
        self, connection: Connection, issue_number: int, *, sender: str, now: datetime
    ) -> ClaimedBatch | None:
        """Claim a batch in doubt whose request may go again; None when there is none."""
        if not self._window:
            return None
        batch = keys.claim_repeat(
            connection, issue_number, sender=sender, hash_of=self._hash, not_these=self._given_up, now=now
        )
        if batch is not None:
            self._repeats[batch.id] += 1
        return batch

    def next_repeat(self, engine: Engine, issue_number: int, now: datetime) -> datetime | None:
        """Return when a request in doubt may go again; None when none may."""
        if not self._window:
            return None
        return keys.next_repeat(engine, issue_number, not_these=self._given_up, now=now)

    @property
    def _window(self) -> timedelta | None:
        seconds = self.provider.capabilities.key_window_s
        return timedelta(seconds=seconds) - _MARGIN if seconds else None

    @property
    def _given_up(self) -> list[int]:
        return [batch for batch, times in self._repeats.items() if times >= _MOST_REPEATS]

    def _hash(self, variant: int, recipients: Sequence[Recipient]) -> str:
        """Return a hash of all that a request is made of."""
        letter = self.letters[variant]
        links = letter.links.slots(bytes(len(recipients[0].ref))).values()
        parts = (
            *(
                self.provider.name,
                self.account,
                letter.request_key(recipients),
                letter.subject,
                letter.html,
                letter.text,
            ),
            *(str(letter.sender), *map(str, letter.shared_headers().items()), *links),
            *(recipient.email for recipient in recipients),
        )
        return hashlib.blake2b("\0".join(parts).encode(), digest_size=32).hexdigest()
