"""Due times: one in each period, in every zone, whatever the clocks do."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise, takewhile
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.errors import IssueError
from newsletter.issues.calendar.periods import next_period, period_of
from newsletter.issues.calendar.schedule import check_schedule, cron_fields, due_before, due_in, due_times
from newsletter.issues.digests import DEFAULT_SCHEDULES, PeriodLength
from tests.issues.making import BRUSSELS, digest

ZONES = (
    "UTC",
    "Europe/Brussels",
    "Europe/London",
    "America/New_York",
    "America/St_Johns",
    "America/Santiago",
    "Africa/Cairo",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Pacific/Chatham",
)


def wall(due: datetime, zone: ZoneInfo) -> str:
    return f"{due.astimezone(zone):%Y-%m-%d %H:%M}"


@pytest.mark.parametrize("length", PeriodLength)
@pytest.mark.parametrize("name", ZONES)
@pytest.mark.parametrize("hour", ["0", "2"])
def test_every_period_has_one_due_time_in_it(length: PeriodLength, name: str, hour: str) -> None:
    """Two years in ten zones; at midnight and at two, hours that clocks jump over or repeat."""
    zone = ZoneInfo(name)
    regular = digest(period=length, schedule={**DEFAULT_SCHEDULES[length], "hour": hour, "minute": "30"})
    start = datetime(2026, 1, 1, tzinfo=zone)

    dues = list(takewhile(lambda each: each[1].year < 2028, due_times(regular, zone, start)))

    expected = period_of(length, dues[0][1].astimezone(zone).date())
    for period, due in dues:
        assert period == expected == period_of(length, due.astimezone(zone).date())
        assert due.tzinfo is UTC
        expected = next_period(length, expected)
    assert len(dues) >= {"day": 730, "week": 104, "month": 24, "quarter": 8, "year": 2}[length]


def test_a_repeated_hour_fires_once_and_a_missing_one_as_much_later_as_clocks_jump() -> None:
    daily = digest(period=PeriodLength.DAY, schedule={"hour": "2", "minute": "30"})

    assert wall(due_in(daily, BRUSSELS, "2026-03-29"), BRUSSELS) == "2026-03-29 03:30"
    assert due_in(daily, BRUSSELS, "2026-10-25") == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert due_in(daily, BRUSSELS, "2026-10-26") == datetime(2026, 10, 26, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("schedule", "due"),
    [
        ({"day": "1st tue", "hour": "9"}, "2026-11-03 09:00"),
        ({"day": "last", "hour": "9", "minute": "15"}, "2026-11-30 09:15"),
        ({"day_of_week": "tue,fri", "hour": "9"}, "2026-11-03 09:00"),
        ({"crontab": "0 9 * * 2"}, "2026-11-03 09:00"),
        ({"crontab": "0 9 * * 0"}, "2026-11-01 09:00"),
        ({"crontab": "0 9 * * 7"}, "2026-11-01 09:00"),
        ({"crontab": "0 9 * * sat-sun"}, "2026-11-01 09:00"),
        ({"crontab": "0 9 * * 5-6"}, "2026-11-06 09:00"),
        ({"crontab": "30 8 15 * *"}, "2026-11-15 08:30"),
        ({"crontab": "0 9 * * */3"}, "2026-11-01 09:00"),
        ({"crontab": "0 9 * * 3-6/3"}, "2026-11-04 09:00"),
    ],
)
def test_the_first_firing_of_a_month_counts(schedule: Mapping[str, str], due: str) -> None:
    monthly = digest(schedule=schedule)

    assert check_schedule(monthly) is None
    assert wall(due_in(monthly, BRUSSELS, "2026-11"), BRUSSELS) == due


def test_what_is_due_at_the_very_moment_is_past() -> None:
    monthly = digest()
    due = due_in(monthly, BRUSSELS, "2026-11")

    assert next(due_times(monthly, BRUSSELS, due))[0] == "2026-12"
    assert next(due_times(monthly, BRUSSELS, due - timedelta(seconds=1)))[0] == "2026-11"


def test_a_due_time_in_a_gap_that_ends_the_day_is_not_missed_after_midnight() -> None:
    """In Nuuk clocks jump from eleven to midnight: what was due at half past eleven is due at half past midnight."""
    nuuk = ZoneInfo("America/Nuuk")
    daily = digest("daily", PeriodLength.DAY, schedule={"hour": "23", "minute": "30"})
    after_midnight = datetime(2024, 3, 31, 0, 10, tzinfo=nuuk)

    period, due = next(due_times(daily, nuuk, after_midnight))

    assert (period, wall(due, nuuk)) == ("2024-03-30", "2024-03-31 00:30")
    assert next(due_before(daily, nuuk, after_midnight))[0] == "2024-03-29"
    assert next(due_before(daily, nuuk, due)) == (period, due)


def test_what_is_due_when_clocks_show_the_day_before_again_is_found() -> None:
    """In Newfoundland clocks went back from one minute past midnight, when the new day's issue was due already."""
    st_johns = ZoneInfo("America/St_Johns")
    daily = digest("daily", PeriodLength.DAY, schedule={"hour": "0"})
    again = datetime(2010, 11, 6, 23, 30, tzinfo=st_johns, fold=1)

    assert next(due_before(daily, st_johns, again))[0] == "2010-11-07"
    assert next(due_times(daily, st_johns, again))[0] == "2010-11-08"


