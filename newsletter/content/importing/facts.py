"""What a page says about itself, before anything is concluded from its prose."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from newsletter.content.importing.dates import Precision, Span
from newsletter.content.items import Kind, When


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """The fields of an item, as far as they are known."""

    title: str = ""
    kind: Kind | None = None
    published: date | None = None
    start: When | None = None
    end: When | None = None
    location: str = ""
    timezone: str = ""
    tags: tuple[str, ...] = ()
    #: The page on the web.
    link: str = ""
    #: As the page spells it: `en-GB`.
    lang: str = ""
    register: str = ""
    register_by: date | None = None
    #: A day beside a label that may be that of the event or of the publication.
    undecided: Span | None = None
    #: A day in the markup that may be that of the publication or of a later change.
    saved: date | None = None
    #: By field: the line of the source that it was read from.
    lines: Mapping[str, int] = field(default_factory=dict)
    #: By field: what an editor is to check, for it was concluded from the words in the message.
    guesses: Mapping[str, str] = field(default_factory=dict)

    def having(self, name: str, value: Any, line: int | None = None) -> "Facts":
        """Return these facts with *value* in the field *name*, read from *line* of the source."""
        lines = {**self.lines, name: line} if line else self.lines
        return replace(self, **{name: value, "lines": lines})

    def or_else(self, other: "Facts") -> "Facts":
        """Return these facts, with those of *other* where there are none."""
        kept = ("lines", "guesses", "tags")
        missing = {
            each.name: getattr(other, each.name)
            for each in fields(self)
            if each.name not in kept and not getattr(self, each.name) and getattr(other, each.name)
        }
        # A start and an end belong together.
        if self.start and "end" in missing:
            del missing["end"]
        return replace(
            self,
            **missing,
            tags=tuple(dict.fromkeys((*self.tags, *other.tags))),
            lines={**{name: other.lines[name] for name in missing if name in other.lines}, **self.lines},
            guesses={
                **{name: other.guesses[name] for name in missing if name in other.guesses},
                **self.guesses,
            },
        )


def in_pair(start: When | None, end: When | None, zone: ZoneInfo) -> tuple[When | None, When | None]:
    """Return *start* and *end* as both days or both times, in *zone*; midnight to midnight are days."""
    start, end = _local(start, zone), _local(end, zone)
    if isinstance(start, datetime) and start.time() == time() and not _has_hours(end):
        start = start.date()
    if start is None:
        return None, None
    if isinstance(start, datetime):
        if end is not None and not isinstance(end, datetime):
            end = None if end == start.date() else datetime.combine(end, time(23, 59), start.tzinfo)
    elif isinstance(end, datetime):
        # The midnight at which the last day ends.
        end = end.date() - timedelta(days=1) if end.time() == time() and end.date() > start else end.date()
    if end is None or end == start or _is_before(end, start):
        return start, None
    return start, end


def of_span(span: Span, zone: str = "") -> Facts:
    """Return when an event is that takes place on the days of *span*."""
    clock = span.clock
    if clock is None or span.precision is not Precision.DAY:
        return Facts(start=span.first, end=span.last)
    ends = clock.ends
    start: When = datetime.combine(span.first, clock.begins)
    end: When | None = datetime.combine(span.until, ends) if ends else span.last
    if end is not None and not isinstance(end, datetime):
        # The first day begins at nine; nobody says when the last one ends.
        start = span.first
    return Facts(start=start, end=end, timezone=clock.zone or zone if isinstance(start, datetime) else "")


def _local(when: When | None, zone: ZoneInfo) -> When | None:
    return when.astimezone(zone) if isinstance(when, datetime) and when.tzinfo else when


def _has_hours(when: When | None) -> bool:
    return isinstance(when, datetime) and when.time() not in {time(), time(23, 59), time(23, 59, 59)}


def _is_before(end: When, start: When) -> bool:
    if isinstance(end, datetime) and isinstance(start, datetime):
        return end.replace(tzinfo=None) < start.replace(tzinfo=None)
    return not isinstance(end, datetime) and not isinstance(start, datetime) and end < start
