"""Dates in prose: days, ranges of days and months, as people write them in any of the languages of `months`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache

from newsletter.content.importing.clocktimes import Clock, clock_after
from newsletter.content.importing.datepatterns import may_hold_date, patterns
from newsletter.content.importing.months import full_months, months, weekdays

#: The longest meeting; what lies further apart is not one.
_LONGEST = timedelta(days=92)
#: Characters of a text that are looked at: later dates are not the event's.
_MAX_LENGTH = 4000
_YEARS = range(1990, 2100)
#: Stands for the year of dates that have none: one with a 29th of February.
_ANY_YEAR = 2000
#: Between two dates, each with a time.
_TO = re.compile(r"\s*(?:[–—-]|to|until|bis|au|al|till?)\s*(?P<day>[^\W\d_]{2,12})?\.?,?\s*", re.IGNORECASE)
#: Names of months that are other words, too.
_ALSO_WORDS = frozenset({"may", "march", "mars", "august", "set", "out", "mag", "mar", "mai", "mei"})


class Precision(StrEnum):
    """How much of a date is written."""

    DAY = "day"
    #: Day and month; the year is that of another date.
    NO_YEAR = "no-year"
    #: Month and year; the day is the first.
    MONTH = "month"


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A day, or several in a row, and where they are written."""

    first: date
    last: date | None = None
    precision: Precision = Precision.DAY
    #: There is another reading: of `8/10/2025`, or of `810 October`, which lost a dash.
    is_ambiguous: bool = False
    clock: Clock | None = None
    #: Where in the text it begins and ends.
    begin: int
    end: int
    text: str

    @property
    def until(self) -> date:
        """The last day."""
        return self.last or self.first

    def in_year(self, year: int) -> "Span | None":
        """Return the same days, of *year*; None where it has no such day."""
        try:
            first = self.first.replace(year=year)
            last = self.last.replace(year=year + self.last.year - self.first.year) if self.last else None
        except ValueError:
            return None
        return replace(self, first=first, last=last, precision=Precision.DAY)


@lru_cache(maxsize=4096)
def find_dates(text: str, language: str = "") -> tuple[Span, ...]:
    """Return the dates in *text*, in their order; of two that overlap, the one that says more.

    *language*: what a month's name means, where languages differ.
    """
    text = text[:_MAX_LENGTH]
    if not any(character.isdigit() for character in text) or not may_hold_date().search(text):
        return ()
    names = months(language)
    found: list[Span] = []
    for pattern in patterns():
        for match in pattern.finditer(text):
            if any(match.start() < span.end and match.end() > span.begin for span in found):
                continue
            span = _span(match, names)
            if span is not None:
                found.append(span)
    return tuple(
        _paired([_with_clock(span, text) for span in sorted(found, key=lambda span: span.begin)], text)
    )


def _with_clock(span: Span, text: str) -> Span:
    found = clock_after(text, span.end)
    return replace(span, clock=found[0], end=found[1]) if found else span


def _paired(spans: list[Span], text: str) -> list[Span]:
    """Return *spans* with two of them, `8 March 2027, 9:00 – 10 March 2027, 13:00`, as one."""
    paired: list[Span] = []
    for span in spans:
        before = paired[-1] if paired else None
        if before is not None and _leads_on(text[before.end : span.begin]) and _is_pair(before, span):
            clock = before.clock
            if clock and span.clock:
                clock = replace(clock, ends=span.clock.begins)
            whole = text[before.begin : span.end]
            paired[-1] = replace(before, last=span.first, clock=clock, end=span.end, text=whole)
        else:
            paired.append(span)
    return paired


def _leads_on(between: str) -> bool:
    found = _TO.fullmatch(between)
    return found is not None and (not found["day"] or found["day"].casefold() in weekdays())


def _is_pair(one: Span, other: Span) -> bool:
    is_plain = one.precision is other.precision is Precision.DAY and not one.last and not other.last
    return is_plain and timedelta(0) < other.first - one.first <= _LONGEST


def _span(match: re.Match[str], names: Mapping[str, int]) -> Span | None:
    parts = {name: value for name, value in match.groupdict().items() if value is not None}
    try:
        span = _read(parts, names, match)
    except (ValueError, KeyError):
        return None
    if span.first.year not in _YEARS or not timedelta(0) <= span.until - span.first <= _LONGEST:
        return None
    return span


def _read(parts: Mapping[str, str], names: Mapping[str, int], match: re.Match[str]) -> Span:
    """Raise ValueError when there is no such day, KeyError when a word is no month."""
    is_ambiguous = False
    day1, day2 = parts.get("d1"), parts.get("d2")
    if "merged" in parts:
        day1, day2 = _unmerged(parts["merged"])
        is_ambiguous = True
    month1 = _month(parts.get("m1") or parts["m2"], names)
    month2 = _month(parts.get("m2") or parts["m1"], names)
    if parts.get("sep") == "/" and not day2:
        month1, day1, is_ambiguous = _slashed(int(day1 or 1), month1)
        month2 = month1
    if not ("y1" in parts or "y2" in parts) and not _can_only_be_a_month(match):
        raise ValueError("no date")
    year2 = int(parts.get("y2") or parts.get("y1") or _ANY_YEAR)
    year1 = int(parts.get("y1") or year2) - (0 if "y1" in parts else month1 > month2)
    if "y2" not in parts and month1 > month2:
        year1, year2 = (year2, year2 + 1) if "y1" in parts else (year1, year2)
    first = date(year1, month1, int(day1 or 1))
    last = date(year2, month2, int(day2)) if day2 else None
    return Span(
        first=first,
        last=last if last != first else None,
        precision=_precision(parts),
        is_ambiguous=is_ambiguous,
        begin=match.start(),
        end=match.end(),
        text=match[0].strip(" ,"),
    )


def _precision(parts: Mapping[str, str]) -> Precision:
    if not ("y1" in parts or "y2" in parts):
        return Precision.NO_YEAR
    return Precision.DAY if {"d1", "merged"} & parts.keys() else Precision.MONTH


def _month(text: str, names: Mapping[str, int]) -> int:
    return int(text) if text.isdigit() else names[text.casefold().rstrip(".")]


def _can_only_be_a_month(match: re.Match[str]) -> bool:
    """Whether a name without a year beside it is a month's: written in full, *May* and the like with a capital."""
    name = match.groupdict().get("m1") or match.groupdict().get("m2") or ""
    if name.casefold() in _ALSO_WORDS and not name[0].isupper():
        return False
    return name.casefold() in full_months()


def _unmerged(digits: str) -> tuple[str, str]:
    """Return the two days of `810`, of which the dash went missing."""
    readings = [
        (digits[:cut], digits[cut:])
        for cut in range(1, len(digits))
        if digits[cut] != "0" and 1 <= int(digits[:cut]) < int(digits[cut:]) <= 31
    ]
    if not readings:
        raise ValueError("no two days")
    return min(readings, key=lambda days: int(days[1]) - int(days[0]))


def _slashed(first: int, second: int) -> tuple[int, str, bool]:
    """Return month, day and whether that is a guess: countries disagree which comes first."""
    if second > 12:
        return first, str(second), False
    return second, str(first), first <= 12 and first != second
