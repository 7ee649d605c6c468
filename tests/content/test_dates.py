"""The ways in which people write dates."""

from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.content.fields.dates import DateError, read_time, read_when

BRUSSELS = ZoneInfo("Europe/Brussels")


def at(*parts: int, hours: float = 0) -> datetime:
    return datetime(*parts, tzinfo=timezone(timedelta(hours=hours)))  # type: ignore[misc, arg-type] # year to second


@pytest.mark.parametrize(
    "written",
    [
        "2024-05-01",
        "2024/05/01",
        "2024.5.1",
        "20240501",
        "May 1, 2024",
        "1 May 2024",
        "1st may 2024",
        "Wed, 1 May 2024",
        "Wednesday, May 1 2024",
        "1. May 2024",
        " 2024-05-01 ",
    ],
)
def test_a_date_without_a_time_stays_a_date(written: str) -> None:
    when = read_when(written, BRUSSELS).when

    assert type(when) is date
    assert when == date(2024, 5, 1)


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2024-05-01T10:00:00Z", at(2024, 5, 1, 10)),
        ("2024-05-01t10:00:00.123456789Z", at(2024, 5, 1, 10)),
        ("2024-05-01 10:00:00 +0200", at(2024, 5, 1, 10, hours=2)),
        ("2024-05-01T10:00+02:00", at(2024, 5, 1, 10, hours=2)),
        ("2024-05-01 10:00:00 -8", at(2024, 5, 1, 10, hours=-8)),
        ("2024-05-01 10:00:00+05:30", at(2024, 5, 1, 10, hours=5.5)),
        ("2024-05-01 10:00 UTC", at(2024, 5, 1, 10)),
        ("Wed, 01 May 2024 10:00:00 GMT", at(2024, 5, 1, 10)),
        ("2024-05-01 9:05", at(2024, 5, 1, 9, 5, hours=2)),
        ("2024-01-01 10:20", at(2024, 1, 1, 10, 20, hours=1)),
        ("May 1, 2024 at 3:30 pm", at(2024, 5, 1, 15, 30, hours=2)),
        ("May 1, 2024, 12:05 a.m.", at(2024, 5, 1, 0, 5, hours=2)),
    ],
)
def test_a_time_is_aware_and_without_an_offset_in_the_newsletters_zone(
    written: str, moment: datetime
) -> None:
    when = read_when(written, BRUSSELS).when

    assert isinstance(when, datetime)
    assert when == moment
    assert when.utcoffset() == moment.utcoffset()


def test_tomls_own_dates_are_taken_as_they_are() -> None:
    assert read_when(date(2024, 5, 1), BRUSSELS).when == date(2024, 5, 1)
    assert read_when(datetime(2024, 5, 1, 10), BRUSSELS).when == at(2024, 5, 1, 10, hours=2)


def test_a_time_that_spring_leaves_out_is_read_an_hour_later_and_said() -> None:
    moment = read_when("2026-03-29 02:30", BRUSSELS)

    assert moment.when == at(2026, 3, 29, 3, 30, hours=2)
    assert moment.note is not None
    assert "03:30" in moment.note


def test_of_a_time_that_comes_twice_in_autumn_the_first_is_taken() -> None:
    moment = read_when("2026-10-25 02:30", BRUSSELS)

    assert moment.when == at(2026, 10, 25, 2, 30, hours=2)
    assert moment.note is None


@pytest.mark.parametrize(
    ("written", "help"),
    [
        ("03/12/2010", "2010-12-03 or 2010-03-12"),
        ("03.12.2010", "2010-12-03 or 2010-03-12"),
        ("25.12.2010", "Write 2010-12-25."),
        ("12/25/10", "Write 2010-12-25."),
        ("3-12-2010 10:00", "2010-12-03 or 2010-03-12"),
    ],
)
def test_a_date_that_two_countries_read_differently_is_refused_with_both_readings(
    written: str, help: str
) -> None:
    with pytest.raises(DateError) as refused:
        read_when(written, BRUSSELS)

    assert refused.value.rule == "ambiguous-date"
    assert help in refused.value.help


@pytest.mark.parametrize(
    "written",
    [
        "soon",
        "2024",
        "2024-05",
        "2024-02-30",
        "2024-13-01",
        "2024-05-01 25:00",
        "2024-05-01 10:00 EST",
        "0001-01-01",
        "9999-12-31",
        "1 Foo 2024",
        "2024-05-01 10:00 +99:00",
        "1714550400",
        "[]",
        "2024-05-01-title",
        "31 June 2024",
    ],
)
def test_what_is_no_date_is_refused_with_what_to_write(written: str) -> None:
    with pytest.raises(DateError) as refused:
        read_when(written, BRUSSELS)

    assert written in str(refused.value) or "+99" in str(refused.value)
    assert refused.value.help


@pytest.mark.parametrize(
    ("written", "clock"),
    [("14:30", time(14, 30)), ("9:05:30", time(9, 5, 30)), ("2:30 PM", time(14, 30)), ("12:00am", time(0))],
)
def test_a_time_of_day_is_read(written: str, clock: time) -> None:
    assert read_time(written) == clock


@pytest.mark.parametrize("written", ["25:00", "noon", "14", "14:61"])
def test_what_is_no_time_of_day_is_refused(written: str) -> None:
    with pytest.raises(DateError):
        read_time(written)


MOMENTS = st.datetimes(datetime(1970, 1, 1), datetime(2199, 12, 30)).map(
    lambda moment: moment.replace(microsecond=0)
)


@given(MOMENTS, st.integers(-12 * 60, 14 * 60))
def test_every_moment_in_iso_8601_is_read_back(moment: datetime, offset: int) -> None:
    aware = moment.replace(tzinfo=timezone(timedelta(minutes=offset)))

    assert read_when(aware.isoformat(), BRUSSELS).when == aware
    assert read_when(aware.isoformat(" "), BRUSSELS).when == aware


@given(MOMENTS)
def test_every_local_time_is_the_moment_that_the_clocks_show(moment: datetime) -> None:
    when = read_when(moment.isoformat(), BRUSSELS)

    assert isinstance(when.when, datetime)
    shown = when.when.astimezone(UTC).astimezone(BRUSSELS).replace(tzinfo=None)
    assert shown == moment or when.note


@given(st.text(max_size=40))
def test_no_text_whatever_raises_another_error(text: str) -> None:
    with suppress(DateError):
        read_when(text, BRUSSELS)
