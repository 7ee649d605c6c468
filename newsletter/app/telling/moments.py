"""When and where, as people in the newsletter's time zone say it."""

import socket
from datetime import datetime, timedelta

from newsletter.app.project import Project


def local(project: Project, at: datetime) -> str:
    """Return a time as people in the newsletter's time zone say it."""
    zone = project.settings.newsletter.timezone
    return f"{at.astimezone(zone):%a %Y-%m-%d %H:%M} ({zone.key})"


def noticed(project: Project, at: datetime) -> str:
    """Return when and where something was noticed, in a sentence."""
    return f"Noticed on {local(project, at)}, on the machine {socket.gethostname()}."


def lasted(project: Project, begun_at: datetime, now: datetime) -> str:
    """Return from when to when something was wrong, in a sentence; where the clock was wrong, only the end."""
    if begun_at > now:
        return f"It is over since {local(project, now)}."
    return f"It was noticed on {local(project, begun_at)}, and was over {_in_words(now - begun_at)} later."


def _in_words(time: timedelta) -> str:
    minutes = round(time / timedelta(minutes=1))
    days, hours, minutes = minutes // 1440, minutes // 60 % 24, minutes % 60
    parts = ((days, "day"), (hours, "hour"), (minutes, "minute"))
    told = [f"{count} {unit}{'' if count == 1 else 's'}" for count, unit in parts if count]
    # Nobody wants to know the minutes of a day.
    return " ".join(told[:2]) or "less than a minute"


def counted(count: int, one: str, many: str) -> str:
    """Return how many there are: `1 reader is`, `3 readers are`."""
    return f"{count:,} {one if count == 1 else many}"
