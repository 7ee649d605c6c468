"""The send loop: everybody once, whatever the provider answers and whenever it stops."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from sqlalchemy import text

from newsletter.database import Engine
from newsletter.delivery.letter import Letter
from newsletter.delivery.providers.base import Capabilities, LookUp
from newsletter.delivery.sender import send_issue
from newsletter.delivery.values import Receipt, Recipient, Verdict
from newsletter.errors import AccountError, OutcomeUnknownError, TemporaryError
from newsletter.issues.values import IssueState
from newsletter.storage import doubts, issues
from newsletter.storage.claiming import claim
from newsletter.storage.recording import record
from tests.delivery.conftest import MakePost
from tests.delivery.frozen_issue import NOW, add_readers, freeze, stopped_after
from tests.fakes import MemoryProvider

ONE_BY_ONE = Capabilities(max_batch=10, is_one_by_one=True)
CAN_LOOK_UP = Capabilities(max_batch=10, look_up=LookUp.ABSENCE)


@pytest.mark.parametrize("capabilities", [Capabilities(max_batch=10), ONE_BY_ONE])
def test_every_reader_gets_the_issue_once(engine: Engine, post: MakePost, capabilities: Capabilities) -> None:
    add_readers(engine, 47)
    provider = MemoryProvider(capabilities)
    stored = freeze(engine)

    after = send_issue(post(stored, provider))

    assert after.state is IssueState.SENT
    assert stored.audience == 47
    assert sorted(provider.accepted.values()) == [1] * 47
    assert issues.counts(engine, stored.number)["accepted"] == 47


def test_each_reader_gets_the_variant_of_their_language(engine: Engine, post: MakePost) -> None:
    add_readers(engine, 5)
    add_readers(engine, 3, lang="fr")
    add_readers(engine, 2, lang="xx")
    provider = MemoryProvider()

    send_issue(post(freeze(engine, "en", "fr"), provider))

    assert sorted(provider.variants.values()) == ["en"] * 7 + ["fr"] * 3


def test_sending_again_sends_nothing(engine: Engine, post: MakePost) -> None:
    add_readers(engine, 12)
    provider = MemoryProvider()
    stored = freeze(engine)
    send_issue(post(stored, provider))

    send_issue(post(stored, provider))

    assert sorted(provider.accepted.values()) == [1] * 12


@pytest.mark.parametrize("capabilities", [Capabilities(max_batch=10), ONE_BY_ONE])
@pytest.mark.parametrize("rounds", [1, 2, 3, 5])
def test_a_stop_finishes_what_is_in_hand_and_the_next_run_does_the_rest(
    engine: Engine, post: MakePost, capabilities: Capabilities, rounds: int
) -> None:
    add_readers(engine, 207)
    provider = MemoryProvider(capabilities)
    stored = freeze(engine)

    halted = send_issue(stopped_after(post(stored, provider), rounds))
    partly = sum(provider.accepted.values())
    finished = send_issue(post(stored, provider))

    assert halted.state is IssueState.SENDING
    assert 0 < partly < 207
    assert finished.state is IssueState.SENT
    assert sorted(provider.accepted.values()) == [1] * 207


def test_nothing_accepted_is_tried_again_until_it_is(engine: Engine, post: MakePost) -> None:
    add_readers(engine, 25)
    provider = MemoryProvider()
    failures = iter([TemporaryError("busy", retry_after_s=20)] * 5)

    def script(_letter: Letter, _recipients: Sequence[Recipient]) -> None:
        if failure := next(failures, None):
            raise failure

    provider.script = script

    after = send_issue(post(freeze(engine), provider))

    assert after.state is IssueState.SENT
    assert sorted(provider.accepted.values()) == [1] * 25


def test_a_request_accepted_as_a_whole_leaves_those_who_had_left_as_they_are(engine: Engine) -> None:
    add_readers(engine, 10)
    stored = freeze(engine)
    with engine.begin() as connection:
        connection.execute(text("UPDATE subscribers SET suppressed = 'complaint' WHERE id <= 2"))

    with engine.begin() as connection:
        batch = claim(connection, stored.number, sender="one", one_by_one=False, now=NOW)
        assert batch is not None
        accepted = [
            Receipt(reader.subscriber_id, Verdict.ACCEPTED, provider_id="message-1")
            for reader in batch.recipients
        ]
        record(connection, [(batch, accepted)])

    with engine.connect() as connection:
        found = connection.execute(
            text(
                "SELECT state, provider_id, count(*) FROM deliveries GROUP BY state, provider_id ORDER BY state"
            )
        ).all()
    assert [tuple(row) for row in found] == [("accepted", "message-1", 8), ("skipped", None, 2)]


def test_an_answer_that_never_came_is_never_sent_again(engine: Engine, post: MakePost) -> None:
    add_readers(engine, 30)
    provider = MemoryProvider()
    lost = iter([True])

    def script(letter: Letter, recipients: Sequence[Recipient]) -> None:
        if next(lost, False):
            provider.accept(letter, recipients)
            raise OutcomeUnknownError("read timeout")

    provider.script = script
    stored = freeze(engine)

    after = send_issue(post(stored, provider))
    send_issue(post(stored, provider))

    assert after.state is IssueState.SENT
    assert sorted(provider.accepted.values()) == [1] * 30
    assert issues.counts(engine, stored.number) | {} == {
        "queued": 0,
        "sending": 0,
        "accepted": 20,
        "rejected": 0,
        "skipped": 0,
        "unknown": 10,
    }
    assert [len(found.batch.recipients) for found in doubts.in_doubt(engine, stored.number)] == [10]


def test_doubt_ends_where_the_provider_can_be_asked(engine: Engine, post: MakePost) -> None:
    add_readers(engine, 30)
    provider = MemoryProvider(CAN_LOOK_UP)
    lost = iter([True])

    def script(letter: Letter, recipients: Sequence[Recipient]) -> None:
        if next(lost, False):
            provider.accept(letter, recipients[:4])
            raise OutcomeUnknownError("read timeout")

    provider.script = script
    stored = freeze(engine)
    send_issue(post(stored, provider))
    issues.set_state(engine, stored.number, IssueState.SENDING)

    after = send_issue(post(stored, provider))

    assert after.state is IssueState.SENT
    assert sorted(provider.accepted.values()) == [1] * 30
    assert issues.counts(engine, stored.number)["accepted"] == 30


def test_h_10_a_reader_who_left_after_the_freeze_is_skipped(engine: Engine, post: MakePost) -> None:
    add_readers(engine, 12)
    provider = MemoryProvider()
    stored = freeze(engine)
    with engine.begin() as connection:
        connection.execute(text("UPDATE subscribers SET state = 'unsubscribed' WHERE id = 3"))
        connection.execute(text("UPDATE subscribers SET suppressed = 'bounce' WHERE id = 4"))
        connection.execute(text("UPDATE subscriptions SET ended_at = created_at WHERE subscriber_id = 5"))

    after = send_issue(post(stored, provider))

    assert after.state is IssueState.SENT
    assert sum(provider.accepted.values()) == 9
    assert issues.counts(engine, stored.number)["skipped"] == 3


def test_a_batch_whose_readers_all_left_is_done(engine: Engine, post: MakePost) -> None:
    add_readers(engine, 10)
    provider = MemoryProvider()
    stored = freeze(engine)
    with engine.begin() as connection:
        connection.execute(text("UPDATE subscribers SET state = 'unsubscribed'"))

    after = send_issue(post(stored, provider))

    assert after.state is IssueState.SENT
    assert provider.requests == 0
    assert issues.counts(engine, stored.number)["skipped"] == 10


def test_an_issue_paused_meanwhile_stops_after_the_batches_in_hand(engine: Engine, post: MakePost) -> None:
    add_readers(engine, 100)
    provider = MemoryProvider()
    stored = freeze(engine)

    def script(_letter: Letter, _recipients: Sequence[Recipient]) -> None:
        issues.set_state(engine, stored.number, IssueState.PAUSED)

    provider.script = script

    after = send_issue(post(stored, provider))

    assert after.state is IssueState.PAUSED
    assert 0 < sum(provider.accepted.values()) < 100
    assert issues.counts(engine, stored.number)["sending"] == 0


def test_a_cancelled_issue_stays_cancelled_whatever_its_provider_says_afterwards(
    engine: Engine, post: MakePost
) -> None:
    add_readers(engine, 10)
    provider = MemoryProvider()
    stored = freeze(engine)

    def script(_letter: Letter, _recipients: Sequence[Recipient]) -> None:
        issues.cancel(engine, stored.number, now=stored.created_at, reason="a person")
        raise AccountError("402 no credit")

    provider.script = script

    after = send_issue(post(stored, provider))

    assert (after.state, after.reason) == (IssueState.CANCELLED, "a person")


def test_a_bug_in_a_provider_leaves_its_readers_in_doubt_and_pauses(engine: Engine, post: MakePost) -> None:
    add_readers(engine, 10)
    provider = MemoryProvider()

    def script(_letter: Letter, _recipients: Sequence[Recipient]) -> None:
        raise KeyError("surprise")

    provider.script = script
    stored = freeze(engine)

    after = send_issue(post(stored, provider))

    assert after.state is IssueState.PAUSED
    assert "KeyError" in after.reason
    assert issues.counts(engine, stored.number)["unknown"] == 10


def test_a_dead_senders_batch_goes_into_doubt_and_never_back_to_the_queue(
    engine: Engine, post: MakePost
) -> None:
    add_readers(engine, 30)
    provider = MemoryProvider()
    stored = freeze(engine)
    with engine.begin() as connection:
        claimed = claim(connection, stored.number, sender="dead", one_by_one=False, now=stored.created_at)

    after = send_issue(post(stored, provider))

    assert claimed is not None
    assert after.state is IssueState.SENT
    assert sum(provider.accepted.values()) == 20
    assert issues.counts(engine, stored.number)["unknown"] == 10


def test_where_each_reader_has_a_request_a_dead_sender_leaves_one_in_doubt(
    engine: Engine, post: MakePost
) -> None:
    add_readers(engine, 30)
    provider = MemoryProvider(ONE_BY_ONE)
    stored = freeze(engine)
    with engine.begin() as connection:
        claimed = claim(connection, stored.number, sender="dead", one_by_one=True, now=stored.created_at)
        assert claimed is not None
        record(connection, [], [(claimed, claimed.recipients[0])])

    after = send_issue(post(stored, provider))

    assert after.state is IssueState.SENT
    assert sum(provider.accepted.values()) == 29
    assert issues.counts(engine, stored.number)["unknown"] == 1


def test_the_journal_names_an_issue_before_its_first_request(engine: Engine, post: MakePost) -> None:
    add_readers(engine, 1)
    provider = MemoryProvider()
    stored = freeze(engine)
    made = post(stored, provider)

    def script(_letter: Letter, _recipients: Sequence[Recipient]) -> None:
        assert made.journal.entries() == [("monthly-2026-11", "memory")]

    provider.script = script

    send_issue(replace(made))

    assert provider.requests == 1
    assert made.journal.entries() == [("monthly-2026-11", "memory")]
    assert made.journal.claims() == [("monthly-2026-11", "memory", 1)]


def test_what_was_accepted_in_the_end_carries_no_reason_of_an_earlier_try(
    engine: Engine, post: MakePost
) -> None:
    add_readers(engine, 3)
    provider = MemoryProvider()
    failures = iter([TemporaryError("busy")])

    def script(_letter: Letter, _recipients: Sequence[Recipient]) -> None:
        if failure := next(failures, None):
            raise failure

    provider.script = script
    send_issue(post(freeze(engine), provider))

    with engine.connect() as connection:
        rows = connection.execute(text("SELECT DISTINCT state, reason FROM deliveries")).all()
    assert [tuple(row) for row in rows] == [("accepted", None)]


def test_readers_who_are_queued_again_are_never_left_behind_in_an_issue_that_counts_as_sent(
    engine: Engine, post: MakePost
) -> None:
    add_readers(engine, 20)
    provider = MemoryProvider()
    lost = iter([True])

    def script(_letter: Letter, _recipients: Sequence[Recipient]) -> None:
        if next(lost, False):
            raise OutcomeUnknownError("read timeout")

    provider.script = script
    stored = freeze(engine)
    send_issue(post(stored, provider))
    (found,) = doubts.in_doubt(engine, stored.number)

    # One transaction: a process that dies after it has done either nothing or all of it.
    absent = [reader.subscriber_id for reader in found.batch.recipients]
    doubts.settle(engine, found.batch, accepted=[], absent=absent, by="person")

    assert issues.get(engine, stored.number).state is IssueState.SENDING
    assert send_issue(post(stored, provider)).state is IssueState.SENT
    assert sorted(provider.accepted.values()) == [1] * 20


def test_a_batch_in_doubt_is_sent_again_to_those_who_are_still_there(engine: Engine, post: MakePost) -> None:
    add_readers(engine, 10)
    provider = MemoryProvider()

    def lose_the_answer(_letter: Letter, _recipients: Sequence[Recipient]) -> None:
        if provider.requests == 1:
            raise OutcomeUnknownError("read timeout")

    provider.script = lose_the_answer
    stored = freeze(engine)
    send_issue(post(stored, provider))
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM subscriptions WHERE subscriber_id = 3"))
        connection.execute(text("DELETE FROM subscribers WHERE id = 3"))
    (found,) = doubts.in_doubt(engine, stored.number)

    doubts.settle(
        engine,
        found.batch,
        accepted=[],
        absent=[reader.subscriber_id for reader in found.batch.recipients],
        erased=found.erased,
        by="person",
    )
    after = send_issue(post(stored, provider))

    counts = issues.counts(engine, stored.number)
    assert found.erased == (3,)
    assert after.state is IssueState.SENT
    assert (counts["accepted"], counts["skipped"], counts["unknown"]) == (9, 1, 0)
    assert doubts.in_doubt(engine, stored.number, with_left=True) == []
