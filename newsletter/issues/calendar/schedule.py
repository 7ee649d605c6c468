"""When a digest's issues are due: APScheduler's cron fields on the newsletter's wall clock.

The trigger runs over wall-clock times as if they were UTC and each result is placed in the zone afterwards. So
clocks that go back fire once, and a time that clocks jump over is as much later as they jump: 2:30 becomes 3:30.
Asked in the zone itself, APScheduler 3 fires twice in autumn. A jump at the end of a day moves a due time past
midnight, where the clock shows the next period already: both ways of asking look one period further.
"""

import re
from collections.abc import Iterator, Mapping
from copy import copy
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from newsletter.errors import IssueError
from newsletter.issues.calendar.periods import exists, first_day, next_period, period_of, previous_period
from newsletter.issues.digests import DEFAULT_SCHEDULES, Digest, PeriodLength, Schedule
from newsletter.nearest import did_you_mean

if TYPE_CHECKING:
    from apscheduler.triggers.cron import CronTrigger

#: Dotted key of the settings, what is wrong, what to do: the form of the settings' own complaints.
Complaint = tuple[str, str, str]

#: A schedule as something that can be looked up.
_Key = tuple[tuple[str, str], ...]

FIELDS = ("year", "month", "day", "week", "day_of_week", "hour", "minute", "second")
_CLOCK_FIELDS = {"hour", "minute", "second"}
_CRONTAB_FIELDS = ("minute", "hour", "day", "month", "day_of_week")
#: By their number in a crontab line, where 7 is Sunday again.
_WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat", "sun")
_WEEKDAY_RANGE = re.compile(r"(?P<first>\*|\w+)(?:-(?P<last>\w+))?(?:/(?P<step>[1-7]))?", re.ASCII)
#: First and last year of a cycle: weekdays, leap years and 53-week years repeat after 28 years.
_CYCLE = (2025, 2052)

_EXAMPLES: Mapping[PeriodLength, str] = {
    PeriodLength.DAY: "Give only hour and minute; days without new items are skipped by min_items.",
    PeriodLength.WEEK: 'Name a weekday, e.g. { day_of_week = "tue", hour = 9 }.',
    PeriodLength.MONTH: 'Name a day that every month has, e.g. { day = "1st tue", hour = 9 } or day = "last".',
    PeriodLength.QUARTER: 'For example { month = "1,4,7,10", day = "1st tue", hour = 9 }.',
    PeriodLength.YEAR: 'For example { month = 1, day = "1st tue", hour = 9 }.',
}


def check_schedule(digest: Digest) -> Complaint | None:
    """Return what is wrong with the schedule of *digest*, or None.

    Every period of a whole cycle of the calendar must have a firing: `day = 31` in a monthly digest has not.
    """
    if digest.schedule == DEFAULT_SCHEDULES[digest.period]:
        return None  # spares most commands the import of APScheduler
    key = f"digests.{digest.key}.schedule"
    try:
        empty = _period_without_firing(digest)
    except IssueError as error:
        return key, str(error), _EXAMPLES[digest.period]
    if empty is None:
        return None
    return (
        key,
        f"nothing is due in {empty}, and every {digest.period} needs an issue.",
        _EXAMPLES[digest.period],
    )


def due_in(digest: Digest, zone: ZoneInfo, period: str) -> datetime:
    """Return when the issue of *period* is due, in UTC: the first firing in the period counts.

    Raises IssueError when the schedule has no firing then, and ValueError when there is no such period.
    """
    due = _due(_key(digest.schedule), digest.period, period, zone)
    if due is None:
        raise IssueError(f"[digests.{digest.key}] schedule: nothing is due in {period}.")
    return due


def due_times(digest: Digest, zone: ZoneInfo, after: datetime) -> Iterator[tuple[str, datetime]]:
    """Yield (period, due time in UTC) of every issue due after *after*, without end, the soonest first."""
    period = previous_period(digest.period, period_of(digest.period, after.astimezone(zone).date()))
    while True:
        due = _due(_key(digest.schedule), digest.period, period, zone)
        if due is not None and due > after:
            yield period, due
        period = next_period(digest.period, period)


def due_before(digest: Digest, zone: ZoneInfo, until: datetime) -> Iterator[tuple[str, datetime]]:
    """Yield (period, due time in UTC) of every issue due by *until*, that moment included, backwards without end."""
    # Clocks that go back over midnight show the day before again, when the next day's issue may be due already.
    period = next_period(digest.period, period_of(digest.period, until.astimezone(zone).date()))
    while True:
        due = _due(_key(digest.schedule), digest.period, period, zone)
        if due is not None and due <= until:
            yield period, due
        period = previous_period(digest.period, period)


