"""Limits per second, hour and day hold in every stretch of that length, across senders, and in a sender's first days."""

import itertools
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from newsletter.database import Engine, writing
from newsletter.delivery.allowance import PLENTY, Allowance
from newsletter.delivery.letter import Letter
from newsletter.delivery.providers.base import Capabilities
from newsletter.delivery.sender import send_issue
from newsletter.delivery.values import Receipt, Recipient, Verdict
from newsletter.errors import AccountError, OutcomeUnknownError, TemporaryError
from newsletter.issues.values import IssueState
from newsletter.storage import allowances, issues
from tests.delivery.conftest import MakePost
from tests.delivery.frozen_issue import NOW, Clock, add_readers, freeze, stopped_after
from tests.fakes import MemoryProvider

_names = itertools.count()


def seconds(number: float) -> datetime:
    return NOW + timedelta(seconds=number)


def taken(engine: Engine) -> list[int]:
    """Return what `memory` was given of each limit longer than a second, as the ledger counts it."""
    with writing(engine) as connection:
        kept = [
            sum(count for _, count in allowances.used(connection, "memory", span, NOW - timedelta(days=2)))
            for span in (timedelta(hours=1), timedelta(days=1))
        ]
    return [count for count in kept if count]


def test_what_was_given_is_free_again_a_second_later(engine: Engine) -> None:
    allowance = Allowance(provider="p", max_per_second=10)
    with writing(engine) as connection:
        allowance.use(connection, 4, seconds(0))
        allowance.use(connection, 6, seconds(0.5))

        rooms = [allowance.room(connection, seconds(time)) for time in (0.5, 0.9, 1.1, 1.6)]
        until, words = allowance.free_at(connection, 5, seconds(0.9))

    assert rooms == [0, 0, 4, PLENTY]
    assert seconds(1.5) <= until <= seconds(1.6)
    assert words == "The limit of 10 mails a second is reached"


def test_another_provider_has_an_allowance_of_its_own(engine: Engine) -> None:
    one, other = Allowance(provider="one", max_per_hour=5), Allowance(provider="other", max_per_hour=5)
    with writing(engine) as connection:
        one.use(connection, 5, NOW)

        assert (one.room(connection, NOW), other.room(connection, NOW)) == (0, PLENTY)


def test_the_narrowest_limit_counts(engine: Engine) -> None:
    allowance = Allowance(provider="p", max_per_second=100, max_per_hour=150, max_per_day=1_000)
    with writing(engine) as connection:
        for second in range(2):
            allowance.use(connection, 75, seconds(second * 2))
        until, words = allowance.free_at(connection, 75, seconds(4))

        assert allowance.room(connection, seconds(4)) == 0
    assert timedelta(hours=1) <= until - NOW <= timedelta(hours=1, minutes=4)
    assert "150 mails an hour" in words


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(
    steps=st.lists(st.tuples(st.floats(0, 2), st.integers(1, 12)), max_size=30),
    most=st.integers(5, 20),
)
def test_no_stretch_of_a_second_has_more_than_its_limit(
    engine: Engine, steps: Sequence[tuple[float, int]], most: int
) -> None:
    allowance = Allowance(provider=f"p{next(_names)}", max_per_second=most)
    given_out: list[tuple[float, int]] = []
    time = 0.0
    with writing(engine) as connection:
        for wait, wanted in steps:
            time += wait
            if wanted <= min(most, allowance.room(connection, seconds(time))):
                allowance.use(connection, wanted, seconds(time))
                given_out.append((time, wanted))

    for begin, _ in given_out:
        assert sum(count for at, count in given_out if begin <= at < begin + 1) <= most


@pytest.mark.parametrize(
    ("day", "most"), [(0, 200), (0.9, 200), (1, 500), (2.5, 1000), (3, PLENTY), (400, PLENTY)]
)
def test_a_new_sender_grows_day_by_day(day: float, most: int) -> None:
    allowance = Allowance(provider="p", warm_up=(200, 500, 1000), first_used_at=NOW)

    assert allowance.smallest(NOW + timedelta(days=day)) == most


