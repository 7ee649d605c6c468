"""The ways in which people write dates, into dates and moments; never a guess between two readings."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo

from newsletter.content.frontmatter.rawfields import YEARS, Value
from newsletter.content.items import When

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")

_TIME = (
    r"(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,]\d{1,9})?)?(?:\s?(?P<half>[ap])\.?m\.?)?"
)
_OFFSET = r"(?P<offset>Z|UTC|GMT|[+-]\d{1,2}(?::?\d{2})?)"
_REST = rf"(?:(?:[T\s]|,\s|\sat\s)\s?{_TIME}(?:\s?{_OFFSET}|\s(?P<zone>(?-i:[A-Z]{{2,5}})))?)?"
_YEAR_FIRST = re.compile(
    rf"(?P<year>\d{{4}})([-/.])(?P<month>\d{{1,2}})\2(?P<day>\d{{1,2}}){_REST}", re.IGNORECASE
)
_COMPACT = re.compile(r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})")
_WEEKDAY = r"(?:[a-z]{3,9},?\s)?"
_MONTH_FIRST = re.compile(
    rf"{_WEEKDAY}(?P<name>[a-z]{{3,9}})\.?\s(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s(?P<year>\d{{4}}){_REST}",
    re.IGNORECASE,
)
_DAY_FIRST = re.compile(
    rf"{_WEEKDAY}(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\.?\s(?P<name>[a-z]{{3,9}})\.?,?\s(?P<year>\d{{4}}){_REST}",
    re.IGNORECASE,
)
_YEAR_LAST = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d{2})(?:[,T\s].*)?")
_TIME_ALONE = re.compile(_TIME, re.IGNORECASE)


class DateError(ValueError):
    """A date that cannot be read; the text says why."""

    def __init__(self, message: str, *, rule: str = "bad-date", help: str) -> None:
        super().__init__(message)
        self.rule = rule
        self.help = help


@dataclass(frozen=True, slots=True)
class Moment:
    """A date or an aware datetime, with what the writer should know about it."""

    when: When
    #: Set when the clock was put forward over the written time.
    note: str | None = None


def read_when(value: Value, zone: tzinfo) -> Moment:
    """Return the date or the aware datetime that *value* spells; raises `DateError`.

    A time without an offset is in *zone*: of a time that comes twice in autumn the first is taken, one that a
    spring night leaves out is read with the offset before (02:30 becomes 03:30).
    """
    if isinstance(value, datetime):
        return _moment(value, zone)
    if isinstance(value, date):
        _check_year(value.year, str(value))
        return Moment(value)
    if not isinstance(value, str | int) or isinstance(value, bool):
        raise _unreadable(_shown(value))
    return _read_text(" ".join(str(value).split()), zone)


def read_time(value: Value) -> time:
    """Return the time of day that *value* spells; raises `DateError`."""
    text = " ".join(str(value).split())
    found = _TIME_ALONE.fullmatch(text)
    if found is None:
        raise DateError(f"`{_shown(value)}` is not a time of day.", help="Write it as 14:30.")
    return _time(found, text)


def at_time(day: date, at: time, zone: tzinfo) -> Moment:
    """Return the moment at which the clocks of *zone* show *at* on *day*."""
    return _moment(datetime.combine(day, at), zone)


def _read_text(text: str, zone: tzinfo) -> Moment:
    found = (
        _YEAR_FIRST.fullmatch(text)
        or _MONTH_FIRST.fullmatch(text)
        or _DAY_FIRST.fullmatch(text)
        or _COMPACT.fullmatch(text)
    )
    if found is None:
        raise _ambiguous(text) or _unreadable(text)
    parts = found.groupdict()
    day = _day(parts, text)
    if not parts.get("hour"):
        return Moment(day)
    if parts["zone"]:
        raise DateError(
            f"`{text}`: {parts['zone']} stands for several time zones.",
            help=f"Write the offset: {day} {parts['hour']}:{parts['minute']} +01:00.",
        )
    local = datetime.combine(day, _time(found, text))
    return _moment(local.replace(tzinfo=_offset(parts["offset"])) if parts["offset"] else local, zone)


def _day(parts: dict[str, str], text: str) -> date:
    year = int(parts["year"])
    _check_year(year, text)
    name = parts.get("name")
    if name is None:
        month = int(parts["month"])
    elif name[:3].casefold() in _MONTHS:
        month = _MONTHS.index(name[:3].casefold()) + 1
    else:
        raise _unreadable(text)
    try:
        return date(year, month, int(parts["day"]))
    except ValueError:
        raise DateError(
            f"`{text}`: there is no such day.", help="Write year-month-day, e.g. 2026-11-03."
        ) from None


def _time(found: re.Match[str], text: str) -> time:
    hour = int(found["hour"])
    if found["half"]:
        hour = hour % 12 + (12 if found["half"].casefold() == "p" else 0)
    try:
        return time(hour, int(found["minute"]), int(found["second"] or 0))
    except ValueError:
        raise DateError(f"`{text}`: there is no such time of day.", help="Write it as 14:30.") from None


def _offset(text: str) -> timezone:
    if text[0] not in "+-":
        return UTC
    digits = text[1:].replace(":", "")
    hours, minutes = (digits[:-2], digits[-2:]) if len(digits) > 2 else (digits, "0")
    amount = timedelta(hours=int(hours), minutes=int(minutes))
    if amount > timedelta(hours=14):
        raise DateError(f"There is no offset {text}.", help="Offsets lie between -12:00 and +14:00.")
    return timezone(-amount if text[0] == "-" else amount)


def _moment(moment: datetime, zone: tzinfo) -> Moment:
    _check_year(moment.year, str(moment))
    if moment.tzinfo is not None:
        return Moment(_with_fixed_offset(moment))
    # To UTC and back: a time that the clocks leave out comes back as one that they show.
    shown = moment.replace(tzinfo=zone).astimezone(UTC).astimezone(zone)
    note = None
    if shown.replace(tzinfo=None) != moment:
        note = f"{moment:%H:%M} does not exist on {moment.date()} in {zone}: the clocks go forward. Read as {shown:%H:%M}."
    return Moment(_with_fixed_offset(shown), note)


def _with_fixed_offset(moment: datetime) -> datetime:
    """Return the same moment with a plain offset, which no later change of a zone's rules can move."""
    offset = moment.utcoffset() or timedelta(0)
    return moment.replace(tzinfo=timezone(offset) if offset else UTC, fold=0)


