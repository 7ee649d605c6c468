"""Whether somebody runs the scheduler: without it nothing goes out by itself."""

from datetime import datetime
from zoneinfo import ZoneInfo

from newsletter.app.project import Project
from newsletter.web.health import is_silent
from subscribers.storage.heartbeats import SCHEDULER, last_beat


def scheduler_seen_at(project: Project) -> datetime | None:
    """Return when the scheduler last showed a sign of life, on whatever machine; None: never."""
    return last_beat(project.engine, SCHEDULER) if project.has_database else None


def pulse_in_words(seen: datetime | None, now: datetime, zone: ZoneInfo) -> str:
    """Return when the scheduler was last seen, and what to do when that is too long ago."""
    when = f"last seen on {seen.astimezone(zone):%Y-%m-%d at %H:%M}" if seen else "never seen"
    if seen and not is_silent(seen, now):
        return f"The scheduler was {when}."
    return f"The scheduler was {when}: nothing goes out by itself. Run: python -m scheduler"
