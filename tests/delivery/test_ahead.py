"""What is claimed ahead of a free connection has not left, and goes back into the queue without any doubt."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from threading import Event

from sqlalchemy import update

from newsletter.database import Connection, Engine
from newsletter.delivery.allowance import Allowance
from newsletter.delivery.letter import Letter
from newsletter.delivery.providers.base import Session
from newsletter.delivery.sender import send_issue
from newsletter.delivery.values import ClaimedBatch, Receipt, Recipient
from newsletter.issues.values import IssueState
from newsletter.storage import ahead, doubts, issues
from newsletter.storage.claiming import claim
from newsletter.storage.doubts import LeftSending
from newsletter.storage.issues import StoredIssue
from subscribers.storage import subscribers
from tests.delivery.conftest import MakePost
from tests.delivery.frozen_issue import NOW, add_readers, freeze
from tests.fakes import MemoryProvider

#: Connections of `post`; each has one batch in hand, and one is held for it.
IN_HAND = HELD = 30


@dataclass
class WritingProvider(MemoryProvider):
    """Writes requests before they leave."""

    #: How many requests were written ahead; and that there is one for each of three connections.
    written: list[bytes] = field(default_factory=list)
    has_written: Event = field(default_factory=Event)

    def open(self) -> Session:
        return _Writer(self, super().open())


@dataclass
class _Writer:
    provider: WritingProvider
    session: Session

    def body(self, letter: Letter, recipients: Sequence[Recipient]) -> bytes:
        self.provider.written.append("\n".join(reader.email for reader in recipients).encode())
        if len(self.provider.written) == 3:
            self.provider.has_written.set()
        return self.provider.written[-1]

    def send(self, letter: Letter, recipients: Sequence[Recipient]) -> Sequence[Receipt]:
        return self.session.send(letter, recipients)

    def send_written(self, recipients: Sequence[Recipient], body: bytes) -> Sequence[Receipt]:
        assert body.decode().split("\n") == [reader.email for reader in recipients]
        return self.provider.accept(LETTER_OF_NO_INTEREST, recipients)

    def close(self) -> None:
        self.session.close()


class _NoLetter:
    variant = "en"


LETTER_OF_NO_INTEREST: Letter = _NoLetter()  # type: ignore[assignment]  # only its variant is looked at


def claim_ahead(connection: Connection, stored: StoredIssue, sender: str) -> ClaimedBatch:
    """Claim the next batch ahead."""
    batch = claim(connection, stored.number, sender=sender, one_by_one=False, now=NOW, is_ahead=True)
    assert batch is not None
    return batch


def test_a_sender_that_dies_holding_a_batch_ahead_leaves_nobody_of_it_in_doubt(engine: Engine) -> None:
    add_readers(engine, 10)
    stored = freeze(engine)
    with engine.begin() as connection:
        batch = claim_ahead(connection, stored, "dead")

    doubts.doubt(engine, LeftSending(id=batch.id, sender="dead"), "died")

    counts = issues.counts(engine, stored.number)
    assert (counts["queued"], counts["unknown"]) == (10, 0)


def test_a_sender_that_dies_after_its_batch_was_let_go_leaves_a_doubt(engine: Engine) -> None:
    add_readers(engine, 10)
    stored = freeze(engine)
    with engine.begin() as connection:
        batch = claim_ahead(connection, stored, "dead")
        assert ahead.leave(connection, batch, sender="dead", now=NOW)

    doubts.doubt(engine, LeftSending(id=batch.id, sender="dead"), "died")

    assert issues.counts(engine, stored.number)["unknown"] == 10


def test_a_claim_that_another_put_back_neither_leaves_nor_undoes_the_next_claim(engine: Engine) -> None:
    """Not even when the same sender has claimed the batch anew."""
    add_readers(engine, 10)
    stored = freeze(engine)
    with engine.begin() as connection:
        old = claim_ahead(connection, stored, "one")
    doubts.doubt(engine, LeftSending(id=old.id, sender="one"), "taken for dead")
    with engine.begin() as connection:
        new = claim_ahead(connection, stored, "one")

        old_leaves = ahead.leave(connection, old, sender="one", now=NOW)
        ahead.put_back(connection, old, sender="one")

        assert not old_leaves
        assert ahead.leave(connection, new, sender="one", now=NOW)
        assert not ahead.leave(connection, new, sender="one", now=NOW)


def test_what_was_claimed_too_long_ago_does_not_leave_and_whoever_left_since_is_noticed(
    engine: Engine,
) -> None:
    add_readers(engine, 10)
    stored = freeze(engine)
    with engine.begin() as connection:
        old = claim_ahead(connection, stored, "one")
        connection.execute(update(subscribers).where(subscribers.c.id == 1).values(state="unsubscribed"))
        late = NOW + ahead.FRESH + timedelta(seconds=1)

        leaves = ahead.leave(connection, old, sender="one", now=late)
        ahead.put_back(connection, old, sender="one")
        new = claim(connection, stored.number, sender="one", one_by_one=False, now=late)

    assert not leaves
    assert new is not None
    assert len(new.recipients) == 9


def test_a_pause_lets_what_is_held_ahead_go_back(engine: Engine, post: MakePost) -> None:
    add_readers(engine, 100)
    stored = freeze(engine)
    provider = WritingProvider()

    def script(_letter: Letter, _recipients: Sequence[Recipient]) -> None:
        assert provider.has_written.wait(10)
        issues.set_state(engine, stored.number, IssueState.PAUSED, reason="a person")

    provider.script = script
    send_issue(post(stored, provider))

    counts = issues.counts(engine, stored.number)
    assert (counts["accepted"], counts["queued"], counts["sending"]) == (IN_HAND, 100 - IN_HAND, 0)
    assert len(provider.written) == 3


def test_a_stop_lets_what_is_held_ahead_go_back(engine: Engine, post: MakePost) -> None:
    add_readers(engine, 100)
    stored = freeze(engine)
    provider = WritingProvider()
    made = post(stored, provider)

    def script(_letter: Letter, _recipients: Sequence[Recipient]) -> None:
        assert provider.has_written.wait(10)
        made.stop.set()

    provider.script = script
    send_issue(made)

    counts = issues.counts(engine, stored.number)
    assert (counts["accepted"], counts["queued"], counts["sending"]) == (IN_HAND, 100 - IN_HAND, 0)


def test_who_leaves_after_the_claim_is_in_the_request_that_was_claimed(
    engine: Engine, post: MakePost
) -> None:
    add_readers(engine, 100)
    stored = freeze(engine)
    provider = WritingProvider()

    def script(_letter: Letter, _recipients: Sequence[Recipient]) -> None:
        assert provider.has_written.wait(10)
        with engine.begin() as connection:
            everybody = update(subscribers).values(state="unsubscribed")
            connection.execute(everybody)

    provider.script = script
    after = send_issue(replace(post(stored, provider), clock=lambda: NOW))

    counts = issues.counts(engine, stored.number)
    assert after.state is IssueState.SENT
    assert (counts["accepted"], counts["skipped"]) == (IN_HAND + HELD, 100 - IN_HAND - HELD)
    assert set(provider.accepted.values()) == {1}


def test_nothing_is_held_ahead_under_a_limit(engine: Engine, post: MakePost) -> None:
    """A claim counts when it is made, and its request would leave in another second."""
    add_readers(engine, 100)
    stored = freeze(engine)
    provider = WritingProvider()
    limited = Allowance(provider=provider.name, max_per_day=1_000)

    after = send_issue(replace(post(stored, provider), allowance=limited))

    assert after.state is IssueState.SENT
    assert provider.written == []
