"""A pause: nothing is mailed until a date, and everything again from that date on, without anybody's doing."""

from datetime import date, datetime, time, timedelta, tzinfo

MAX_PAUSE = timedelta(days=366)
#: What is offered to somebody who is about to leave.
SHORT_PAUSE = timedelta(days=91)


def may_end(until: datetime, now: datetime) -> bool:
    """Whether a pause that is asked for *now* may end then: in the future, and within a year."""
    return now < until <= now + MAX_PAUSE


def end_of_pause(text: str, now: datetime, zone: tzinfo) -> datetime | None:
    """Return the moment at which the date *text* (ISO 8601) begins in *zone*; None for no date.

    Raises ValueError for what is no date, or none that may end a pause.
    """
    if not text:
        return None
    until = datetime.combine(date.fromisoformat(text), time(), zone)
    if not may_end(until, now):
        raise ValueError("a pause ends in the future, and within a year")
    return until
