"""Senders on several machines: on PostgreSQL each lives as long as its lease, and one that was silent harms nobody."""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from threading import Lock

import pytest
from sqlalchemy import text

from newsletter.database import Engine
from newsletter.delivery import locks
from newsletter.delivery.doubts import doubt_dead
from newsletter.delivery.leases import LEASE_S, LONGEST_REQUEST_S, Lease, LeasedSession
from newsletter.delivery.letter import Letter
from newsletter.delivery.presence import is_present, present, senders_present
from newsletter.delivery.providers.base import Capabilities
from newsletter.delivery.sender import send_issue
from newsletter.delivery.values import ClaimedBatch, Receipt, Recipient, Verdict
from newsletter.errors import DeliveryError, TemporaryError
from newsletter.issues.values import IssueState
from newsletter.storage import doubts, issues, senders
from newsletter.storage.claiming import claim
from newsletter.storage.doubts import LeftSending
from newsletter.storage.issues import StoredIssue
from newsletter.storage.overtaken import record_late
from newsletter.storage.recording import record
from newsletter.storage.remaining import finish_issue
from tests.delivery.conftest import MakePost
from tests.delivery.frozen_issue import NOW, add_readers, freeze, letters
from tests.fakes import MemoryProvider

pytestmark = pytest.mark.parametrize("database", ["postgresql"], indirect=True)

ONE_BY_ONE = Capabilities(max_batch=1, is_one_by_one=True)


@pytest.fixture
def here(tmp_path: Path) -> Path:
    """The locks of one machine."""
    return tmp_path / "here"


@pytest.fixture
def there(tmp_path: Path) -> Path:
    """The locks of another one, which nobody here can see."""
    return tmp_path / "there"


def leave_s(engine: Engine, seconds: float) -> None:
    """Let so much be left of every lease, by the database's clock."""
    with engine.begin() as connection:
        connection.execute(
            text(
                "UPDATE senders SET alive_until = timezone('utc', clock_timestamp()) + :left * interval '1 s'"
            ),
            {"left": seconds},
        )


def left_s(engine: Engine) -> float:
    """Return how much is left of the only lease."""
    statement = "SELECT extract(epoch FROM alive_until - timezone('utc', clock_timestamp())) FROM senders"
    with engine.connect() as connection:
        return float(connection.execute(text(statement)).scalar_one())


def claim_as(engine: Engine, stored: StoredIssue, sender: str) -> ClaimedBatch:
    with engine.begin() as connection:
        batch = claim(connection, stored.number, sender=sender, one_by_one=False, now=NOW)
    assert batch is not None
    return batch


def accepting(batch: ClaimedBatch) -> list[Receipt]:
    return [Receipt(reader.subscriber_id, Verdict.ACCEPTED) for reader in batch.recipients]


def once(act: Callable[[], None]) -> Callable[[], None]:
    """Return a function that acts when it is first called, whatever thread calls it, and lets others wait for that."""
    done: list[bool] = []
    lock = Lock()

    def first() -> None:
        with lock:
            if not done:
                act()
                done.append(True)

    return first


def test_a_sender_on_another_machine_lives_while_its_lease_lasts(
    engine: Engine, here: Path, there: Path
) -> None:
    add_readers(engine, 10)
    stored = freeze(engine)
    with present(engine, there, stored.number) as other:
        claim_as(engine, stored, other.name)

        doubt_dead(engine, stored.number, here)

        assert issues.counts(engine, stored.number)["sending"] == 10


def test_what_a_sender_held_is_in_doubt_when_its_lease_has_run_out(
    engine: Engine, here: Path, there: Path
) -> None:
    add_readers(engine, 10)
    stored = freeze(engine)
    with present(engine, there, stored.number) as other:
        claim_as(engine, stored, other.name)
        leave_s(engine, 0)

        doubt_dead(engine, stored.number, here)

        assert issues.counts(engine, stored.number)["unknown"] == 10


def test_a_sender_of_this_machine_is_dead_without_its_lock_however_long_its_lease(
    engine: Engine, here: Path
) -> None:
    senders.register(engine, "killed", locks.reach(here), LEASE_S)

    assert not is_present(engine, here, "killed")
    assert senders.machine_of(engine, "killed") is None


