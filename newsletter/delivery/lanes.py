"""One session with the provider at work: it holds a claimed batch and takes it to its end, unit by unit."""

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from queue import SimpleQueue
from threading import Thread

from newsletter.delivery.ahead import Written
from newsletter.delivery.letter import Letter
from newsletter.delivery.post import BatchReport
from newsletter.delivery.providers.base import Session, WritesAhead
from newsletter.delivery.retries import retry_at
from newsletter.delivery.units import Answer, Way, repeat_unit, send_parts, send_proven_parts, send_unit
from newsletter.delivery.values import ClaimedBatch, Receipt, Recipient, Verdict


@dataclass(slots=True, eq=False)
class Lane:
    """A session at work in a thread of its own, and the batch that it is working on."""

    session: Session
    is_one_by_one: bool
    #: Where answers are put, each with its lane.
    answers: "SimpleQueue[tuple[Lane, Answer]]"
    batch: ClaimedBatch | None = None
    #: After a failure: takes no further batch before.
    rests_until: datetime | None = None
    _waiting: list[Recipient] = field(default_factory=list)
    _under_way: Sequence[Recipient] = ()
    _way: Way = send_unit
    #: Receipts of readers who are put off, or in doubt.
    _open: list[Receipt] = field(default_factory=list)
    #: How many receipts of the batch say what, and the last words that were not of acceptance.
    _accepted: int = 0
    _others: Counter[Verdict] = field(default_factory=Counter)
    _complaint: str = ""
    _began_s: float = 0.0
    #: The first request of the batch, if it stands already.
    _body: bytes | None = None
    #: What the thread is to send, how and where; None: nothing any more.
    _orders: "SimpleQueue[tuple[Way, Session, Letter, Sequence[Recipient]] | None]" = field(
        default_factory=SimpleQueue
    )
    _thread: Thread | None = None

    def open(self) -> None:
        """Start the thread."""
        self._thread = Thread(target=self._work, name="send", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Let the thread finish what it has, and wait for it."""
        self._orders.put(None)
        if self._thread is not None:
            self._thread.join()

    def send(self, letter: Letter, *, was_accepted: bool) -> None:
        """Have the next unit sent; its answer comes through `answers`. *was_accepted*: the letter, for others, just now."""
        way = send_proven_parts if self.sends_parts and was_accepted else self._way
        session, body, self._body = self.session, self._body, None
        if body is not None and isinstance(session, WritesAhead):
            session = Written(session, body)
        self._orders.put((way, session, letter, self._next_unit()))

    def _work(self) -> None:
        while (order := self._orders.get()) is not None:
            send, session, letter, recipients = order
            self.answers.put((self, send(session, letter, recipients)))
        self.session.close()

    @property
    def held(self) -> ClaimedBatch:
        """The batch that it is working on; it must have one."""
        assert self.batch is not None
        return self.batch

    def take(self, batch: ClaimedBatch, body: bytes | None = None) -> None:
        """Begin a batch, whose request may stand already."""
        self.batch, self._body = batch, body
        self._waiting = list(reversed(batch.recipients))
        self._way = repeat_unit if batch.is_repeat else send_unit
        self._open = []
        self._accepted, self._others, self._complaint = 0, Counter(), ""
        self._began_s = time.monotonic()

    @property
    def next_reader(self) -> Recipient:
        """The reader with whom its next request begins; there must be one."""
        return self._waiting[-1]

    @property
    def sends_parts(self) -> bool:
        """Whether its next unit goes in parts."""
        return self._way is send_parts

    def _next_unit(self) -> Sequence[Recipient]:
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

    def is_resting(self, now: datetime) -> bool:
        """Whether it takes no batch at the moment."""
        return self.rests_until is not None and now < self.rests_until

    def batch_retry(self, now: datetime, jitter: float) -> datetime | None:
        """Return when readers of its batch who were put off, or in doubt, may be tried again; None when none are."""
        if not self._open:
            return None
        return self.rests_until or retry_at(self.held.attempts, self.wish_s, now, jitter)

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
        return len(self.held.recipients) - answered

    def report(self, *, issue: str, variant: str, provider: str) -> BatchReport:
        """Return what came of its batch, which is at its end."""
        rejected, unknown = self._others[Verdict.REFUSED], self._others[Verdict.UNKNOWN]
        return BatchReport(
            issue=issue,
            batch=self.held.id,
            variant=variant,
            provider=provider,
            attempt=self.held.attempts,
            readers=len(self.held.recipients),
            accepted=self._accepted,
            rejected=rejected,
            later=self.put_off,
            unknown=unknown,
            seconds=time.monotonic() - self._began_s,
            words=self._complaint,
        )
