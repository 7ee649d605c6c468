"""When the provider takes nothing: how the loop waits, what it says, and when it gives up."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.database import Engine
from newsletter.delivery.letter import Letter
from newsletter.delivery.outages import PATIENCE_S, Outage, after_failure
from newsletter.delivery.providers.base import Capabilities
from newsletter.delivery.sender import send_issue
from newsletter.delivery.values import Receipt, Recipient, Verdict
from newsletter.errors import OutcomeUnknownError, RefusedError, TemporaryError
from newsletter.issues.values import IssueState
from newsletter.storage import issues, remaining
from tests.delivery.conftest import MakePost
from tests.delivery.frozen_issue import Clock, add_readers, freeze
from tests.fakes import MemoryProvider

NOW = datetime(2026, 11, 3, 9, tzinfo=UTC)


@given(st.lists(st.floats(0, 2000), max_size=20))
def test_waits_grow_with_each_try_and_not_with_each_connection(pauses: list[float]) -> None:
    outage: Outage | None = None
    now = NOW
    tries = 0
    for pause in pauses:
        now += timedelta(seconds=pause)
        tries += outage is None or now >= outage.until
        outage = after_failure(outage, "refused", None, now=now, jitter=0)

        assert outage.tries == tries
        assert outage.until > now
        assert outage.since == NOW + timedelta(seconds=pauses[0])


def test_patience_ends_before_the_try_that_would_come_too_late() -> None:
    outage = after_failure(None, "refused", None, now=NOW, jitter=0)

    assert not outage.is_hopeless(NOW + timedelta(seconds=PATIENCE_S))
    assert outage.is_hopeless(NOW + timedelta(seconds=PATIENCE_S + 1))


@pytest.mark.parametrize("is_one_by_one", [True, False])
def test_a_provider_that_takes_nothing_ends_in_an_error_that_says_why(
    engine: Engine, post: MakePost, is_one_by_one: bool
) -> None:
    add_readers(engine, 25)
    provider = MemoryProvider(Capabilities(max_batch=10, is_one_by_one=is_one_by_one))
    provider.script = _unreachable
    stored = freeze(engine)

    with pytest.raises(TemporaryError, match=r"mail\.example\.org:587 cannot be reached"):
        send_issue(post(stored, provider))

    assert provider.requests <= 30
    counts = issues.counts(engine, stored.number)
    assert (counts["queued"], counts["sending"], counts["unknown"]) == (25, 0, 0)
    assert issues.get(engine, stored.number).state is IssueState.SENDING


def test_a_person_is_told_why_nothing_leaves_and_when_it_is_tried_again(
    engine: Engine, post: MakePost
) -> None:
    add_readers(engine, 5)
    provider = MemoryProvider()
    failures = iter([True])
    waits: list[tuple[str, datetime]] = []

    def script(letter: Letter, recipients: Sequence[Recipient]) -> None:
        if next(failures, False):
            _unreachable(letter, recipients)

    provider.script = script
    made = post(freeze(engine), provider)

    after = send_issue(
        replace(
            made,
            clock=Clock(step=timedelta(seconds=1)),
            on_wait=lambda words, until: waits.append((words, until)),
        )
    )

    assert after.state is IssueState.SENT
    ((words, until),) = waits
    assert words == "Not accepted yet: mail.example.org:587 cannot be reached"
    assert until > NOW + timedelta(seconds=5)


def test_of_a_request_that_may_have_been_accepted_nobody_is_told_that_it_was_not(
    engine: Engine, post: MakePost
) -> None:
    add_readers(engine, 15)
    provider = MemoryProvider()
    failures = iter([OutcomeUnknownError("the provider answered 503.")])
    waits: list[str] = []

    def script(_letter: Letter, _recipients: Sequence[Recipient]) -> None:
        if failure := next(failures, None):
            raise failure

    provider.script = script
    made = replace(post(freeze(engine), provider), connections=1)

    send_issue(
        replace(
            made, clock=Clock(step=timedelta(seconds=1)), on_wait=lambda words, _until: waits.append(words)
        )
    )

    assert waits == [
        "The last request may have been accepted, so its readers are in doubt: the provider answered 503"
    ]


def test_who_waits_is_told_of_in_words_that_are_of_nobody_in_doubt(engine: Engine, post: MakePost) -> None:
    """Of one request, a reader is put off, and the answer does not speak of another."""
    add_readers(engine, 3)
    provider = MemoryProvider()
    stored = freeze(engine)
    made = post(stored, provider)

    def script(_letter: Letter, recipients: Sequence[Recipient]) -> Sequence[Receipt]:
        made.stop.set()
        first, second, _ = recipients
        return [
            Receipt(first.subscriber_id, Verdict.ACCEPTED),
            Receipt(second.subscriber_id, Verdict.LATER, "450 greylisted"),
        ]

    provider.script = script

    send_issue(made)

    assert issues.counts(engine, stored.number)["unknown"] == 1
    assert remaining.waiting_for(engine, stored.number) == "450 greylisted"


def test_a_person_who_sends_again_need_not_wait_for_the_next_try(engine: Engine, post: MakePost) -> None:
    add_readers(engine, 5)
    provider = MemoryProvider()
    provider.script = _unreachable
    stored = freeze(engine)
    with pytest.raises(TemporaryError):
        send_issue(post(stored, provider))
    _, due_at = remaining.next_retry(engine, stored.number)

    remaining.forget_waits(engine, stored.number)

    assert due_at is not None
    assert remaining.next_retry(engine, stored.number) == (1, None)


def _unreachable(_letter: Letter, _recipients: Sequence[Recipient]) -> None:
    raise TemporaryError("mail.example.org:587 cannot be reached")


def test_one_connection_too_many_does_not_stop_the_others(engine: Engine, post: MakePost) -> None:
    add_readers(engine, 200)
    provider = MemoryProvider()
    answers = iter(range(1000))

    def script(_letter: Letter, _recipients: Sequence[Recipient]) -> None:
        if next(answers) % 3 == 0:
            raise TemporaryError("421 too many connections")

    provider.script = script

    after = send_issue(post(freeze(engine), provider))

    assert after.state is IssueState.SENT
    assert sorted(provider.accepted.values()) == [1] * 200


def test_refusals_in_a_row_pause_the_issue_before_everybody_is_refused(
    engine: Engine, post: MakePost
) -> None:
    add_readers(engine, 100)
    provider = MemoryProvider(Capabilities(max_batch=10, is_one_by_one=True))

    def script(_letter: Letter, _recipients: Sequence[Recipient]) -> None:
        raise RefusedError("554 you are on a list")

    provider.script = script
    stored = freeze(engine)

    after = send_issue(replace(post(stored, provider), most_refused=10))

    counts = issues.counts(engine, stored.number)
    assert after.state is IssueState.PAUSED
    assert after.reason == "10 requests in a row were refused, the last with: 554 you are on a list"
    assert 10 <= counts["rejected"] <= 15
    assert counts["queued"] == 100 - counts["rejected"]


def test_single_refusals_pause_nothing(engine: Engine, post: MakePost) -> None:
    add_readers(engine, 60)
    provider = MemoryProvider(Capabilities(max_batch=10, is_one_by_one=True))
    numbers = iter(range(1000))

    def script(_letter: Letter, recipients: Sequence[Recipient]) -> list[Receipt] | None:
        if next(numbers) % 5:
            return [Receipt(reader.subscriber_id, Verdict.REFUSED, "no such user") for reader in recipients]
        return None

    provider.script = script
    stored = freeze(engine)

    after = send_issue(replace(post(stored, provider), most_refused=10))

    assert after.state is IssueState.SENT
    assert issues.counts(engine, stored.number)["rejected"] == 48
