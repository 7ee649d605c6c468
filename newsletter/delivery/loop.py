"""The send loop: claim, commit, send, record; one transaction a round, however many connections work.

The loop thread alone writes the ledger; the lanes' threads only talk to the provider. In each round the results that
have come in are recorded and the next requests are claimed in the same transaction, and only then do those requests
leave: whatever is killed when, the ledger says what may have been sent. What is claimed ahead meanwhile (`Ahead`) leaves in
the same way, by the transaction of a round.
"""

import random
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from queue import Empty, SimpleQueue

from newsletter.database import Connection, writing
from newsletter.delivery.ahead import Ahead, Next
from newsletter.delivery.allowance import PLENTY
from newsletter.delivery.doubts import doubt_dead
from newsletter.delivery.keys import Keys
from newsletter.delivery.lanes import Lane
from newsletter.delivery.leases import leased
from newsletter.delivery.outages import Outage, after_failure
from newsletter.delivery.post import BatchReport, Post
from newsletter.delivery.presence import Presence
from newsletter.delivery.providers.base import Session
from newsletter.delivery.units import Answer
from newsletter.delivery.values import Verdict
from newsletter.delivery.waiting import next_wait
from newsletter.errors import DeliveryError, TemporaryError
from newsletter.issues.values import IssueState
from newsletter.storage import issues as issue_store
from newsletter.storage.claiming import claim, claims_so_far
from newsletter.storage.keys import BY_KEY
from newsletter.storage.overtaken import record_late, still_held
from newsletter.storage.recording import finish, mark_parts, record

#: Of an issue that counts as sent, doubts may still be settled.
_AT_WORK = frozenset({IssueState.SENDING, IssueState.SENT})
#: How long the loop sleeps at most before it looks again whether it was paused or stopped.
LONGEST_NAP_S = 1.0
#: After so long without any answer a person is told that this is what it waits for.
QUIET_S = 5.0
#: Without an answer for so long, what goes next is made ready. Where answers come at once, that would cost more than it gains.
PATIENCE_S = 0.02
#: A round waits so long for each further answer: most of what a round costs is the same for one answer and for four.
GATHER_S = 0.001


