"""The send loop: claim, commit, send, record; one transaction a round, however many connections work.

The loop thread alone writes the ledger; the lanes' threads only talk to the provider. In each round the results that
have come in are recorded and the next requests are claimed in the same transaction, and only then do those requests
leave: whatever is killed when, the ledger says what may have been sent.
"""

import random
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from threading import Event

from newsletter.database import Connection, Engine, writing
from newsletter.delivery import locks
from newsletter.delivery.journal import Journal
from newsletter.delivery.lanes import Answer, Lane, send_unit
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


def send_issue(post: Post) -> StoredIssue:
    """Send what is open of an issue until it is sent, paused or stopped; return it as it then stands.

    Batches that a dead sender left behind are settled first.
    """
    with locks.alive(post.locks_folder) as sender:
        settle_dead(post)
        post.journal.append(post.issue.id, post.provider.name, post.clock())
        issue_store.mark_left(post.engine, post.issue.number, post.provider.name)
        _Loop(post, sender).run()
    sending.finish_issue(post.engine, post.issue.number, post.clock())
    return issue_store.get(post.engine, post.issue.number)


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
    _under_way: dict[Future[Answer], Lane] = field(default_factory=dict)

    def run(self) -> None:
        post = self.post
        one_by_one = post.provider.capabilities.is_one_by_one
        lanes = [Lane(post.provider.open(), one_by_one) for _ in range(post.connections)]
        idle = list(lanes)
        with ThreadPoolExecutor(len(lanes), thread_name_prefix="send") as pool:
            try:
                answered: list[tuple[Lane, Answer]] = []
                while True:
                    self._round(answered, idle, pool)
                    post.on_progress()
                    if self._under_way:
                        answered = self._wait(idle)
                    elif self._nap():
                        answered = []
                    else:
                        break
                self._release(lanes)
            finally:
                for lane in lanes:
                    lane.connection.close()

    def _round(self, answered: list[tuple[Lane, Answer]], idle: list[Lane], pool: ThreadPoolExecutor) -> None:
        """Record what came back and claim what goes next; the requests leave after the commit."""
        now = self.post.clock()
        units = []
        stop_reason = next((answer.stop_reason for _, answer in answered if answer.stop_reason), "")
        with writing(self.post.engine) as connection:
            self._record(connection, answered, now)
            if not stop_reason:
                for lane in idle:
                    if unit := self._claim(connection, lane, now):
                        units.append((lane, unit))
                one_by_one = [
                    (batch, unit[0].subscriber_id) for lane, (batch, unit) in units if lane.is_one_by_one
                ]
                sending.mark_sending(connection, one_by_one)
        if stop_reason:
            issue_store.set_state(
                self.post.engine, self.post.issue.number, IssueState.PAUSED, reason=stop_reason
            )
        for lane, (batch, recipients) in units:
            idle.remove(lane)
            letter = self.post.letters[batch.variant]
            self._under_way[pool.submit(send_unit, lane.connection, letter, recipients)] = lane

    def _record(self, connection: Connection, answered: list[tuple[Lane, Answer]], now: datetime) -> None:
        """Record every answer, and close the batches that are at their end."""
        sending.record(connection, [(lane.held, answer.receipts) for lane, answer in answered])
        for lane, answer in answered:
            lane.note(answer)
            if self.post.stop.is_set():
                lane.drop_rest()
            if lane.is_at_end:
                put_off, wish_s, words = lane.wish()
                attempts = lane.held.attempts
                retry = retry_at(attempts, wish_s, now, random.random()) if put_off else None  # noqa: S311  # spreads retries
                sending.finish(connection, lane.held.id, retry_at=retry, answer=words)
                lane.batch = None

    def _claim(
        self, connection: Connection, lane: Lane, now: datetime
    ) -> tuple[ClaimedBatch, Sequence[Recipient]] | None:
        if lane.batch is None:
            if self.post.stop.is_set():
                return None
            batch = sending.claim(
                connection,
                self.post.issue.number,
                sender=self.sender,
                one_by_one=lane.is_one_by_one,
                now=now,
            )
            if batch is None:
                return None
            lane.take(batch)
        return lane.held, lane.next_unit()

    def _release(self, lanes: list[Lane]) -> None:
        """Give back what is held after a stop: its readers were not begun."""
        held = [lane.batch for lane in lanes if lane.batch is not None]
        with writing(self.post.engine) as connection:
            for batch in held:
                sending.finish(connection, batch.id, retry_at=None)

    def _wait(self, idle: list[Lane]) -> list[tuple[Lane, Answer]]:
        finished, _ = wait(self._under_way, return_when=FIRST_COMPLETED)
        answered = []
        for future in finished:
            lane = self._under_way.pop(future)
            answered.append((lane, future.result()))
            idle.append(lane)
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
