"""The send loop: claim, commit, send, record; one transaction a round, however many connections work.

The loop thread alone writes the ledger; the lanes' threads only talk to the provider. In each round the results that
have come in are recorded and the next requests are claimed in the same transaction, and only then do those requests
leave: whatever is killed when, the ledger says what may have been sent. What was claimed ahead meanwhile (`Ahead`) leaves by
a small transaction of its own, before the round: a free connection does not wait until what came in is recorded.
"""

from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from queue import Empty, SimpleQueue

from newsletter.database import Connection, writing
from newsletter.delivery.ahead import Ahead, Next
from newsletter.delivery.allowance import PLENTY
from newsletter.delivery.doubts import doubt_dead
from newsletter.delivery.in_hand import InHand
from newsletter.delivery.keys import Keys
from newsletter.delivery.lanes import Lane
from newsletter.delivery.leases import leased
from newsletter.delivery.post import BatchReport, Post
from newsletter.delivery.presence import Presence
from newsletter.delivery.providers.base import Session
from newsletter.delivery.retries import jitter
from newsletter.delivery.signs import Signs
from newsletter.delivery.units import Answer
from newsletter.delivery.waiting import next_wait
from newsletter.errors import DeliveryError, StorageError, TemporaryError
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
#: So long answers are kept that the database does not take: without them those readers would be in doubt.
KEPT_S = 600.0


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
    _unrecorded: list[tuple[InHand, Answer]] = field(default_factory=list)
    _keys: Keys = field(init=False)
    _ahead: Ahead = field(init=False)
    _signs: Signs = field(init=False)
    _announced: datetime | None = None

    def __post_init__(self) -> None:
        self._keys = Keys(self.post.provider, self.post.letters, self.post.account)
        self._ahead = Ahead(self.post, self.presence.name)
        self._signs = Signs(self.post.most_refused)

    def run(self) -> None:
        """Work until nothing is left to do, or until it is stopped or paused."""
        for _ in range(self.post.connections):
            self._lanes.append(Lane(self._session(), self._answers))
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
            self._let_leave()
            self._round()
            self.post.on_progress()
            if len(self._idle) < len(self._lanes):
                self._collect()
            elif self._signs.stop_reason or not self._nap():
                return

    def _let_leave(self) -> None:
        """Let what stands ready leave before what came in is recorded: no connection waits for that."""
        now = self.post.clock()
        free = self._free(now)
        if not (free and self._ahead.count) or self._is_stopping:
            return
        with writing(self.connection) as connection:
            self._confirm(connection)
            ready = ((lane, self._ahead.leave(connection, now)) for lane in free)
            leaving = [(lane, found) for lane, found in ready if found is not None]
            claims = claims_so_far(connection, self.post.issue.number) if leaving else 0
        self._take(leaving, claims, now)
        for lane, _ in leaving:
            self._send(lane)

    def _round(self) -> None:
        """Record what came back and claim what goes next; the requests leave after the commit."""
        now = self.post.clock()
        if self._is_stopping:
            for lane in self._idle:
                if lane.in_hand is not None:
                    lane.in_hand.drop_rest()
                    lane.in_hand = None
        with writing(self.connection) as connection:
            overtaken = self._overtaken(connection)
            self._confirm(connection)
            for lane in self._idle:
                if lane.in_hand in overtaken:
                    lane.in_hand = None
            going_on = [lane.in_hand for lane in self._idle if lane.in_hand is not None]
            ended = self._record(connection, going_on, overtaken, now)
            self._give_back(connection, ended)
            for in_hand in going_on:
                if in_hand.sends_parts:
                    mark_parts(connection, in_hand.batch.id)
            claimed = self._claim(connection, now)
            if self._takes_one_by_one:
                record(connection, [], [(found.batch, found.batch.recipients[0]) for _, found in claimed])
            if self._is_stopping or len(self._idle) - len(going_on) - len(claimed) == len(self._lanes):
                # No request is under way after this, or soon none.
                self._ahead.put_back(connection)
            claims = claims_so_far(connection, self.post.issue.number) if claimed else 0
        # Only what is committed is true: nothing below may be done before, nor be undone.
        self._unrecorded.clear()
        reports = [self._report(in_hand) for in_hand in ended]
        self._take(claimed, claims, now)
        if self._signs.stop_reason:
            number = self.post.issue.number
            issue_store.set_state(self.post.engine, number, IssueState.PAUSED, reason=self._signs.stop_reason)
        for lane in [lane for lane in self._idle if lane.in_hand is not None]:
            self._send(lane)
        # Last: whoever listens may be slow.
        for report in reports:
            self.post.on_batch(report)

    def _take(self, claimed: Sequence[tuple[Lane, Next]], claims: int, now: datetime) -> None:
        """Note what is claimed and committed, and give it to the lanes that will send it."""
        if claimed:
            # A full disk ends the run at the next commit; it must not make a claim of this round be forgotten.
            with suppress(OSError):
                self.post.journal.note(self.post.issue.id, self.post.provider.name, claims, now)
        for lane, found in claimed:
            lane.in_hand = InHand(found.batch, self._takes_one_by_one, found.body)

    def _send(self, lane: Lane) -> None:
        self._idle.remove(lane)
        variant = lane.held.batch.variant
        lane.send(self.post.letters[variant], was_accepted=variant in self._signs.accepted)

    def _free(self, now: datetime) -> list[Lane]:
        return [lane for lane in self._idle if lane.in_hand is None and not lane.is_resting(now)]

    @property
    def _takes_one_by_one(self) -> bool:
        return self.post.provider.capabilities.is_one_by_one

    @property
    def _is_stopping(self) -> bool:
        return bool(self._signs.stop_reason) or self.post.stop.is_set() or self._has_lost_lease

    @property
    def _has_lost_lease(self) -> bool:
        return self.presence.lease is not None and not self.presence.lease.is_good

    def _confirm(self, connection: Connection) -> None:
        if self.presence.lease:
            self.presence.lease.confirm(connection)

    def _overtaken(self, connection: Connection) -> Collection[InHand | None]:
        """Return the batches that were put in doubt meanwhile, because this sender was taken for dead."""
        lease = self.presence.lease
        working = {*self._ended(), *(lane.in_hand for lane in self._lanes if lane.in_hand is not None)}
        if lease is None or not working:
            return ()
        held = still_held(connection, self.presence.name, [in_hand.batch.id for in_hand in working])
        overtaken = [in_hand for in_hand in working if in_hand.batch.id not in held]
        if overtaken:
            lease.give_up()
        return overtaken

    def _ended(self) -> list[InHand]:
        return [in_hand for in_hand, _ in self._unrecorded if in_hand.is_at_end]

    def _record(
        self,
        connection: Connection,
        going_on: Sequence[InHand],
        overtaken: Collection[InHand | None],
        now: datetime,
    ) -> list[InHand]:
        """Record what came in; return the batches that this brought to their end, and that were still this sender's."""
        # Before the batches are finished, which counts their rows.
        answered = [
            (in_hand.batch, answer.receipts)
            for in_hand, answer in self._unrecorded
            if in_hand not in overtaken
        ]
        leaving = [(in_hand.batch, in_hand.next_reader) for in_hand in going_on if in_hand.is_one_by_one]
        finished = record(connection, answered, leaving)
        for in_hand, answer in self._unrecorded:
            if in_hand in overtaken:
                record_late(connection, in_hand.batch, answer.receipts)
        ended = [in_hand for in_hand in self._ended() if in_hand not in overtaken]
        for in_hand in ended:
            if in_hand.batch.id not in finished:
                finish(
                    connection,
                    in_hand.batch.id,
                    retry_at=in_hand.retry_at(now, jitter()),
                    answer=in_hand.last_words,
                    settled_by=BY_KEY if in_hand.batch.is_repeat else "",
                )
        return ended

    def _give_back(self, connection: Connection, batches: Sequence[InHand]) -> None:
        """Free what was taken of the limits for readers who are put off; a repetition has taken nothing."""
        for in_hand in batches:
            if not in_hand.batch.is_repeat:
                self.post.allowance.give_back(connection, in_hand.put_off, in_hand.batch.claimed_at)

    def _claim(self, connection: Connection, now: datetime) -> list[tuple[Lane, Next]]:
        claimed: list[tuple[Lane, Next]] = []
        room = self.post.allowance.room(connection, now)
        for lane in [] if self._is_stopping else self._free(now):
            if ready := self._ahead.leave(connection, now):
                claimed.append((lane, ready))
                continue
            batch = self._keys.claim_repeat(
                connection, self.post.issue.number, sender=self.presence.name, now=now
            ) or claim(
                connection,
                self.post.issue.number,
                sender=self.presence.name,
                one_by_one=self._takes_one_by_one,
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
            while True:
                self._take_in(*self._answers.get_nowait())
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
        in_hand = lane.held
        self._idle.append(lane)
        self._unrecorded.append((in_hand, answer))
        in_hand.note(answer)
        lane.rests_until = in_hand.put_off_until = self._signs.heed(in_hand, answer, self.post.clock())
        if in_hand.is_at_end:
            lane.in_hand = None

    def _put_down(self) -> None:
        """Let requests under way come to their end, and give back what is held: those readers were not begun."""
        for lane in self._lanes:
            lane.close()
        while not self._answers.empty():
            self._take_in(*self._answers.get())
        for in_hand in self._written_in_the_end():
            self.post.on_batch(self._report(in_hand))

    def _written_in_the_end(self) -> list[InHand]:
        """Write down how everything ended; where the database takes no answers, try for a while. Return the ended batches."""
        until = self.post.clock() + timedelta(seconds=KEPT_S)
        is_told = False
        while True:
            try:
                return self._write_end()
            except StorageError as error:
                if not self._unrecorded or self.post.stop.is_set() or self.post.clock() >= until:
                    raise
                if not is_told:
                    is_told = True
                    self.post.on_unrecorded(str(error))
                self.post.stop.wait(LONGEST_NAP_S)

    def _write_end(self) -> list[InHand]:
        with writing(self.connection) as connection:
            overtaken = self._overtaken(connection)
            ended = self._record(connection, (), overtaken, self.post.clock())
            begun = [lane.in_hand for lane in self._lanes if lane.in_hand is not None]
            begun = [in_hand for in_hand in begun if in_hand not in overtaken]
            for in_hand in begun:
                finish(connection, in_hand.batch.id, retry_at=None)
            self._give_back(connection, [*ended, *begun])
            self._ahead.put_back(connection)
        return ended

    def _report(self, in_hand: InHand) -> BatchReport:
        post = self.post
        variant = post.letters[in_hand.batch.variant].variant
        return in_hand.report(issue=post.issue.id, variant=variant, provider=post.provider.name)

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
        wait = next_wait(post, self._keys, outage=self._signs.outage, resting_until=resting_until, now=now)
        if wait is None:
            return False
        if wait.until is None:
            post.stop.wait(LONGEST_NAP_S)
            return True
        if self._signs.outage and self._signs.outage.is_hopeless(wait.until):
            raise TemporaryError(self._signs.outage.words)
        if wait.until != self._announced and wait.until > now:
            self._announced = wait.until
            post.on_wait(wait.words, wait.until)
        if wait.is_too_long:
            return False
        post.stop.wait(min(max((wait.until - now).total_seconds(), 0.01), LONGEST_NAP_S))
        return True