def test_a_sender_of_this_machine_lives_by_its_lock_when_its_lease_has_run_out(
    engine: Engine, here: Path
) -> None:
    with present(engine, here, 1) as sender:
        leave_s(engine, 0)

        assert is_present(engine, here, sender.name)


def test_senders_of_an_issue_are_counted_on_every_machine(engine: Engine, here: Path, there: Path) -> None:
    with present(engine, here, 1), present(engine, there, 1), present(engine, there, 11):
        both = senders_present(engine, here, 1)
        leave_s(engine, 0)
        one = senders_present(engine, here, 1)

    assert (both, one) == (2, 1)
    assert senders_present(engine, here, 1) == 0


def test_to_count_senders_takes_no_lease_and_no_lock_away(engine: Engine, here: Path) -> None:
    senders.register(engine, "1-dead", locks.reach(here), 0)
    (here / "1-dead.lock").touch()

    assert senders_present(engine, here, 1) == 0
    assert senders.machine_of(engine, "1-dead") == locks.reach(here)
    assert (here / "1-dead.lock").exists()


def test_a_sender_that_has_ended_leaves_no_lease_behind(engine: Engine, here: Path) -> None:
    with present(engine, here, 1) as sender:
        assert senders.machine_of(engine, sender.name) == locks.reach(here)

    assert senders.machine_of(engine, sender.name) is None


def test_a_sign_of_life_makes_a_lease_whole_again(engine: Engine) -> None:
    lease = Lease(engine, "sender")
    lease.take("a machine")
    leave_s(engine, 1)

    lease.renew()

    assert LEASE_S - 10 < left_s(engine) <= LEASE_S
    assert lease.is_good


def test_a_lease_is_renewed_while_its_sender_waits_for_an_answer(engine: Engine) -> None:
    lease = Lease(engine, "sender")
    lease.take("a machine")
    leave_s(engine, 60)
    deadline = time.monotonic() + 30

    with lease.kept(every_s=0.001):
        while left_s(engine) < LEASE_S - 10 and time.monotonic() < deadline:
            pass
        left = left_s(engine)

    assert left > LEASE_S - 10


def test_a_lease_that_has_run_out_is_never_renewed(engine: Engine) -> None:
    lease = Lease(engine, "sender")
    lease.take("a machine")
    leave_s(engine, 0)

    lease.renew()

    assert not lease.is_good
    assert left_s(engine) <= 0


def test_a_lease_that_is_renewed_in_time_cannot_be_taken_away(engine: Engine, here: Path) -> None:
    senders.register(engine, "sender", "a machine", LEASE_S)

    assert is_present(engine, here, "sender")
    assert senders.renew(engine, "sender", LEASE_S)


def test_no_request_begins_that_might_outlast_the_lease(engine: Engine) -> None:
    add_readers(engine, 10)
    stored = freeze(engine)
    provider = MemoryProvider()
    elapsed = [0.0]
    lease = Lease(engine, "sender", clock=lambda: elapsed[0])
    lease.take("a machine")
    session = LeasedSession(provider.open(), lease)
    batch = claim_as(engine, stored, "sender")
    letter = letters(engine, stored)[batch.variant]

    session.send(letter, batch.recipients[:1])
    elapsed[0] = LEASE_S - LONGEST_REQUEST_S
    with pytest.raises(TemporaryError, match="no sign of life"):
        session.send(letter, batch.recipients[1:])

    assert sum(provider.accepted.values()) == 1


def test_a_sender_whose_lease_ran_out_unnoticed_claims_nothing_more(engine: Engine, post: MakePost) -> None:
    """As on a machine that was halted, clock and all: what it held is still its own, as nobody looked."""
    add_readers(engine, 60)
    provider = MemoryProvider()
    stored = freeze(engine)
    run_out = once(lambda: leave_s(engine, 0))

    with pytest.raises(DeliveryError, match="no sign of life"):
        send_issue(replace(post(stored, provider), on_progress=run_out))

    counts = issues.counts(engine, stored.number)
    assert (counts["accepted"], counts["queued"], counts["unknown"]) == (30, 30, 0)
    assert provider.requests == 3