@dataclass(slots=True)
class Loop:
    """The loop itself, for one issue and one sender."""

    post: Post
    presence: Presence
    #: One for the whole run: taking a new one for each round costs as much as a statement.
    connection: Connection
    _lanes: list[Lane] = field(default_factory=list)
    _idle: list[Lane] = field(default_factory=list)
    _answers: "SimpleQueue[tuple[Lane, Answer]]" = field(default_factory=SimpleQueue)
    #: What came in and is not in the ledger yet.
    _unrecorded: list[tuple[Lane, Answer]] = field(default_factory=list)
    _keys: Keys = field(init=False)
    _ahead: Ahead = field(init=False)
    _outage: Outage | None = None
    _refused_in_a_row: int = 0
    #: Batches that were put off because nobody who was asked was accepted.
    _accusing: set[int] = field(default_factory=set)
    #: The variants that were accepted for somebody in this run, with the settings as they are.
    _accepted: set[int] = field(default_factory=set)
    _stop_reason: str = ""
    _announced: datetime | None = None

    def __post_init__(self) -> None:
        self._keys = Keys(self.post.provider, self.post.letters, self.post.account)
        self._ahead = Ahead(self.post, self.presence.name)

    def run(self) -> None:
        """Work until nothing is left to do, or until it is stopped or paused."""
        one_by_one = self.post.provider.capabilities.is_one_by_one
        for _ in range(self.post.connections):
            self._lanes.append(Lane(self._session(), one_by_one, self._answers))
        self._idle = list(self._lanes)
        for lane in self._lanes:
            lane.open()
        try:
            self._work()
        except Exception:
            # A second Ctrl-C passes by here and waits for nothing: what is under way is then in doubt.
            self._put_down()
            raise
        self._put_down()

    def _session(self) -> Session:
        session, lease = self.post.provider.open(), self.presence.lease
        return leased(session, lease) if lease else session

    def _work(self) -> None:
        while True:
            self._round()
            self.post.on_progress()
            if len(self._idle) < len(self._lanes):
                self._collect()
            elif self._stop_reason or not self._nap():
                return

    def _round(self) -> None:
        """Record what came back and claim what goes next; the requests leave after the commit."""
        now = self.post.clock()
        if self._is_stopping:
            for lane, _ in self._unrecorded:
                lane.drop_rest()
        with writing(self.connection) as connection:
            overtaken = self._overtaken(connection)
            if self.presence.lease:
                self.presence.lease.confirm(connection)
            ended = self._ended()
            held = [lane for lane in self._idle if lane.batch is not None and lane not in ended]
            going_on = [lane for lane in held if lane not in overtaken]
            self._record(connection, ended, going_on, overtaken, now)
            self._give_back(connection, [lane for lane in ended if lane not in overtaken])
            for lane in going_on:
                if lane.sends_parts:
                    mark_parts(connection, lane.held.id)
            claimed = self._claim([lane for lane in self._idle if lane not in going_on], connection, now)
            record(
                connection,
                [],
                [(found.batch, found.batch.recipients[0]) for lane, found in claimed if lane.is_one_by_one],
            )
            if self._is_stopping or len(self._idle) - len(going_on) - len(claimed) == len(self._lanes):
                # No request is under way after this, or soon none.
                self._ahead.put_back(connection)
            claims = claims_so_far(connection, self.post.issue.number) if claimed else 0
        # Only what is committed is true: nothing below may be done before, nor be undone.
        if claimed:
            # A full disk ends the run at the next commit; it must not make a claim of this round be forgotten.
            with suppress(OSError):
                self.post.journal.note(self.post.issue.id, self.post.provider.name, claims, now)
        self._unrecorded.clear()
        reports = [self._report(lane) for lane in ended]
        for lane in {*ended, *(lane for lane in overtaken if lane in self._idle)}:
            lane.batch = None
        for lane, found in claimed:
            lane.take(found.batch, found.body)
        if self._stop_reason:
            number = self.post.issue.number
            issue_store.set_state(self.post.engine, number, IssueState.PAUSED, reason=self._stop_reason)
        for lane in [*going_on, *(lane for lane, _ in claimed)]:
            self._idle.remove(lane)
            variant = lane.held.variant
            lane.send(self.post.letters[variant], was_accepted=variant in self._accepted)
        # Last: whoever listens may be slow.
        for report in reports:
            self.post.on_batch(report)

    def _ended(self) -> list[Lane]:
        return [lane for lane, _ in self._unrecorded if lane.is_at_end]

    @property
    def _is_stopping(self) -> bool:
        return bool(self._stop_reason) or self.post.stop.is_set() or self._has_lost_lease

    @property
    def _has_lost_lease(self) -> bool:
        return self.presence.lease is not None and not self.presence.lease.is_good

    def _overtaken(self, connection: Connection) -> Collection[Lane]:
        """Return the lanes whose batches were put in doubt meanwhile, because this sender was taken for dead."""
        lease = self.presence.lease
        working = [lane for lane in self._lanes if lane.batch is not None]
        if lease is None or not working:
            return ()
        held = still_held(connection, self.presence.name, [lane.held.id for lane in working])
        overtaken = [lane for lane in working if lane.held.id not in held]
        if overtaken:
            lease.give_up()
        return overtaken

    def _record(
        self,
        connection: Connection,
        ended: Sequence[Lane],
        going_on: Sequence[Lane],
        overtaken: Collection[Lane],
        now: datetime,
    ) -> None:
        # Before the batches are finished, which counts their rows.
        answered = [
            (lane.held, answer.receipts) for lane, answer in self._unrecorded if lane not in overtaken
        ]
        leaving = [(lane.held, lane.next_reader) for lane in going_on if lane.is_one_by_one]
        finished = record(connection, answered, leaving)
        for lane, answer in self._unrecorded:
            if lane in overtaken:
                record_late(connection, lane.held, answer.receipts)
        for lane in ended:
            if lane in overtaken or lane.held.id in finished:
                continue
            finish(
                connection,
                lane.held.id,
                retry_at=lane.batch_retry(now, _jitter()),
                answer=lane.last_words,
                settled_by=BY_KEY if lane.held.is_repeat else "",
            )

    def _give_back(self, connection: Connection, lanes: Sequence[Lane]) -> None:
        """Free what was taken of the limits for readers who are put off; a repetition has taken nothing."""
        for lane in lanes:
            if not lane.held.is_repeat:
                self.post.allowance.give_back(connection, lane.put_off, lane.held.claimed_at)

    def _claim(self, free: Sequence[Lane], connection: Connection, now: datetime) -> list[tuple[Lane, Next]]:
        claimed: list[tuple[Lane, Next]] = []
        room = self.post.allowance.room(connection, now)
        for lane in free:
            if self._is_stopping or lane.is_resting(now):
                continue
            if ready := self._ahead.leave(connection, now):
                claimed.append((lane, ready))
                continue
            batch = self._keys.claim_repeat(
                connection, self.post.issue.number, sender=self.presence.name, now=now
            ) or claim(
                connection,
                self.post.issue.number,
                sender=self.presence.name,
                one_by_one=lane.is_one_by_one,
                now=now,
                most=None if room == PLENTY else room,
            )
            if batch is None:
                break
            if not batch.is_repeat:
                self._keys.fix(connection, batch, now)
                self.post.allowance.use(connection, len(batch.recipients), now)
                room = self.post.allowance.room(connection, now)
            claimed.append((lane, Next(batch)))
        return claimed

    def _collect(self) -> None:
        """Wait for an answer, and take every one that has come in."""
        try:
            self._take_in(*self._next_answer())
        except Empty:
            self.post.on_quiet()
            self._take_in(*self._answers.get())
        with suppress(Empty):
            # For whom the next request is ready, others are not waited for.
            while self._ahead.count < len(self._idle) < len(self._lanes):
                self._take_in(*self._answers.get(timeout=GATHER_S))

    def _next_answer(self) -> tuple[Lane, Answer]:
        """Wait for an answer, and meanwhile make ready what goes next. Raises Empty when none comes for long."""
        with suppress(Empty):
            return self._answers.get(timeout=PATIENCE_S)
        self._hold_ahead()
        return self._answers.get(timeout=QUIET_S)

    def _hold_ahead(self) -> None:
        """While no answer is there, claim and write a batch for each connection that waits for one."""
        while self._answers.empty() and not self._is_stopping:
            working, now = len(self._lanes) - len(self._idle), self.post.clock()
            if not self._ahead.has_room(working, now) or not self._ahead.hold_one(self.connection, now):
                return

    def _take_in(self, lane: Lane, answer: Answer) -> None:
        self._idle.append(lane)
        self._unrecorded.append((lane, answer))
        lane.note(answer)
        self._heed(lane, answer)

    def _heed(self, lane: Lane, answer: Answer) -> None:
        """Draw from an answer what concerns more than its readers."""
        verdicts = {receipt.verdict for receipt in answer.receipts}
        if Verdict.ACCEPTED in verdicts:
            self._accepted.add(lane.held.variant)
        if not answer.wants_parts:
            is_refused = verdicts == {Verdict.REFUSED} or bool(answer.accuses_mail)
            self._refused_in_a_row = self._refused_in_a_row + 1 if is_refused else 0
        accusation = self._accusation(lane, answer)
        self._stop_reason = self._stop_reason or answer.stop_reason or accusation
        # No answer at all for anybody, again and again, would put the whole audience in doubt within minutes.
        if answer.ends_batch or verdicts == {Verdict.UNKNOWN}:
            last = answer.receipts[-1]
            self._outage = after_failure(
                self._outage,
                last.detail,
                lane.wish_s,
                leaves_doubt=last.verdict is Verdict.UNKNOWN,
                now=self.post.clock(),
                jitter=_jitter(),
            )
            lane.rests_until = self._outage.until
        else:
            self._outage = lane.rests_until = None
        if 0 < self.post.most_refused <= self._refused_in_a_row and not self._stop_reason:
            self._stop_reason = (
                f"{self._refused_in_a_row} requests in a row were refused, the last with: "
                f"{answer.receipts[-1].detail}"
            )

    def _accusation(self, lane: Lane, answer: Answer) -> str:
        """Return why the mail itself must be what is refused, "" while it may be its readers' fault.

        A batch that was put off for it is asked about once more: others go first, and the mail may be accepted for them.
        """
        if not answer.accuses_mail:
            return ""
        batch = lane.held
        is_sure = batch.id in self._accusing and batch.variant not in self._accepted
        self._accusing.add(batch.id)
        return f"the provider refuses this mail, whoever it is for: {answer.accuses_mail}" if is_sure else ""

    def _put_down(self) -> None:
        """Let requests under way come to their end, and give back what is held: those readers were not begun."""
        for lane in self._lanes:
            lane.close()
        while not self._answers.empty():
            self._take_in(*self._answers.get())
        with writing(self.connection) as connection:
            overtaken = self._overtaken(connection)
            self._record(connection, self._ended(), (), overtaken, self.post.clock())
            held = [lane for lane in self._lanes if lane.batch is not None and lane not in overtaken]
            for lane in held:
                if lane not in self._ended():
                    finish(connection, lane.held.id, retry_at=None)
            self._give_back(connection, held)
            self._ahead.put_back(connection)
        for lane in self._ended():
            self.post.on_batch(self._report(lane))

    def _report(self, lane: Lane) -> BatchReport:
        post = self.post
        variant = post.letters[lane.held.variant].variant
        return lane.report(issue=post.issue.id, variant=variant, provider=post.provider.name)

    def _nap(self) -> bool:
        """Sleep until something may be due again; False when there is nothing to wait for, or only for a later run.

        Raises TemporaryError when the provider has taken nothing for too long, DeliveryError when the lease is lost.
        """
        post, number = self.post, self.post.issue.number
        if post.stop.is_set() or issue_store.get(post.engine, number).state not in _AT_WORK:
            return False
        if self._has_lost_lease:
            raise DeliveryError(
                f"{post.issue.id}: this machine gave the database no sign of life for so long that others may take its"
                f" sender for dead, so it ends. Nobody is lost. Go on with: newsletter send {post.issue.id}"
            )
        doubt_dead(post.engine, number, post.locks_folder)
        now = post.clock()
        rests = [lane.rests_until for lane in self._lanes if lane.rests_until and lane.is_resting(now)]
        resting_until = min(rests) if len(rests) == len(self._lanes) else None
        wait = next_wait(post, self._keys, outage=self._outage, resting_until=resting_until, now=now)
        if wait is None:
            return False
        if wait.until is None:
            post.stop.wait(LONGEST_NAP_S)
            return True
        if self._outage and self._outage.is_hopeless(wait.until):
            raise TemporaryError(self._outage.words)
        if wait.until != self._announced and wait.until > now:
            self._announced = wait.until
            post.on_wait(wait.words, wait.until)
        if wait.is_too_long:
            return False
        post.stop.wait(min(max((wait.until - now).total_seconds(), 0.01), LONGEST_NAP_S))
        return True


def _jitter() -> float:
    return random.random()  # noqa: S311  # spreads retries
