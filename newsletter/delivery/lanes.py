"""One session with the provider at work: it holds a claimed batch and takes it to its end, unit by unit."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from queue import SimpleQueue
from threading import Thread

from newsletter.delivery.letter import Letter
from newsletter.delivery.providers.base import Session
from newsletter.delivery.retries import retry_at
from newsletter.delivery.units import Answer, send_unit
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
    _later: list[Receipt] = field(default_factory=list)
    #: What the thread is to send; None: nothing any more.
    _orders: "SimpleQueue[tuple[Letter, Sequence[Recipient]] | None]" = field(default_factory=SimpleQueue)
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

    def send(self, letter: Letter, recipients: Sequence[Recipient]) -> None:
        """Have a unit sent; its answer comes through `answers`."""
        self._orders.put((letter, recipients))

    def _work(self) -> None:
        while (order := self._orders.get()) is not None:
            self.answers.put((self, send_unit(self.session, *order)))
        self.session.close()

    @property
    def held(self) -> ClaimedBatch:
        """The batch that it is working on; it must have one."""
        assert self.batch is not None
        return self.batch

    def take(self, batch: ClaimedBatch) -> None:
        """Begin a batch."""
        self.batch = batch
        self._waiting = list(reversed(batch.recipients))
        self._later = []

    @property
    def next_reader(self) -> Recipient:
        """The reader with whom its next request begins; there must be one."""
        return self._waiting[-1]

    def next_unit(self) -> Sequence[Recipient]:
        """Return the readers of the next request, which then no longer wait."""
        if self.is_one_by_one:
            return (self._waiting.pop(),)
        unit, self._waiting = tuple(reversed(self._waiting)), []
        return unit

    def note(self, answer: Answer) -> None:
        """Remember what the batch's end depends on."""
        self._later += [receipt for receipt in answer.receipts if receipt.verdict is Verdict.LATER]
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
        """Return when readers of its batch who were put off are tried again; None when none were."""
        if not self._later:
            return None
        return self.rests_until or retry_at(self.held.attempts, self.wish_s, now, jitter)

    @property
    def wish_s(self) -> float | None:
        """The longest wait, in seconds, that the provider asked for in this batch."""
        wishes = [receipt.retry_after_s for receipt in self._later if receipt.retry_after_s is not None]
        return max(wishes, default=None)

    @property
    def last_words(self) -> str:
        """What was said last of a reader of the batch who was put off."""
        return self._later[-1].detail if self._later else ""
