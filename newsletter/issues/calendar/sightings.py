"""Since when a digest's due times count: it was first seen, its timetable was changed, a pause ended.

What was due before is nobody's: a newsletter that is set up in November owes its readers no October.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from newsletter.issues.calendar.schedule import cron_fields
from newsletter.issues.digests import Digest


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """What the scheduler remembers of a digest."""

    #: Everything that says when its issues are due, as `timetable_of` writes it.
    timetable: str
    #: An issue is due by itself when its due time lies after this moment.
    counts_from: datetime


def timetable_of(digest: Digest, zone: ZoneInfo) -> str:
    """Return everything that says when issues of *digest* are due, as a text to compare; its key is not in it."""
    fields = {name: value.strip() for name, value in cron_fields(digest.schedule).items()}
    timetable = {
        "period": digest.period,
        "schedule": fields,
        "timezone": zone.key,
        "paused": digest.paused,
    }
    return json.dumps(timetable, sort_keys=True)


def look(before: Sighting | None, digest: Digest, zone: ZoneInfo, now: datetime) -> Sighting:
    """Return what is to be remembered of *digest* from *now* on; *before*: what was remembered so far.

    A digest that is new, or has another timetable, counts from now; so does one that a wrong clock saw in the future.
    """
    timetable = timetable_of(digest, zone)
    if before is None or before.timetable != timetable or before.counts_from > now:
        return Sighting(timetable=timetable, counts_from=now)
    return before
