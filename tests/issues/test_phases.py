"""An item's life: embargo, announcement, report."""

from datetime import date, datetime

import pytest

from newsletter.issues.phases import Phase, ends_at, phase, publication
from tests.issues.making import BRUSSELS, NOVEMBER, event, news


def phase_at(now: str, when: str | None) -> Phase:
    """Return where a two-day conference of the `date` *when* stands at *now*."""
    conference = event("events/x", "2026-10-08T09:00", "2026-10-09T16:00", when=when)
    return phase(conference, datetime.fromisoformat(now).replace(tzinfo=BRUSSELS), BRUSSELS)


def test_an_event_with_a_date_in_the_future_is_under_embargo() -> None:
    assert phase_at("2026-10-01T09:00", "2026-11-02") is Phase.EMBARGOED


def test_a_report_waits_for_its_date() -> None:
    assert phase_at("2026-11-01T23:59", "2026-11-02") is Phase.EMBARGOED
    assert phase_at("2026-11-02T00:00", "2026-11-02") is Phase.PUBLISHED


@pytest.mark.parametrize(
    ("now", "stands"),
    [
        ("2026-10-08T08:59", Phase.UPCOMING),
        ("2026-10-08T09:00", Phase.RUNNING),
        ("2026-10-09T15:59", Phase.RUNNING),
        ("2026-10-09T16:00", Phase.UNREPORTED),
    ],
)
def test_an_event_without_a_date_is_announced_until_it_starts(now: str, stands: Phase) -> None:
    assert phase_at(now, None) is stands


def test_an_announcement_date_makes_no_report() -> None:
    announced = event("events/x", "2026-10-08", when="2026-09-01")

    assert publication(announced, BRUSSELS) is None


def test_an_update_after_the_start_is_the_report() -> None:
    updated = event("events/x", "2026-10-08", when="2026-09-01", updated="2026-10-12")

    assert publication(updated, BRUSSELS) == date(2026, 10, 12)


def test_a_day_counts_from_midnight_so_a_report_of_the_same_day_needs_a_time() -> None:
    """The contract's rule for comparing dates, also where it is unkind; the reason given says what to write."""
    same_day = event("events/x", "2026-10-08T09:00", when="2026-10-08")
    with_time = event("events/x", "2026-10-08T09:00", when="2026-10-08T18:00")

    assert publication(same_day, BRUSSELS) is None
    assert publication(with_time, BRUSSELS) is not None


def test_an_event_on_a_day_without_a_time_may_be_reported_on_that_day() -> None:
    assert publication(event("events/x", "2026-10-08", when="2026-10-08"), BRUSSELS) is not None


@pytest.mark.parametrize(
    ("start", "end", "over"),
    [
        ("2026-10-08", None, "2026-10-08T22:00:00+00:00"),
        ("2026-10-08T09:00", None, "2026-10-08T22:00:00+00:00"),
        ("2026-10-08", "2026-10-09", "2026-10-09T22:00:00+00:00"),
        ("2026-10-08T09:00", "2026-10-08T17:00", "2026-10-08T15:00:00+00:00"),
    ],
)
def test_an_event_is_over_at_its_end_or_at_the_end_of_its_day(start: str, end: str | None, over: str) -> None:
    assert ends_at(event("events/x", start, end), BRUSSELS).isoformat() == over


def test_days_of_an_event_are_days_where_it_takes_place() -> None:
    there = event("events/x", "2026-10-08", timezone="America/New_York")

    assert ends_at(there, BRUSSELS).isoformat() == "2026-10-09T04:00:00+00:00"


def test_without_a_date_or_a_start_nothing_is_known() -> None:
    assert phase(news("news/x", None), NOVEMBER, BRUSSELS) is Phase.UNDATED
    assert phase(event("events/x", None, when="2026-10-01"), NOVEMBER, BRUSSELS) is Phase.UNDATED