def _check_year(year: int, text: str) -> None:
    if year not in YEARS:
        raise DateError(
            f"`{text}`: the year {year} cannot be meant.", help="Write year-month-day, e.g. 2026-11-03."
        )


def _ambiguous(text: str) -> DateError | None:
    found = _YEAR_LAST.fullmatch(text)
    if found is None:
        return None
    first, _, second, year = found.groups()
    year = year if len(year) == 4 else f"20{year}"
    readings = {
        order: f"{year}-{int(month):02}-{int(day):02}"
        for order, day, month in (("day first", first, second), ("month first", second, first))
        if 1 <= int(month) <= 12 and 1 <= int(day) <= 31
    }
    said = ", ".join(f"{order} it is {reading}" for order, reading in readings.items())
    return DateError(
        f"`{text}` is ambiguous: {said or 'the year comes last'}.",
        rule="ambiguous-date",
        help=f"Write {' or '.join(dict.fromkeys(readings.values())) or 'year-month-day'}.",
    )


def _unreadable(text: str) -> DateError:
    return DateError(
        f"`{text[:60]}` is not a date.",
        help="Write 2026-11-03, or with a time 2026-11-03 14:30 or 2026-11-03T14:30+01:00.",
    )


def _shown(value: Value) -> str:
    return str(value)[:60]
