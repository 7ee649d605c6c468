"""Readers in doubt who leave: nothing is sent to them again, and nothing untrue is said of the first time."""

from collections.abc import Sequence

import pytest
from sqlalchemy import text

from newsletter.database import Engine
from newsletter.delivery.events import Event, EventKind
from newsletter.delivery.letter import Letter
from newsletter.delivery.outcomes import process
from newsletter.delivery.sender import send_issue
from newsletter.delivery.values import ClaimedBatch, Recipient
from newsletter.errors import OutcomeUnknownError, TemporaryError
from newsletter.storage import doubts, events, issues
from newsletter.storage.issues import StoredIssue
from tests.delivery.conftest import MakePost
from tests.delivery.frozen_issue import NOW, add_readers, addresses, freeze
from tests.fakes import MemoryProvider


@pytest.fixture
def provider() -> MemoryProvider:
    """A provider whose answer to the first request is lost."""
    made = MemoryProvider()

    def lose_the_answer(_letter: Letter, _recipients: Sequence[Recipient]) -> None:
        if made.requests == 1:
            raise OutcomeUnknownError("read timeout")

    made.script = lose_the_answer
    return made


@pytest.fixture
def doubtful(engine: Engine, post: MakePost, provider: MemoryProvider) -> StoredIssue:
    """An issue of whose ten readers all are in doubt."""
    add_readers(engine, 10)
    stored = freeze(engine)
    send_issue(post(stored, provider))
    return stored


def leaves(engine: Engine, reader: int) -> None:
    with engine.begin() as connection:
        connection.execute(text(f"UPDATE subscribers SET state = 'unsubscribed' WHERE id = {reader}"))


def in_doubt(engine: Engine, stored: StoredIssue) -> ClaimedBatch:
    """Return the only batch, with its readers in doubt."""
    (found,) = doubts.in_doubt(engine, stored.number)
    return found.batch


def send_again(engine: Engine, batch: ClaimedBatch, *, departed: Sequence[int] = ()) -> None:
    again = [reader.subscriber_id for reader in batch.recipients if reader.subscriber_id not in departed]
    assert doubts.settle(engine, batch, again=again, staying=departed, by="person")


def test_whoever_left_is_told_from_whoever_is_there_and_from_whoever_was_erased(
    engine: Engine, doubtful: StoredIssue
) -> None:
    leaves(engine, 3)
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM subscriptions WHERE subscriber_id = 4"))
        connection.execute(text("DELETE FROM subscribers WHERE id = 4"))

    assert doubts.departed(engine, doubtful.number, NOW) == {3}


def test_who_leaves_after_a_second_try_that_was_put_off_is_in_doubt(
    engine: Engine, post: MakePost, provider: MemoryProvider, doubtful: StoredIssue
) -> None:
    batch = in_doubt(engine, doubtful)
    send_again(engine, batch)

    def leave_meanwhile(_letter: Letter, _recipients: Sequence[Recipient]) -> None:
        if provider.requests == 2:
            leaves(engine, 3)
            raise TemporaryError("421 try later")

    provider.script = leave_meanwhile
    send_issue(post(doubtful, provider))

    counts = issues.counts(engine, doubtful.number)
    assert (counts["accepted"], counts["unknown"], counts["skipped"]) == (9, 1, 0)


def test_who_leaves_while_nothing_was_ever_sent_to_them_is_skipped(engine: Engine, post: MakePost) -> None:
    add_readers(engine, 10)
    stored = freeze(engine)
    leaves(engine, 3)

    send_issue(post(stored, MemoryProvider()))

    counts = issues.counts(engine, stored.number)
    assert (counts["accepted"], counts["unknown"], counts["skipped"]) == (9, 0, 1)


def test_a_look_up_that_proves_absence_ends_the_doubt_of_an_earlier_try(
    engine: Engine, post: MakePost, provider: MemoryProvider, doubtful: StoredIssue
) -> None:
    batch = in_doubt(engine, doubtful)
    send_again(engine, batch)
    provider.requests = 0
    send_issue(post(doubtful, provider))
    batch = in_doubt(engine, doubtful)
    absent = [reader.subscriber_id for reader in batch.recipients]
    doubts.settle(engine, batch, absent=absent, by="look-up")
    leaves(engine, 3)

    send_issue(post(doubtful, provider))

    counts = issues.counts(engine, doubtful.number)
    assert (counts["accepted"], counts["unknown"], counts["skipped"]) == (9, 0, 1)


@pytest.mark.parametrize("when", ["before", "after"])
def test_an_event_about_the_second_request_proves_nothing_for_who_was_only_in_the_first(
    engine: Engine, post: MakePost, provider: MemoryProvider, doubtful: StoredIssue, when: str
) -> None:
    batch = in_doubt(engine, doubtful)
    if when == "before":
        leaves(engine, 3)
        send_again(engine, batch, departed=[3])
    else:
        send_again(engine, batch)
        leaves(engine, 3)
    provider.requests = 0
    send_issue(post(doubtful, provider))

    told = Event(
        provider="memory",
        id="1",
        kind=EventKind.DELIVERED,
        at=NOW,
        email=addresses(engine)[0],
        issue=doubtful.id,
    )
    events.store(engine, [told], NOW)
    process(engine, NOW, lambda _provider: True)

    with engine.connect() as connection:
        rows = connection.execute(text("SELECT subscriber_id, state FROM deliveries ORDER BY 1")).all()
    assert dict(tuple(row) for row in rows)[3] == "unknown"
    assert dict(tuple(row) for row in rows)[1] == "accepted"