def test_what_was_put_off_is_free_again_in_the_hour_it_was_taken_from(engine: Engine) -> None:
    allowance = Allowance(provider="p", max_per_hour=10, max_per_day=30)
    with writing(engine) as connection:
        allowance.use(connection, 6, seconds(0))
        allowance.use(connection, 4, seconds(3500))

        allowance.give_back(connection, 6, seconds(0))
        rooms = [allowance.room(connection, seconds(time)) for time in (3500, 3700, 7400)]

    # Taken back from the hour that began later, it would end later, too.
    assert rooms == [6, 6, 26]


def test_the_limits_of_warming_up_are_given_back_too(engine: Engine) -> None:
    allowance = Allowance(provider="p", warm_up=(20,), first_used_at=NOW)
    with writing(engine) as connection:
        allowance.use(connection, 20, NOW)

        allowance.give_back(connection, 15, NOW)

        assert allowance.room(connection, NOW) == 15


def test_a_second_is_not_given_back_for_it_spares_the_provider_requests(engine: Engine) -> None:
    allowance = Allowance(provider="p", max_per_second=10)
    with writing(engine) as connection:
        allowance.use(connection, 10, NOW)

        allowance.give_back(connection, 10, NOW)

        assert allowance.room(connection, NOW) == 0


def test_no_more_is_given_back_than_was_taken(engine: Engine) -> None:
    allowance = Allowance(provider="p", max_per_hour=10)
    with writing(engine) as connection:
        allowance.use(connection, 3, NOW)

        for _ in range(2):
            allowance.give_back(connection, 2, NOW)
        allowance.give_back(connection, 5, seconds(-40_000))
        kept = allowances.used(connection, "p", timedelta(hours=1), seconds(-80_000))

    assert [count for _, count in kept] == [0]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(
    tries=st.lists(
        st.tuples(st.integers(0, 2_000), st.integers(1, 12), st.floats(0, 1), st.integers(0, 9_000)),
        max_size=12,
    )
)
def test_what_was_given_back_counts_as_if_it_had_never_been_taken(
    engine: Engine, tries: Sequence[tuple[int, int, float, int]]
) -> None:
    name = next(_names)
    mended = Allowance(provider=f"m{name}", max_per_hour=20, max_per_day=50)
    spared = Allowance(provider=f"s{name}", max_per_hour=20, max_per_day=50)
    time, back = 0, []
    with writing(engine) as connection:
        for wait, wanted, share, answered_after in tries:
            time += wait
            put_off = round(wanted * share)
            mended.use(connection, wanted, seconds(time))
            back.append((time + answered_after, put_off, time))
            if wanted > put_off:
                spared.use(connection, wanted - put_off, seconds(time))
        for _, put_off, used_at in sorted(back):
            mended.give_back(connection, put_off, seconds(used_at))

        for later in (time, time + 1_800, time + 40_000):
            assert mended.room(connection, seconds(later)) == spared.room(connection, seconds(later))


def test_a_try_of_which_nothing_was_accepted_leaves_room_for_the_next(engine: Engine, post: MakePost) -> None:
    add_readers(engine, 10)
    provider = MemoryProvider()
    limited = replace(
        post(freeze(engine), provider),
        allowance=Allowance(provider="memory", max_per_hour=10, max_per_day=10),
    )

    def refuse_once(_letter: Letter, _recipients: Sequence[Recipient]) -> None:
        if provider.requests == 1:
            raise TemporaryError("429 Slow down")

    provider.script = refuse_once

    after = send_issue(limited)

    assert after.state is IssueState.SENT
    assert taken(engine) == [10, 10]


def test_a_login_that_is_refused_costs_no_allowance(engine: Engine, post: MakePost) -> None:
    add_readers(engine, 10)
    provider = MemoryProvider()

    def refuse(_letter: Letter, _recipients: Sequence[Recipient]) -> None:
        raise AccountError("401 Who are you?")

    provider.script = refuse
    limited = replace(post(freeze(engine), provider), allowance=Allowance(provider="memory", max_per_day=10))

    after = send_issue(limited)

    assert (after.state, taken(engine)) == (IssueState.PAUSED, [])