def cron_fields(schedule: Schedule) -> dict[str, str]:
    """Return the cron fields of *schedule*, be it written in fields or as a crontab line.

    Raises IssueError, whose text says what is wrong and what to write.
    """
    if "crontab" in schedule:
        if len(schedule) > 1:
            raise IssueError("has a crontab line and other fields. Write one or the other.")
        return _crontab_fields(schedule["crontab"])
    if not schedule:
        raise IssueError('is empty. Write for example { day = "1st tue", hour = 9 }.')
    for name in schedule:
        if name not in FIELDS:
            meant = did_you_mean(name, FIELDS)
            raise IssueError(f"there is no cron field `{name}`. {meant}")
    if schedule.get("year", "*").strip() != "*":
        raise IssueError("names a year, but a digest has no end. Leave `year` out.")
    return dict(schedule)


def _period_without_firing(digest: Digest) -> str | None:
    """Return the first period of the cycle in which nothing is due, or None."""
    trigger = _trigger(_key(digest.schedule))
    if digest.period is PeriodLength.DAY and not _names_days(digest.schedule):
        return None
    first, last = _CYCLE
    period = period_of(digest.period, date(first, 1, 1))
    while int(period[:4]) <= last:
        if _first_firing(trigger, digest.period, period) is None:
            return period
        period = next_period(digest.period, period)
    return None


def _names_days(schedule: Schedule) -> bool:
    return any(
        value.strip() != "*" for name, value in cron_fields(schedule).items() if name not in _CLOCK_FIELDS
    )


def _key(schedule: Schedule) -> _Key:
    return tuple(sorted(schedule.items()))


@lru_cache(maxsize=4_096)
def _due(schedule: _Key, length: PeriodLength, period: str, zone: ZoneInfo) -> datetime | None:
    """Return when the issue of *period* is due; kept, because the clock asks for the same few each minute."""
    if not exists(length, period, zone):
        return None
    wall = _first_firing(_trigger(schedule), length, period)
    return None if wall is None else wall.replace(tzinfo=zone, fold=0).astimezone(UTC)


def _first_firing(trigger: "CronTrigger", length: PeriodLength, period: str) -> datetime | None:
    """Return the first firing in *period*, a wall-clock time dressed as UTC."""
    start = datetime.combine(first_day(length, period), time(), UTC)
    end = datetime.combine(first_day(length, next_period(length, period)), time(), UTC)
    # Threads share what `_trigger` returns.
    trigger = copy(trigger)
    # Without an end the search for an impossible date goes on to the year 9999.
    trigger.end_date = end - timedelta(seconds=1)
    firing: datetime | None = trigger.get_next_fire_time(None, start)
    return firing


@lru_cache(maxsize=64)
def _trigger(schedule: _Key) -> "CronTrigger":
    """Return the trigger of *schedule*.

    Raises IssueError, whose text says what is wrong and what to write.
    """
    from apscheduler.triggers.cron import CronTrigger

    fields = cron_fields(dict(schedule))
    try:
        trigger = CronTrigger(**fields, timezone=UTC)
    except ValueError as error:
        raise IssueError(f"{error}.") from error
    for field in trigger.fields:
        # APScheduler ignores what follows a name, as in `mon#1` or `tue-fri/2`.
        for part in re.split(" *, *", fields.get(field.name, "*").strip()):
            if not any(compiler.value_re.fullmatch(part) for compiler in field.COMPILERS):
                raise IssueError(f"`{part}` is not a value of `{field.name}`.")
    return trigger


def _crontab_fields(line: str) -> dict[str, str]:
    values = line.split()
    if len(values) != len(_CRONTAB_FIELDS):
        raise IssueError(
            f"`{line}` has {len(values)} fields, a crontab line has five: minute, hour, day, month, weekday. "
            "For example 0 9 * * 2."
        )
    fields = dict(zip(_CRONTAB_FIELDS, values, strict=True))
    if fields["day"] != "*" and fields["day_of_week"] != "*":
        # cron takes the one or the other, APScheduler both at once: neither would surprise nobody.
        raise IssueError(
            f"`{line}` names a day of the month and a weekday. Put * for one of them, "
            'or say what you mean in fields: { day = "1st tue", hour = 9 }.'
        )
    fields["day_of_week"] = _weekday_names(fields["day_of_week"])
    return fields


def _weekday_names(value: str) -> str:
    """Return a crontab's weekdays by name: its 0 and 7 are Sunday, APScheduler's 0 is Monday."""
    if value == "*":
        return value
    names: list[str] = []
    for part in value.split(","):
        match = _WEEKDAY_RANGE.fullmatch(part.lower())
        if match is None:
            raise IssueError(f"`{part}` is not a weekday of a crontab line. Write 0-7 or sun-sat.")
        if match["first"] == "*":
            numbers = range(7)
        else:
            first = _weekday_number(match["first"])
            last = _weekday_number(match["last"] or match["first"])
            numbers = range(first, last + 1 if last >= first else last + 8)
        names += [_WEEKDAYS[number % 7] for number in numbers[:: int(match["step"] or 1)]]
    return ",".join(dict.fromkeys(names))


def _weekday_number(text: str) -> int:
    if text in _WEEKDAYS:
        return _WEEKDAYS.index(text)
    if len(text) == 1 and text in "01234567":
        return int(text)
    raise IssueError(f"`{text}` is not a weekday of a crontab line. Write 0-7 or sun-sat.")
