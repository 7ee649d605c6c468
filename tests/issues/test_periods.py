"""Periods and issue ids."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.issues.calendar.periods import (
    RegularId,
    current_id,
    exists,
    first_day,
    is_period,
    midnight,
    misnamed,
    next_period,
    parse_issue_id,
    period_of,
    previous_period,
)
from newsletter.issues.digests import PeriodLength
from tests.issues.making import digest

LENGTHS = st.sampled_from(PeriodLength)
NAMES = {
    "daily": PeriodLength.DAY,
    "weekly": PeriodLength.WEEK,
    "monthly": PeriodLength.MONTH,
    "quarterly": PeriodLength.QUARTER,
}
DAYS = st.dates(min_value=date(1990, 1, 1), max_value=date(2100, 12, 31))


@pytest.mark.parametrize(
    ("length", "day", "period"),
    [
        (PeriodLength.DAY, date(2026, 11, 21), "2026-11-21"),
        (PeriodLength.WEEK, date(2026, 11, 12), "2026-W46"),
        (PeriodLength.WEEK, date(2027, 1, 3), "2026-W53"),
        (PeriodLength.WEEK, date(2024, 12, 30), "2025-W01"),
        (PeriodLength.MONTH, date(2026, 11, 30), "2026-11"),
        (PeriodLength.QUARTER, date(2026, 12, 31), "2026-Q4"),
        (PeriodLength.QUARTER, date(2026, 1, 1), "2026-Q1"),
        (PeriodLength.YEAR, date(2026, 6, 1), "2026"),
    ],
)
def test_a_period_is_named_after_the_day(length: PeriodLength, day: date, period: str) -> None:
    assert period_of(length, day) == period


@pytest.mark.parametrize(
    ("length", "text"),
    [
        (PeriodLength.WEEK, "2025-W53"),
        (PeriodLength.WEEK, "2026-46"),
        (PeriodLength.MONTH, "2026-13"),
        (PeriodLength.MONTH, "2026-1"),
        (PeriodLength.MONTH, "2026-11-03"),
        (PeriodLength.QUARTER, "2026-Q5"),
        (PeriodLength.DAY, "2026-02-30"),
        (PeriodLength.YEAR, "26"),
        (PeriodLength.YEAR, "２０２６"),
    ],
)
def test_what_is_no_period_is_refused(length: PeriodLength, text: str) -> None:
    assert not is_period(length, text)


@given(LENGTHS, DAYS)
def test_a_period_holds_its_day_and_ends_where_the_next_begins(length: PeriodLength, day: date) -> None:
    period = period_of(length, day)

    start, end = first_day(length, period), first_day(length, next_period(length, period))

    assert start <= day < end
    assert period_of(length, start) == period_of(length, end - timedelta(days=1)) == period


@given(LENGTHS, DAYS)
def test_the_period_before_is_the_one_that_this_one_follows(length: PeriodLength, day: date) -> None:
    period = period_of(length, day)

    assert next_period(length, previous_period(length, period)) == period


@pytest.mark.parametrize(
    ("length", "period", "is_there"),
    [
        (PeriodLength.DAY, "2011-12-29", True),
        (PeriodLength.DAY, "2011-12-30", False),
        (PeriodLength.DAY, "2011-12-31", True),
        (PeriodLength.WEEK, "2011-W52", True),
        (PeriodLength.MONTH, "2011-12", True),
    ],
)
def test_samoa_had_no_30_december_2011(length: PeriodLength, period: str, is_there: bool) -> None:
    assert exists(length, period, ZoneInfo("Pacific/Apia")) is is_there


@given(LENGTHS, DAYS)
def test_an_issue_id_is_read_back(length: PeriodLength, day: date) -> None:
    digests = {"the_digest": digest("the_digest", length), "the": digest("the", length)}
    wanted = RegularId(digest="the_digest", period=period_of(length, day))

    assert parse_issue_id(str(wanted), digests) == wanted


@pytest.mark.parametrize("name", ["summer-party", "monthly", "weekly-2026-11", "monthly-2026-W46", "2026-11"])
def test_any_other_name_is_a_special(name: str) -> None:
    assert parse_issue_id(name, {"monthly": digest()}) is None


@pytest.mark.parametrize(
    ("name", "slip"),
    [
        ("monthly-2026-13", "`2026-13` is not a month"),
        ("monthly-2026-1", "`2026-1` is not a month"),
        ("monthly-2026-W46", "`2026-W46` is not a month"),
        (
            "weekly-2026-W54",
            "`2026-W54` is not a week; an issue of weekly is called, for example, weekly-2026-W45",
        ),
        ("daily-2026-01-32", "`2026-01-32` is not a day"),
        ("quarterly-2026-Q5", "`2026-Q5` is not a quarter"),
    ],
)
def test_a_name_that_is_meant_as_an_issue_is_explained(name: str, slip: str) -> None:
    digests = {key: digest(key, length) for key, length in NAMES.items()}

    assert misnamed(name, digests).startswith(slip)


def test_an_issue_of_a_renamed_digest_is_known_under_its_present_name() -> None:
    digests = {"digest": digest("digest", rename_from="monthly"), "weekly": digest("weekly")}

    assert current_id("monthly-2026-10", digests) == "digest-2026-10"
    assert current_id("monthly-summer", digests) == "monthly-summer"
    assert current_id("weekly-2026-10", digests) == "weekly-2026-10"
    assert misnamed("monthly-2026-12", digests).endswith("this issue is called digest-2026-12.")


@pytest.mark.parametrize("name", ["summer-2026", "monthly-summer", "monthly", "monthly-2026-11"])
def test_any_other_name_needs_no_explanation(name: str) -> None:
    assert misnamed(name, {"monthly": digest()}) == ""


def test_a_day_begins_at_midnight_of_the_zone() -> None:
    zone = ZoneInfo("Europe/Brussels")

    assert midnight(date(2026, 10, 1), zone).isoformat() == "2026-09-30T22:00:00+00:00"
    assert midnight(date(2026, 11, 1), zone).isoformat() == "2026-10-31T23:00:00+00:00"