def test_a_day_that_the_zone_skips_has_no_issue() -> None:
    apia = ZoneInfo("Pacific/Apia")
    daily = digest("daily", PeriodLength.DAY)
    start = datetime(2011, 12, 29, tzinfo=apia)

    dues = list(islice(due_times(daily, apia, start), 3))

    assert [period for period, _ in dues] == ["2011-12-29", "2011-12-31", "2012-01-01"]
    assert all(later - due == timedelta(days=1) for (_, due), (_, later) in pairwise(dues))
    with pytest.raises(IssueError, match="nothing is due in 2011-12-30"):
        due_in(daily, apia, "2011-12-30")


def test_a_week_in_which_a_day_is_missing_has_its_issue_a_day_later() -> None:
    apia = ZoneInfo("Pacific/Apia")
    fridays = digest("weekly", PeriodLength.WEEK, schedule={"day_of_week": "fri", "hour": "9"})

    assert wall(due_in(fridays, apia, "2011-W52"), apia) == "2011-12-31 09:00"


@given(
    length=st.sampled_from(PeriodLength),
    name=st.sampled_from((*ZONES, "America/Nuuk", "Pacific/Apia")),
    hour=st.sampled_from(("0", "2", "9", "23")),
    start=st.datetimes(datetime(2006, 1, 1), datetime(2026, 1, 1), timezones=st.just(UTC)),
)
def test_due_times_backwards_are_those_forwards(
    length: PeriodLength, name: str, hour: str, start: datetime
) -> None:
    zone = ZoneInfo(name)
    regular = digest(period=length, schedule={**DEFAULT_SCHEDULES[length], "hour": hour, "minute": "30"})

    forwards = list(islice(due_times(regular, zone, start), 4))
    backwards = takewhile(lambda each: each[1] > start, due_before(regular, zone, forwards[-1][1]))

    assert list(backwards) == forwards[::-1]


def test_a_crontab_line_is_the_same_as_its_fields() -> None:
    assert cron_fields({"crontab": "0 9 * * 2"}) == {
        "minute": "0",
        "hour": "9",
        "day": "*",
        "month": "*",
        "day_of_week": "tue",
    }


@pytest.mark.parametrize(
    ("length", "schedule", "empty"),
    [
        (PeriodLength.MONTH, {"day": "31"}, "2025-02"),
        (PeriodLength.MONTH, {"day": "29", "hour": "9"}, "2025-02"),
        (PeriodLength.MONTH, {"day": "5th tue"}, "2025-01"),
        (PeriodLength.MONTH, {"month": "1-11", "day": "1"}, "2025-12"),
        (PeriodLength.YEAR, {"month": "2", "day": "29"}, "2025"),
        (PeriodLength.YEAR, {"week": "53", "day_of_week": "mon"}, "2025"),
        (PeriodLength.WEEK, {"week": "1-52"}, "2026-W53"),
        (PeriodLength.DAY, {"day_of_week": "mon-fri", "hour": "9"}, "2025-01-04"),
        (PeriodLength.DAY, {"month": "2", "day": "30"}, "2025-01-01"),
    ],
)
def test_a_schedule_that_leaves_a_period_out_is_an_error(
    length: PeriodLength, schedule: Mapping[str, str], empty: str
) -> None:
    complaint = check_schedule(digest(period=length, schedule=schedule))

    assert complaint is not None
    key, message, help_ = complaint
    assert key == "digests.monthly.schedule"
    assert f"nothing is due in {empty}," in message
    assert help_


@pytest.mark.parametrize(
    ("schedule", "words"),
    [
        ({"hours": "9"}, "Did you mean `hour`?"),
        ({"dow": "tue"}, "no cron field `dow`"),
        ({"hour": "25"}, "higher than the maximum"),
        ({"day_of_week": "tuesday"}, 'Invalid weekday name "tuesday"'),
        ({"day_of_week": "mon#1"}, "`mon#1` is not a value of `day_of_week`"),
        ({"day_of_week": "mon-fri/2"}, "`mon-fri/2` is not a value"),
        ({"day": "last day"}, "Invalid weekday"),
        ({"year": "2026", "hour": "9"}, "Leave `year` out"),
        ({}, "is empty"),
        ({"crontab": "0 9 1 * 2"}, "Put * for one of them"),
        ({"crontab": "0 9 * *"}, "has 4 fields"),
        ({"crontab": "@monthly"}, "has 1 fields"),
        ({"crontab": "0 9 * * 8"}, "not a weekday"),
        ({"crontab": "0 9 * * mon#1"}, "Write 0-7 or sun-sat"),
        ({"crontab": "0 9 * * 2", "hour": "8"}, "one or the other"),
    ],
)
def test_a_schedule_that_cannot_be_read_says_what_to_write(schedule: Mapping[str, str], words: str) -> None:
    complaint = check_schedule(digest(period=PeriodLength.WEEK, schedule=schedule))

    assert complaint is not None
    assert words in complaint[1]


@pytest.mark.parametrize("length", PeriodLength)
def test_the_default_schedules_are_sound(length: PeriodLength) -> None:
    regular = digest(period=length, schedule={**DEFAULT_SCHEDULES[length], "minute": "1"})

    assert check_schedule(regular) is None


def test_a_period_without_a_firing_has_no_due_time() -> None:
    with pytest.raises(IssueError, match=r"nothing is due in 2026-11"):
        due_in(digest(schedule={"day": "31"}), BRUSSELS, "2026-11")
