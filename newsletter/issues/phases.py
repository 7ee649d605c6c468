"""Where an item stands in its life at a given moment: an event is announced, takes place, and is reported once.

A date without a time counts as midnight in the newsletter's zone, an event's start and end in the event's own.
"""

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from newsletter.content.items import EventReport, Item, When
from newsletter.issues.calendar.periods import midnight


class Phase(StrEnum):
    """What can be told of an item at a moment."""

    #: News that is published, or the report of an event that is over: goes out once.
    PUBLISHED = "published"
    #: Its `date` lies ahead.
    EMBARGOED = "embargoed"
    #: An event that has not begun: may be announced in every issue.
    UPCOMING = "upcoming"
    #: An event between its start and its end.
    RUNNING = "running"
    #: An event that is over and of which no report was published.
    UNREPORTED = "unreported"
    #: News without a date, or an event without a start.
    UNDATED = "undated"


def moment(when: When, zone: ZoneInfo) -> datetime:
    """Return *when* as an instant in UTC."""
    return when.astimezone(UTC) if isinstance(when, datetime) else midnight(when, zone)


def phase(item: Item, at: datetime, zone: ZoneInfo) -> Phase:
    """Return where *item* stands at the instant *at*; *zone* is the newsletter's."""
    if item.date is not None and moment(item.date, zone) > at:
        return Phase.EMBARGOED
    if not isinstance(item, EventReport):
        return Phase.UNDATED if item.date is None else Phase.PUBLISHED
    if item.start is not None and ends_at(item, zone) > at:
        return Phase.UPCOMING if starts_at(item, zone) > at else Phase.RUNNING
    published = publication(item, zone)
    if published is not None:
        return Phase.EMBARGOED if moment(published, zone) > at else Phase.PUBLISHED
    return Phase.UNDATED if item.start is None else Phase.UNREPORTED


def publication(item: Item, zone: ZoneInfo) -> When | None:
    """Return the date under which *item* goes out: of news its `date`, of an event the date of its report.

    A report's is `date`, else `updated`, whichever is not before the event's start; None: there is no report.
    """
    if not isinstance(item, EventReport):
        return item.date
    if item.start is None:
        return None
    begin = starts_at(item, zone)
    return next(
        (when for when in (item.date, item.updated) if when is not None and moment(when, zone) >= begin), None
    )


def starts_at(event: EventReport, zone: ZoneInfo) -> datetime:
    """Return when *event* begins; it must have a start."""
    assert event.start is not None
    return moment(event.start, _zone_of(event, zone))


def ends_at(event: EventReport, zone: ZoneInfo) -> datetime:
    """Return when *event* is over: its `end`, which as a bare date is meant inclusively, else its start's day."""
    assert event.start is not None
    if isinstance(event.end, datetime):
        return moment(event.end, zone)
    last = event.end or event.start
    local = _zone_of(event, zone)
    day = last.astimezone(local).date() if isinstance(last, datetime) else last
    return midnight(day + timedelta(days=1), local)


def _zone_of(event: EventReport, zone: ZoneInfo) -> ZoneInfo:
    return ZoneInfo(event.timezone) if event.timezone else zone