def test_readers_who_were_not_begun_cost_no_allowance(engine: Engine, post: MakePost) -> None:
    add_readers(engine, 10)
    provider = MemoryProvider(capabilities=Capabilities(max_batch=10, is_one_by_one=True))
    limited = replace(
        post(freeze(engine), provider), allowance=Allowance(provider="memory", max_per_day=100), connections=1
    )

    def fail_at_the_fourth(_letter: Letter, _recipients: Sequence[Recipient]) -> None:
        if provider.requests == 4:
            limited.stop.set()
            raise TemporaryError("421 Too busy")

    provider.script = fail_at_the_fourth

    send_issue(limited)

    assert sum(provider.accepted.values()) == 3
    assert taken(engine) == [3]


def test_what_a_sender_that_is_stopped_puts_down_costs_no_allowance(engine: Engine, post: MakePost) -> None:
    add_readers(engine, 10)
    provider = MemoryProvider(capabilities=Capabilities(max_batch=10, is_one_by_one=True))
    limited = replace(
        post(freeze(engine), provider), allowance=Allowance(provider="memory", max_per_day=100), connections=1
    )

    send_issue(stopped_after(limited, 3))

    assert taken(engine) == [sum(provider.accepted.values())]


def test_who_was_refused_or_may_have_been_accepted_counts(engine: Engine, post: MakePost) -> None:
    add_readers(engine, 4)
    provider = MemoryProvider()
    limited = replace(
        post(freeze(engine, batch=2), provider), allowance=Allowance(provider="memory", max_per_day=100)
    )

    def refuse_one_and_lose_a_request(
        _letter: Letter, recipients: Sequence[Recipient]
    ) -> Sequence[Receipt] | None:
        if provider.requests == 1:
            raise OutcomeUnknownError("the answer never came")
        return [
            Receipt(recipients[0].subscriber_id, Verdict.ACCEPTED),
            Receipt(recipients[1].subscriber_id, Verdict.REFUSED, "550 no such user"),
        ]

    provider.script = refuse_one_and_lose_a_request

    send_issue(replace(limited, connections=1))

    assert taken(engine) == [4]


def test_an_issue_leaves_no_faster_than_its_limit(engine: Engine, post: MakePost) -> None:
    add_readers(engine, 9)
    provider = MemoryProvider()
    times: list[datetime] = []

    def note(_letter: Letter, recipients: Sequence[Recipient]) -> None:
        times.extend([datetime.now(UTC)] * len(recipients))

    provider.script = note
    made = replace(
        post(freeze(engine, batch=3), provider),
        allowance=Allowance(provider="memory", max_per_second=3),
        clock=lambda: datetime.now(UTC),
    )

    after = send_issue(made)

    assert after.state is IssueState.SENT
    assert sorted(provider.accepted.values()) == [1] * 9
    # Two windows lie between the first and the last; a request is noted a moment after its room was taken.
    assert times[-1] - times[0] > timedelta(seconds=1.5)


def test_what_a_day_has_no_room_for_is_left_to_a_later_run(engine: Engine, post: MakePost) -> None:
    add_readers(engine, 25)
    provider = MemoryProvider()
    waits: list[tuple[str, datetime]] = []
    limited = replace(
        post(freeze(engine), provider),
        allowance=Allowance(provider="memory", max_per_day=20),
        on_wait=lambda words, until: waits.append((words, until)),
    )

    first = send_issue(limited)
    accepted = sum(provider.accepted.values())
    tomorrow = send_issue(replace(limited, clock=Clock(NOW + timedelta(days=1, hours=2))))

    assert (first.state, accepted) == (IssueState.SENDING, 20)
    ((words, until),) = waits
    assert words == "The limit of 20 mails a day is reached"
    assert until > NOW + timedelta(days=1)
    assert tomorrow.state is IssueState.SENT
    assert issues.counts(engine, tomorrow.number)["accepted"] == 25


def test_a_batch_larger_than_a_limit_that_was_lowered_goes_alone(engine: Engine, post: MakePost) -> None:
    add_readers(engine, 10)
    provider = MemoryProvider()
    limited = replace(
        post(freeze(engine), provider), allowance=Allowance(provider="memory", max_per_second=3)
    )

    after = send_issue(limited)

    assert after.state is IssueState.SENT
    assert sum(provider.accepted.values()) == 10
