"""A claimed batch in hand: taken to its end unit by unit, with what its readers' answers come to."""

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from newsletter.delivery.post import BatchReport
from newsletter.delivery.retries import retry_at
from newsletter.delivery.units import Answer, Way, repeat_unit, send_parts, send_proven_parts, send_unit
from newsletter.delivery.values import ClaimedBatch, Receipt, Recipient, Verdict


@dataclass(slots=True, eq=False)
class InHand:
    """A batch from its claim until it is finished in the ledger."""

    batch: ClaimedBatch
    is_one_by_one: bool
    #: Its first request, if that stands already.
    body: bytes | None = field(default=None, repr=False)
    #: After a failure: who is put off waits so long.
    put_off_until: datetime | None = None
    _waiting: list[Recipient] = field(init=False)
    _under_way: Sequence[Recipient] = ()
    _way: Way = field(init=False)
    #: Receipts of readers who are put off, or in doubt.
    _open: list[Receipt] = field(default_factory=list)
    #: How many receipts of the batch say what, and the last words that were not of acceptance.
    _accepted: int = 0
    _others: Counter[Verdict] = field(default_factory=Counter)
    _complaint: str = ""
    _began_s: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        self._waiting = list(reversed(self.batch.recipients))
        self._way = repeat_unit if self.batch.is_repeat else send_unit

    @property
    def next_reader(self) -> Recipient:
        """The reader with whom its next request begins; there must be one."""
        return self._waiting[-1]

    @property
    def sends_parts(self) -> bool:
        """Whether its next unit goes in parts."""
        return self._way is send_parts

    def next_way(self, *, was_accepted: bool) -> Way:
        """Return how its next unit is sent. *was_accepted*: its letter, for others, just now."""
        return send_proven_parts if self.sends_parts and was_accepted else self._way

    def next_unit(self) -> Sequence[Recipient]:
        """Return the readers of the next request, which then no longer wait."""
        if self.is_one_by_one:
            self._under_way = (self._waiting.pop(),)
        else:
            self._under_way, self._waiting = tuple(reversed(self._waiting)), []
        return self._under_way

    def note(self, answer: Answer) -> None:
        """Remember what the batch's end depends on."""
        # Nearly all are accepted: they are passed over once, and only counted.
        others = [receipt for receipt in answer.receipts if receipt.verdict is not Verdict.ACCEPTED]
        self._open += [receipt for receipt in others if receipt.verdict is not Verdict.REFUSED]
        self._accepted += len(answer.receipts) - len(others)
        self._others.update(receipt.verdict for receipt in others)
        words = (receipt.detail for receipt in reversed(others) if receipt.detail)
        self._complaint = next(words, self._complaint)
        if answer.wants_parts:
            self._waiting, self._way = list(reversed(self._under_way)), send_parts
        if answer.ends_batch:
            self._waiting = []

    def drop_rest(self) -> None:
        """Leave the readers that were not begun for later."""
        self._waiting = []

    @property
    def is_at_end(self) -> bool:
        """Whether no reader of the batch waits for a request."""
        return not self._waiting

    def retry_at(self, now: datetime, jitter: float) -> datetime | None:
        """Return when readers who were put off, or in doubt, may be tried again; None when none are."""
        if not self._open:
            return None
        return self.put_off_until or retry_at(self.batch.attempts, self.wish_s, now, jitter)

    @property
    def wish_s(self) -> float | None:
        """The longest wait, in seconds, that the provider asked for in this batch."""
        wishes = [receipt.retry_after_s for receipt in self._open if receipt.retry_after_s is not None]
        return max(wishes, default=None)

    @property
    def last_words(self) -> str:
        """What was said last of a reader of the batch who was put off, or is in doubt."""
        return self._open[-1].detail if self._open else ""

    @property
    def put_off(self) -> int:
        """How many readers of the batch nothing was accepted for, and who are not refused for good: later, or not begun."""
        answered = self._accepted + self._others[Verdict.REFUSED] + self._others[Verdict.UNKNOWN]
        return len(self.batch.recipients) - answered

    def report(self, *, issue: str, variant: str, provider: str) -> BatchReport:
        """Return what came of the batch, which is at its end."""
        rejected, unknown = self._others[Verdict.REFUSED], self._others[Verdict.UNKNOWN]
        return BatchReport(
            issue=issue,
            batch=self.batch.id,
            variant=variant,
            provider=provider,
            attempt=self.batch.attempts,
            readers=len(self.batch.recipients),
            accepted=self._accepted,
            rejected=rejected,
            later=self.put_off,
            unknown=unknown,
            seconds=time.monotonic() - self._began_s,
            words=self._complaint,
        )
