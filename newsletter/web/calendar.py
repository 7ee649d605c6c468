"""`/events/KEY.ics`: an event of a public issue, for a calendar (RFC 5545)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from anyio.to_thread import run_sync
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

_MEDIA_TYPE = "text/calendar; charset=utf-8"


@dataclass(frozen=True, slots=True, kw_only=True)
class Appointment:
    """What a calendar is told of an event."""

    #: The same for ever, in every calendar.
    uid: str
    title: str
    start: date | datetime
    #: Of the same form as `start`; the last day where that is a date. None: not known.
    end: date | datetime | None = None
    location: str = ""
    summary: str = ""
    link: str = ""


def calendar_route(find: Callable[[str], Appointment | None], now: Callable[[], datetime]) -> Route:
    """Return the route. *find*: an event's key → the event, None when it stands in no public issue."""

    async def answer(request: Request) -> Response:
        found = await run_sync(find, request.path_params["key"])
        if found is None:
            raise HTTPException(404)
        headers = {
            "Cache-Control": "public, max-age=300",
            "Content-Disposition": 'inline; filename="event.ics"',
        }
        return Response(written(found, now()), media_type=_MEDIA_TYPE, headers=headers)

    return Route("/events/{key:path}.ics", answer)


def written(appointment: Appointment, now: datetime) -> bytes:
    """Return *appointment* as a calendar file."""
    from icalendar import Calendar, Event

    event = Event()
    event.add("uid", appointment.uid)
    event.add("dtstamp", now.astimezone(UTC))
    event.add("summary", appointment.title)
    event.add("dtstart", _in_utc(appointment.start))
    if appointment.end is not None:
        # A day that is named is part of the event; in the file the end is the first moment that is not.
        is_day = not isinstance(appointment.end, datetime)
        event.add("dtend", _in_utc(appointment.end) + timedelta(days=is_day))
    for name, value in (
        ("location", appointment.location),
        ("description", appointment.summary),
        ("url", appointment.link),
    ):
        if value:
            event.add(name, value)
    calendar = Calendar()
    calendar.add("prodid", "-//newsletter//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add_component(event)
    return bytes(calendar.to_ical())


def _in_utc(moment: date | datetime) -> date | datetime:
    return moment.astimezone(UTC) if isinstance(moment, datetime) else moment
