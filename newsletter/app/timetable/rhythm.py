"""How often a job's turn comes: with each tick, or once a night, a week or a month."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

_SUNDAY = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm:
    """When a job's turn comes."""

    #: Between two ticks; it divides a minute or an hour, so that ticks fall on full ones.
    tick: timedelta
    #: By the newsletter's clock, from when on it is done once until the next such hour; None: with each tick.
    hour: int | None = None
    #: The day of that hour, Monday is 0; None: any.
    weekday: int | None = None
    day: int | None = None


def every(*, minutes: int = 0, seconds: int = 0) -> Rhythm:
    """Return the rhythm of a job that is done with each tick.

    Raises ValueError for a span that divides neither a minute nor an hour.
    """
    tick = timedelta(minutes=minutes, seconds=seconds)
    whole = timedelta(hours=1) if minutes else timedelta(minutes=1)
    if not tick or whole % tick:
        raise ValueError(f"Ticks {tick} apart do not fall on full minutes or hours.")
    return Rhythm(tick=tick)


#: Ticks often: whoever was down at night does it as soon as it is up again.
_TICK = timedelta(minutes=10)
#: When nobody waits for anything, and one after the other.
NIGHTLY = Rhythm(tick=_TICK, hour=2)
WEEKLY = Rhythm(tick=_TICK, hour=3, weekday=_SUNDAY)
MONTHLY = Rhythm(tick=_TICK, hour=4, day=1)


def turn_began(rhythm: Rhythm, now: datetime, zone: ZoneInfo) -> datetime | None:
    """Return the latest hour from which on a job was to be done once; None: it is done with each tick."""
    if rhythm.hour is None:
        return None
    day = now.astimezone(zone).date()
    while True:
        # In UTC: two times of one zone are compared by what its clocks show.
        began = datetime.combine(day, time(rhythm.hour), zone).astimezone(UTC)
        is_its_day = rhythm.weekday in {None, day.weekday()} and rhythm.day in {None, day.day}
        if is_its_day and began <= now:
            return began
        day -= timedelta(days=1)


def is_due(rhythm: Rhythm, done_at: datetime | None, now: datetime, zone: ZoneInfo) -> bool:
    """Whether a job that was last done at *done_at* has its turn. What was done in the future, by a wrong clock, counts as never."""
    began = turn_began(rhythm, now, zone)
    return began is None or done_at is None or done_at < began or done_at > now
