"""The send loop: claim, commit, send, record; one transaction a round, however many connections work.

The loop thread alone writes the ledger; the lanes' threads only talk to the provider. In each round the results that
have come in are recorded and the next requests are claimed in the same transaction, and only then do those requests
leave: whatever is killed when, the ledger says what may have been sent.
"""

import random
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from queue import SimpleQueue
from threading import Event

from newsletter.database import Connection, Engine, connected, writing
from newsletter.delivery import locks
from newsletter.delivery.journal import Journal
from newsletter.delivery.lanes import Answer, Lane
from newsletter.delivery.letter import Letter
from newsletter.delivery.providers.base import Provider
from newsletter.delivery.retries import retry_at
from newsletter.delivery.values import ClaimedBatch, Recipient
from newsletter.issues.values import IssueState
from newsletter.storage import issues as issue_store
from newsletter.storage import sending
from newsletter.storage.issues import StoredIssue

#: How long the loop sleeps at most before it looks again whether it was paused or stopped.
LONGEST_NAP_S = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """Everything that sending one issue needs."""

    engine: Engine
    issue: StoredIssue
    #: By the variant's number.
    letters: Mapping[int, Letter]
    provider: Provider
    connections: int
    locks_folder: Path
    journal: Journal
    clock: Callable[[], datetime]
    #: Set from outside to finish the requests in hand and stop.
    stop: Event
    #: Called about once a round.
    on_progress: Callable[[], None] = lambda: None
    #: Called with the provider's words and the time of the next try, when readers are put off.
    on_put_off: Callable[[str, datetime], None] = lambda _words, _retry: None


def send_issue(post: Post) -> StoredIssue:
    """Send what is open of an issue until it is sent, paused or stopped; return it as it then stands.

    Batches that a dead sender left behind are settled first.
    """
    with locks.alive(post.locks_folder) as sender, _quick_threads():
        settle_dead(post)
        post.journal.append(post.issue.id, post.provider.name, post.clock())
        issue_store.mark_left(post.engine, post.issue.number, post.provider.name)
        with connected(post.engine) as connection:
            _Loop(post, sender, connection).run()
    sending.finish_issue(post.engine, post.issue.number, post.clock())
    return issue_store.get(post.engine, post.issue.number)


@contextmanager
def _quick_threads() -> Iterator[None]:
    """Let threads take turns ten times as often.

    The loop waits for the disk in each round and must not wait for its turn as well: by SMTP that is half as many readers
    again a second (benchmarks/sending.py).
    """
    before = sys.getswitchinterval()
    sys.setswitchinterval(before / 10)
    try:
        yield
    finally:
        sys.setswitchinterval(before)


def settle_dead(post: Post) -> None:
    """Put batches of dead senders in doubt, then ask the provider where it can be asked."""
    for left in sending.left_sending(post.engine, post.issue.number):
        if not locks.is_alive(post.locks_folder, left.sender):
            sending.doubt(
                post.engine, left.id, left.sender, "the sender was stopped while it waited for the answer"
            )
    if not post.provider.capabilities.can_look_up:
        return
    for batch in sending.doubtful(post.engine, post.issue.number):
        accepted = post.provider.look_up(post.letters[batch.variant], batch.recipients)
        absent = [reader.subscriber_id for reader in batch.recipients if reader.subscriber_id not in accepted]
        sending.settle(post.engine, batch.id, accepted=sorted(accepted), absent=absent, by="look-up")


