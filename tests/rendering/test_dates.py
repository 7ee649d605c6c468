"""Dates in words."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.content.items import When
from newsletter.issues.digests import PeriodLength
from newsletter.rendering.words.dates import Dates, direction_of

BRUSSELS = ZoneInfo("Europe/Brussels")


def dates(lang: str) -> Dates:
    """In *lang*, for readers in Brussels."""
    return Dates(lang=lang, timezone=BRUSSELS)


def plain(text: str) -> str:
    """*text* with ordinary spaces."""
    return text.replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize(
    ("lang", "start", "end", "words"),
    [
        ("en", date(2025, 10, 8), None, "8 October 2025"),
        ("en", date(2025, 10, 8), date(2025, 10, 8), "8 October 2025"),
        ("en", date(2025, 10, 8), date(2025, 10, 10), "8–10 October 2025"),
        ("en", date(2025, 6, 30), date(2025, 7, 2), "30 June – 2 July 2025"),
        ("en", date(2025, 12, 30), date(2026, 1, 2), "30 December 2025 – 2 January 2026"),
        ("en-US", date(2025, 10, 8), None, "October 8, 2025"),
        ("fr", date(2025, 10, 8), date(2025, 10, 10), "8–10 octobre 2025"),
        ("fr", date(2025, 9, 21), date(2025, 10, 1), "21 septembre – 1er octobre 2025"),
        ("fr", date(2025, 11, 11), None, "11 novembre 2025"),
        ("de", date(2025, 10, 8), date(2025, 10, 10), "8.–10. Oktober 2025"),
        ("de", date(2025, 6, 30), date(2025, 7, 2), "30. Juni – 2. Juli 2025"),
        ("tlh", date(2025, 10, 8), None, "8 October 2025"),
    ],
)
def test_days_collapse_as_the_language_writes_them(
    lang: str, start: When, end: When | None, words: str
) -> None:
    assert plain(dates(lang).days(start, end)) == words


@given(st.dates(date(1900, 1, 1), date(2200, 1, 1)), st.sampled_from(["en", "fr", "de", "pl", "ar", "ja"]))
def test_a_date_never_breaks(day: date, lang: str) -> None:
    assert " " not in dates(lang).day(day)


def test_a_range_breaks_after_its_dash_only() -> None:
    assert dates("en").days(date(2025, 6, 30), date(2025, 7, 2)).split(" ") == [
        "30\N{NO-BREAK SPACE}June\N{NO-BREAK SPACE}–",
        "2\N{NO-BREAK SPACE}July\N{NO-BREAK SPACE}2025",
    ]


def test_an_instant_is_shown_on_the_day_it_has_in_the_newsletters_zone() -> None:
    assert plain(dates("en").day(datetime(2025, 10, 8, 23, 30, tzinfo=UTC))) == "9 October 2025"


def test_hours_of_an_event_elsewhere_name_the_city() -> None:
    start = datetime(2026, 11, 18, 9, 0, tzinfo=UTC)
    end = datetime(2026, 11, 18, 11, 30, tzinfo=UTC)

    assert plain(dates("en").hours(start, end)) == "10:00–12:30"
    assert plain(dates("fr").hours(start, end, timezone="Europe/Lisbon")) == "09:00–11:30 (Lisbonne)"


def test_whole_days_have_no_hours() -> None:
    assert dates("en").hours(date(2026, 11, 18)) == ""


@pytest.mark.parametrize(
    ("length", "period", "words"),
    [
        (PeriodLength.DAY, "2026-11-21", "21 November 2026"),
        (PeriodLength.WEEK, "2026-W46", "9–15 November 2026"),
        (PeriodLength.WEEK, "2026-W01", "29 December 2025 – 4 January 2026"),
        (PeriodLength.MONTH, "2026-11", "November 2026"),
        (PeriodLength.QUARTER, "2026-Q4", "4th quarter 2026"),
        (PeriodLength.YEAR, "2026", "2026"),
    ],
)
def test_a_period_is_written_in_words(length: PeriodLength, period: str, words: str) -> None:
    assert plain(dates("en").period(length, period)) == words


def test_a_calendar_leaf_has_the_months_of_its_own_language_whatever_was_asked_before() -> None:
    dates("ja").leaf(date(2025, 10, 1))

    assert dates("sv").leaf(date(2025, 10, 1)) == ("1", "okt.", "1\N{NO-BREAK SPACE}okt.")


def test_arabic_runs_from_right_to_left() -> None:
    assert (direction_of("ar"), direction_of("fr"), direction_of("tlh")) == ("rtl", "ltr", "ltr")
