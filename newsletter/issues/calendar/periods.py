"""Periods and the ids made of them: `2026-W46`, `monthly-2026-11`.

A period is named after the wall clock of the newsletter's time zone; weeks are ISO weeks with the ISO year.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from newsletter.issues.digests import Digest, PeriodLength

_PATTERNS = {
    PeriodLength.DAY: re.compile(r"(\d{4})-(\d\d)-(\d\d)", re.ASCII),
    PeriodLength.WEEK: re.compile(r"(\d{4})-W(\d\d)", re.ASCII),
    PeriodLength.MONTH: re.compile(r"(\d{4})-(\d\d)", re.ASCII),
    PeriodLength.QUARTER: re.compile(r"(\d{4})-Q([1-4])", re.ASCII),
    PeriodLength.YEAR: re.compile(r"(\d{4})", re.ASCII),
}
_EXAMPLES = {
    PeriodLength.DAY: "2026-11-03",
    PeriodLength.WEEK: "2026-W45",
    PeriodLength.MONTH: "2026-11",
    PeriodLength.QUARTER: "2026-Q4",
    PeriodLength.YEAR: "2026",
}
#: What somebody writes who means a period.
_LIKE_A_PERIOD = re.compile(r"\d{4}(-?[WQwq]?\d{1,2}){0,2}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class RegularId:
    """The id of a digest's issue, taken apart."""

    digest: str
    period: str

    def __str__(self) -> str:
        return f"{self.digest}-{self.period}"


def parse_issue_id(text: str, digests: Mapping[str, Digest]) -> RegularId | None:
    """Return the digest and period that *text* names, or None: then it can only be a special."""
    key, _, period = text.partition("-")
    if key in digests and is_period(digests[key].period, period):
        return RegularId(digest=key, period=period)
    return None


def current_id(issue: str, digests: Mapping[str, Digest]) -> str:
    """Return the id that *issue* has now: another one when its digest had another key (`rename_from`)."""
    key, _, period = issue.partition("-")
    for digest in digests.values():
        if key == digest.rename_from and key not in digests and is_period(digest.period, period):
            return f"{digest.key}-{period}"
    return issue


def misnamed(text: str, digests: Mapping[str, Digest]) -> str:
    """Return a sentence for a *text* that is meant as an issue's id and is none, "" for any other."""
    if (now := current_id(text, digests)) != text:
        return f"The digest has another key now: this issue is called {now}."
    key, _, period = text.partition("-")
    if key not in digests or parse_issue_id(text, digests) or not _LIKE_A_PERIOD.fullmatch(period):
        return ""
    length = digests[key].period
    return (
        f"`{period}` is not a {length}; an issue of {key} is called, for example, {key}-{_EXAMPLES[length]}."
    )


def period_of(length: PeriodLength, day: date) -> str:
    """Return the period in which *day* lies."""
    match length:
        case PeriodLength.DAY:
            return f"{day.year:04}-{day.month:02}-{day.day:02}"
        case PeriodLength.WEEK:
            iso = day.isocalendar()
            return f"{iso.year:04}-W{iso.week:02}"
        case PeriodLength.MONTH:
            return f"{day.year:04}-{day.month:02}"
        case PeriodLength.QUARTER:
            return f"{day.year:04}-Q{(day.month + 2) // 3}"
        case PeriodLength.YEAR:
            return f"{day.year:04}"


def is_period(length: PeriodLength, text: str) -> bool:
    """Whether *text* is a period of that length, written as we write it."""
    try:
        next_period(length, text)
    except (ValueError, OverflowError):  # the calendar ends with the year 9999
        return False
    return True


def first_day(length: PeriodLength, period: str) -> date:
    """Return the day on which *period* begins.

    Raises ValueError when there is no such period.
    """
    match = _PATTERNS[length].fullmatch(period)
    if match is None:
        raise ValueError(f"{period!r} is not the name of a {length}")
    year, *parts = (int(part) for part in match.groups())
    match length:
        case PeriodLength.DAY:
            return date(year, parts[0], parts[1])
        case PeriodLength.WEEK:
            return date.fromisocalendar(year, parts[0], 1)
        case PeriodLength.MONTH:
            return date(year, parts[0], 1)
        case PeriodLength.QUARTER:
            return date(year, 3 * parts[0] - 2, 1)
        case PeriodLength.YEAR:
            return date(year, 1, 1)


def next_period(length: PeriodLength, period: str) -> str:
    """Return the period after *period*."""
    return period_of(length, _day_after(length, first_day(length, period)))


def previous_period(length: PeriodLength, period: str) -> str:
    """Return the period before *period*."""
    return period_of(length, first_day(length, period) - timedelta(days=1))


def exists(length: PeriodLength, period: str, zone: ZoneInfo) -> bool:
    """Whether *period* takes any time in *zone*: Samoa went over the date line and had no 30 December 2011."""
    first = first_day(length, period)
    return midnight(first, zone) < midnight(_day_after(length, first), zone)


@lru_cache(maxsize=4096)
def midnight(day: date, zone: ZoneInfo) -> datetime:
    """Return the instant, in UTC, at which *day* begins; the first of two where clocks go back at midnight."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def _day_after(length: PeriodLength, first: date) -> date:
    """Return the first day after the period that begins on *first*."""
    longest = {
        PeriodLength.DAY: 1,
        PeriodLength.WEEK: 7,
        PeriodLength.MONTH: 31,
        PeriodLength.QUARTER: 92,
        PeriodLength.YEAR: 366,
    }
    return first_day(length, period_of(length, first + timedelta(days=longest[length])))