@dataclass(slots=True)
class _Loop:
    post: Post
    sender: str
    #: One for the whole run: taking a new one for each round costs as much as a statement.
    connection: Connection
    _answers: "SimpleQueue[tuple[Lane, Answer]]" = field(default_factory=SimpleQueue)
    _idle: list[Lane] = field(default_factory=list)
    _under_way: int = 0

    def run(self) -> None:
        """Work until nothing is left to do, or until it is stopped or paused."""
        post = self.post
        one_by_one = post.provider.capabilities.is_one_by_one
        lanes = [Lane(post.provider.open(), one_by_one, self._answers) for _ in range(post.connections)]
        for lane in lanes:
            lane.open()
        self._idle = list(lanes)
        answered: list[tuple[Lane, Answer]] = []
        try:
            while True:
                self._round(answered)
                post.on_progress()
                if self._under_way:
                    answered = self._wait()
                elif self._nap():
                    answered = []
                else:
                    break
            self._release(lanes)
        finally:
            for lane in lanes:
                lane.close()

    def _round(self, answered: list[tuple[Lane, Answer]]) -> None:
        """Record what came back and claim what goes next; the requests leave after the commit."""
        now = self.post.clock()
        stop_reason = next((answer.stop_reason for _, answer in answered if answer.stop_reason), "")
        with writing(self.connection) as connection:
            # Before the batches are closed, which counts their rows.
            sending.record(connection, [(lane.held, answer.receipts) for lane, answer in answered])
            self._close_batches(connection, answered, now)
            units = [] if stop_reason else self._claim_units(connection, now)
            sending.record(
                connection, [], [(batch, unit[0]) for lane, batch, unit in units if lane.is_one_by_one]
            )
        if stop_reason:
            number = self.post.issue.number
            issue_store.set_state(self.post.engine, number, IssueState.PAUSED, reason=stop_reason)
        for lane, batch, unit in units:
            self._idle.remove(lane)
            self._under_way += 1
            lane.send(self.post.letters[batch.variant], unit)

    def _close_batches(
        self, connection: Connection, answered: list[tuple[Lane, Answer]], now: datetime
    ) -> None:
        for lane, answer in answered:
            lane.note(answer)
            if self.post.stop.is_set():
                lane.drop_rest()
            if lane.is_at_end:
                put_off, wish_s, words = lane.wish()
                attempts = lane.held.attempts
                retry = retry_at(attempts, wish_s, now, random.random()) if put_off else None  # noqa: S311  # spreads retries
                sending.finish(connection, lane.held.id, retry_at=retry, answer=words)
                if retry:
                    self.post.on_put_off(words, retry)
                lane.batch = None

    def _claim_units(
        self, connection: Connection, now: datetime
    ) -> list[tuple[Lane, ClaimedBatch, Sequence[Recipient]]]:
        for lane in self._idle:
            if lane.batch is None and not self.post.stop.is_set():
                batch = sending.claim(
                    connection,
                    self.post.issue.number,
                    sender=self.sender,
                    one_by_one=lane.is_one_by_one,
                    now=now,
                )
                if batch is None:
                    break
                lane.take(batch)
        return [(lane, lane.held, lane.next_unit()) for lane in self._idle if lane.batch is not None]

    def _release(self, lanes: list[Lane]) -> None:
        """Give back what is held after a stop: its readers were not begun."""
        held = [lane.batch for lane in lanes if lane.batch is not None]
        with writing(self.connection) as connection:
            for batch in held:
                sending.finish(connection, batch.id, retry_at=None)

    def _wait(self) -> list[tuple[Lane, Answer]]:
        """Return every answer that has come in, at least one."""
        answered = [self._answers.get()]
        while not self._answers.empty():
            answered.append(self._answers.get())
        self._under_way -= len(answered)
        self._idle += [lane for lane, _ in answered]
        return answered

    def _nap(self) -> bool:
        """Sleep until a batch may be due again; False when there is nothing to wait for."""
        post = self.post
        if post.stop.is_set() or issue_store.get(post.engine, post.issue.number).state != IssueState.SENDING:
            return False
        unfinished, earliest = sending.next_retry(post.engine, post.issue.number)
        if not unfinished:
            return False
        delay = (earliest - post.clock()).total_seconds() if earliest else LONGEST_NAP_S
        post.stop.wait(min(max(delay, 0.01), LONGEST_NAP_S))
        return True
