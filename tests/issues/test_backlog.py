"""What is due and undecided."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.content.items import SourceFile
from newsletter.issues.calendar.agenda import moved
from newsletter.issues.calendar.backlog import (
    MAX_OVERTAKEN,
    Backlog,
    Due,
    backlog,
    due_specials,
    passed_over,
)
from newsletter.issues.calendar.sightings import look
from newsletter.issues.digests import Digest, PeriodLength
from newsletter.issues.values import IssueState
from tests.issues.making import BRUSSELS, NOVEMBER, collection, digest, issue_file, newsroom

SEEN = datetime(2026, 8, 20, tzinfo=UTC)
DECIDED = [
    state for state in IssueState if state not in {IssueState.DRAFT, IssueState.APPROVED, IssueState.HELD}
]


def due(
    now: datetime = NOVEMBER,
    past: Mapping[str, IssueState] | None = None,
    *files: SourceFile,
    seen: datetime = SEEN,
    of: Digest | None = None,
) -> Backlog:
    regular = of or digest()
    elsewhere = moved(regular, collection(files=files))
    return backlog(regular, newsroom(regular), elsewhere, past or {}, counts_from=seen, now=now)


def names(found: Backlog) -> tuple[str | None, list[str]]:
    return (found.open.issue if found.open else None), [each.issue for each in found.overtaken]


def test_what_is_due_says_when_and_of_which_period() -> None:
    found = due(seen=NOVEMBER - timedelta(days=1))

    assert found == Backlog(open=Due(issue="monthly-2026-11", period="2026-11", due_at=NOVEMBER))


def test_nothing_is_due_before_the_digest_was_first_seen() -> None:
    assert due(seen=NOVEMBER) == Backlog()
    assert due(NOVEMBER - timedelta(seconds=1), seen=datetime(2026, 10, 20, tzinfo=UTC)) == Backlog()


def test_several_missed_periods_are_one_issue_that_takes_the_places_of_the_others() -> None:
    assert names(due()) == ("monthly-2026-11", ["monthly-2026-10", "monthly-2026-09"])


@pytest.mark.parametrize("state", DECIDED)
def test_what_was_decided_is_not_due_again(state: IssueState) -> None:
    """Be it that the clock skipped it, or a person cancelled it or sent it early."""
    assert due(past={"monthly-2026-11": state}) == Backlog()


def test_a_held_issue_is_decided_about_again_until_a_later_one_is_due() -> None:
    past = {"monthly-2026-10": IssueState.HELD}

    assert names(due(NOVEMBER - timedelta(days=1), past)) == ("monthly-2026-10", [])
    assert names(due(NOVEMBER, past)) == ("monthly-2026-11", [])


def test_a_decision_ends_what_is_missed() -> None:
    assert names(due(past={"monthly-2026-09": IssueState.CANCELLED})) == (
        "monthly-2026-11",
        ["monthly-2026-10"],
    )


def test_a_paused_digest_has_nothing_due() -> None:
    special = issue_file("summer", "---\ndigest: monthly\nsend_at: 2026-11-03T09:00+01:00\n---\n")
    paused = digest(paused=True)

    assert due(of=paused) == Backlog()
    assert (
        due_specials(
            paused, newsroom(paused), collection(files=[special]), {}, counts_from=SEEN, now=NOVEMBER
        )
        == ()
    )


def test_what_is_moved_behind_the_next_one_is_not_superseded_by_it() -> None:
    file = issue_file("monthly-2026-11", "---\nsend_at: 2026-12-05T09:00+01:00\n---\n")
    past = {"monthly-2026-10": IssueState.SENT}
    december = datetime(2026, 12, 1, 8, tzinfo=UTC)

    assert names(due(december, past, file)) == ("monthly-2026-12", [])
    assert names(due(december + timedelta(days=4), {**past, "monthly-2026-12": IssueState.SENT}, file)) == (
        "monthly-2026-11",
        [],
    )


def test_an_issue_sent_early_is_not_due_again() -> None:
    past = {"monthly-2026-10": IssueState.SENT, "monthly-2026-11": IssueState.SENT}

    assert due(NOVEMBER, past) == Backlog()


def test_an_issue_of_a_renamed_digest_is_not_made_again() -> None:
    renamed = digest("digest", rename_from="monthly")

    assert (
        due(past={"monthly-2026-11": IssueState.SENT, "digest-2026-11": IssueState.SENT}, of=renamed)
        == Backlog()
    )


def test_a_long_outage_leaves_a_limited_number_of_rows() -> None:
    daily = digest("daily", PeriodLength.DAY)

    found = due(of=daily, seen=NOVEMBER - timedelta(days=1_000))

    assert found.open
    assert found.open.issue == "daily-2026-11-03"
    assert len(found.overtaken) == MAX_OVERTAKEN
    assert found.overtaken[-1].issue == "daily-2026-09-04"


def special(name: str, fields: str) -> SourceFile:
    return issue_file(name, f"---\n{fields}\n---\n")


def test_specials_are_due_at_their_send_at_and_take_nobody_s_place() -> None:
    files = [
        special("b-winter", "digest: monthly\nsend_at: 2026-11-02T09:00+01:00"),
        special("summer", "digest: monthly\nsend_at: 2026-11-01T09:00+01:00"),
        special("autumn", "digest: monthly\nsend_at: 2026-11-02T08:00+01:00"),
        special("old", "digest: monthly\nsend_at: 2024-11-02T09:00+01:00"),
        special("later", "digest: monthly\nsend_at: 2026-11-03T09:01+01:00"),
        special("of-another", "digest: weekly\nsend_at: 2026-11-02T09:00+01:00"),
        special("by-a-person", "digest: monthly"),
    ]
    room = newsroom(digest(), digest("weekly", PeriodLength.WEEK))
    past = {"summer": IssueState.HELD, "autumn": IssueState.SENT}

    found = due_specials(digest(), room, collection(files=files), past, counts_from=SEEN, now=NOVEMBER)

    assert [each.issue for each in found] == ["summer", "b-winter"]
    assert found[0] == Due(issue="summer", period="summer", due_at=datetime(2026, 11, 1, 8, tzinfo=UTC))


TEN = {"day": "1st tue", "hour": "10"}


def left_out(
    before: dict[str, Any], now: datetime, past: Mapping[str, IssueState] | None = None
) -> str | None:
    seen = look(None, digest(**before), BRUSSELS, datetime(2026, 10, 20, tzinfo=UTC))
    found = passed_over(seen, digest(), newsroom(), {}, past or {}, now=now)
    return found.issue if found else None


def test_a_schedule_changed_to_an_hour_that_is_over_leaves_an_issue_out() -> None:
    now = NOVEMBER + timedelta(minutes=30)

    assert left_out({"schedule": TEN}, now) == "monthly-2026-11"
    assert left_out({"schedule": TEN}, NOVEMBER - timedelta(minutes=1)) is None


@pytest.mark.parametrize("state", [*DECIDED, IssueState.HELD])
def test_nothing_is_left_out_of_what_was_decided(state: IssueState) -> None:
    now = NOVEMBER + timedelta(minutes=30)

    assert left_out({"schedule": TEN}, now, {"monthly-2026-11": state}) is None


def test_neither_a_new_digest_nor_one_that_was_paused_leaves_anything_out() -> None:
    now = NOVEMBER + timedelta(minutes=30)

    assert passed_over(None, digest(), newsroom(), {}, {}, now=now) is None
    assert left_out({"paused": True}, now) is None
    assert left_out({}, now) is None


@given(
    seen=st.datetimes(datetime(2024, 1, 1), datetime(2026, 1, 1), timezones=st.just(UTC)),
    hours=st.integers(0, 24 * 200),
    states=st.dictionaries(st.integers(1, 12), st.sampled_from(IssueState)),
)
def test_whatever_was_decided_what_is_due_lies_between_and_is_open(
    seen: datetime, hours: int, states: dict[int, IssueState]
) -> None:
    now = seen + timedelta(hours=hours)
    past = {f"monthly-{now.year}-{month:02}": state for month, state in states.items()}

    found = due(now, past, seen=seen)

    whole = [each for each in (found.open, *found.overtaken) if each]
    assert all(seen < each.due_at <= now and past.get(each.issue) not in DECIDED for each in whole)
    assert whole == sorted(whole, key=lambda each: each.due_at, reverse=True)
    assert all(past.get(each.issue) is not IssueState.HELD for each in found.overtaken)