@pytest.mark.parametrize("capabilities", [Capabilities(max_batch=10), ONE_BY_ONE], ids=["batches", "singly"])
def test_w_42_nobody_is_lost_or_mailed_twice_when_a_sender_comes_back_from_the_dead(
    engine: Engine, post: MakePost, there: Path, capabilities: Capabilities
) -> None:
    add_readers(engine, 60)
    provider = MemoryProvider(capabilities)
    stored = freeze(engine)

    def others_take_over() -> None:
        leave_s(engine, 0)
        doubt_dead(engine, stored.number, there)

    take_over = once(others_take_over)

    def script(_letter: Letter, _recipients: Sequence[Recipient]) -> None:
        take_over()

    provider.script = script
    with pytest.raises(DeliveryError, match="no sign of life"):
        send_issue(post(stored, provider))
    accepted, between = sum(provider.accepted.values()), issues.counts(engine, stored.number)
    after = send_issue(replace(post(stored, provider), locks_folder=there))

    assert after.state is IssueState.SENT
    # What came back late is on record: nobody is left in doubt.
    assert (between["accepted"], between["unknown"]) == (accepted, 0)
    assert sorted(provider.accepted.values()) == [1] * 60
    assert issues.counts(engine, stored.number)["accepted"] == 60


def test_a_late_answer_that_proves_nothing_leaves_the_doubt(
    engine: Engine, post: MakePost, there: Path
) -> None:
    add_readers(engine, 10)
    provider = MemoryProvider()
    stored = freeze(engine)

    def script(_letter: Letter, _recipients: Sequence[Recipient]) -> None:
        leave_s(engine, 0)
        doubt_dead(engine, stored.number, there)
        raise TemporaryError("busy")

    provider.script = script

    with pytest.raises(DeliveryError, match="no sign of life"):
        send_issue(post(stored, provider))

    assert issues.counts(engine, stored.number)["unknown"] == 10


def test_a_late_answer_takes_readers_out_of_the_queue_to_whom_they_were_given_back(engine: Engine) -> None:
    """A look-up may have come before the request of a sender that was only slow."""
    add_readers(engine, 10)
    stored = freeze(engine)
    batch = claim_as(engine, stored, "slow")
    doubts.doubt(engine, LeftSending(id=batch.id, sender="slow"), "died")
    everybody = [reader.subscriber_id for reader in batch.recipients]
    doubts.settle(engine, batch, accepted=[], absent=everybody[:8], by="look-up")

    with engine.begin() as connection:
        record_late(connection, batch, accepting(batch)[:8])

    counts = issues.counts(engine, stored.number)
    assert (counts["accepted"], counts["unknown"], counts["queued"]) == (8, 2, 0)
    assert finish_issue(engine, stored.number, NOW)


def test_what_a_late_answer_has_told_is_not_doubted_again(engine: Engine) -> None:
    """As by a sender that asked again under the key, and got no answer."""
    add_readers(engine, 10)
    stored = freeze(engine)
    batch = claim_as(engine, stored, "slow")
    doubts.doubt(engine, LeftSending(id=batch.id, sender="slow"), "died")
    silence = [Receipt(reader.subscriber_id, Verdict.UNKNOWN) for reader in batch.recipients]

    with engine.begin() as connection:
        record_late(connection, batch, accepting(batch))
        record(connection, [(batch, silence)])
        states = connection.execute(text("SELECT DISTINCT state FROM deliveries")).scalars().all()

    assert states == ["accepted"]


def test_a_late_answer_leaves_alone_what_another_sender_has_in_hand(engine: Engine) -> None:
    add_readers(engine, 10)
    stored = freeze(engine)
    batch = claim_as(engine, stored, "slow")
    doubts.doubt(engine, LeftSending(id=batch.id, sender="slow"), "died")
    everybody = [reader.subscriber_id for reader in batch.recipients]
    doubts.settle(engine, batch, accepted=[], absent=everybody, by="look-up")
    claim_as(engine, stored, "other")

    with engine.begin() as connection:
        record_late(connection, batch, accepting(batch))
        states = connection.execute(text("SELECT DISTINCT state FROM deliveries")).scalars().all()

    assert states == ["queued"]
    assert issues.counts(engine, stored.number)["sending"] == 10
