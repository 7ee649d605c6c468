"""One session with the provider at work in a thread of its own: it sends one unit after another of the batch that it has."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from queue import SimpleQueue
from threading import Thread

from newsletter.delivery.ahead import Written
from newsletter.delivery.in_hand import InHand
from newsletter.delivery.letter import Letter
from newsletter.delivery.providers.base import Session, WritesAhead
from newsletter.delivery.units import Answer, Way
from newsletter.delivery.values import Recipient


@dataclass(slots=True, eq=False)
class Lane:
    """A session at work, and the batch whose answer it waits for, or of which more requests are to leave."""

    session: Session
    #: Where answers are put, each with its lane.
    answers: "SimpleQueue[tuple[Lane, Answer]]"
    in_hand: InHand | None = None
    #: After a failure: takes no further batch before.
    rests_until: datetime | None = None
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
        in_hand, session = self.held, self.session
        body, in_hand.body = in_hand.body, None
        if body is not None and isinstance(session, WritesAhead):
            session = Written(session, body)
        way = in_hand.next_way(was_accepted=was_accepted)
        self._orders.put((way, session, letter, in_hand.next_unit()))

    def _work(self) -> None:
        while (order := self._orders.get()) is not None:
            send, session, letter, recipients = order
            self.answers.put((self, send(session, letter, recipients)))
        self.session.close()

    @property
    def held(self) -> InHand:
        """The batch that it has; it must have one."""
        assert self.in_hand is not None
        return self.in_hand

    def is_resting(self, now: datetime) -> bool:
        """Whether it takes no batch at the moment."""
        return self.rests_until is not None and now < self.rests_until
