"""What only events have: when and where, and how to register."""

from dataclasses import dataclass
from datetime import datetime, time, tzinfo
from zoneinfo import ZoneInfo

from newsletter.content.fields.dates import at_time
from newsletter.content.fields.linkfields import read_address
from newsletter.content.fields.reader import FieldReader
from newsletter.content.files.names import Place
from newsletter.content.items import When
from newsletter.content.rules import ContentRules
from newsletter.errors import Level

_LAST_MINUTE = time(23, 59)


@dataclass(frozen=True, slots=True, kw_only=True)
class EventFields:
    """The fields of an `EventReport` that a `NewsItem` does not have."""

    start: When | None
    end: When | None
    location: str
    timezone: str
    register: str | None
    register_by: When | None


def read_event(reader: FieldReader, place: Place, rules: ContentRules) -> EventFields:
    """Return what *reader*'s file says of its event; its times are in its own time zone if it names one."""
    timezone = _timezone(reader)
    zone = ZoneInfo(timezone) if timezone else rules.timezone
    start = _start(reader, place, zone)
    return EventFields(
        start=start,
        end=_end(reader, start, zone),
        location=reader.text("location"),
        timezone=timezone,
        register=_register(reader, rules),
        register_by=reader.when("register_by", zone),
    )


def _timezone(reader: FieldReader) -> str:
    found = reader.find("timezone")
    if found is None:
        return ""
    name = str(found.value)
    try:
        return ZoneInfo(name).key
    except (KeyError, ValueError, OSError):
        reader.report(
            Level.ERROR,
            "bad-timezone",
            f"There is no time zone `{name[:60]}`.",
            line=found.line,
            help="Write one such as Europe/Brussels.",
        )
        return ""


def _start(reader: FieldReader, place: Place, zone: tzinfo) -> When | None:
    start = reader.when("start", zone)
    if "start" in reader.unread_dates:
        return None
    start = start or place.date
    if start is None:
        reader.report(
            Level.WARNING,
            "no-start",
            "It is not known when this event starts, so it is in no issue.",
            help="Add `start: 2026-10-08`, or `start: 2026-10-08 14:30`.",
        )
        return None
    # Beside a `date` it says when this was published.
    return start if reader.find("date") else reader.with_time(start, zone)


def _end(reader: FieldReader, start: When | None, zone: tzinfo) -> When | None:
    first_day = start.date() if isinstance(start, datetime) else start
    end = reader.when("end", zone, day=first_day)
    if end is None or start is None:
        return end
    end = _of_the_same_form(end, start, zone)
    if end < start:
        reader.report(
            Level.ERROR,
            "end-before-start",
            f"The event ends ({end:%Y-%m-%d %H:%M}) before it starts ({start:%Y-%m-%d %H:%M})."
            if isinstance(end, datetime)
            else f"The event ends ({end}) before it starts ({start}).",
            line=reader.lines.get("end"),
            help="Mend `start` or `end`.",
        )
        return None
    return end


def _of_the_same_form(end: When, start: When, zone: tzinfo) -> When:
    if isinstance(start, datetime) and not isinstance(end, datetime):
        return at_time(end, _LAST_MINUTE, zone).when
    if isinstance(end, datetime) and not isinstance(start, datetime):
        return end.date()
    return end


def _register(reader: FieldReader, rules: ContentRules) -> str | None:
    found = reader.find("register")
    return read_address(reader, found, rules) if found else None
