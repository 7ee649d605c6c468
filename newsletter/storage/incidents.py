"""What is wrong, from when to when. The database tells news from a repetition, however many schedulers there are."""

from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, Row, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from newsletter.database import reading
from newsletter.storage.tables import incidents

#: Not over sooner, so that what comes and goes is told of a few times an hour at most.
_SHORTEST = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """Something that is, or was, wrong."""

    id: int
    name: str
    opened_at: datetime
    words: str


_COLUMNS = [incidents.c[field.name] for field in fields(Incident)]


def open_incident(connection: Connection, name: str, words: str, now: datetime) -> Incident | None:
    """Record that something is wrong; None when that is known."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(incidents).values(name=name, words=words, opened_at=now)
    return _incident(connection.execute(statement.on_conflict_do_nothing().returning(*_COLUMNS)).first())


def close_incident(connection: Connection, name: str, now: datetime) -> Incident | None:
    """Record that it is over; None when it was not open, or only for a moment yet."""
    is_open = (
        incidents.c.name == name,
        incidents.c.closed_at.is_(None),
        # A time to come was written by a clock that was wrong.
        or_(incidents.c.opened_at <= now - _SHORTEST, incidents.c.opened_at > now),
    )
    statement = update(incidents).where(*is_open).values(closed_at=now).returning(*_COLUMNS)
    return _incident(connection.execute(statement).first())


def open_incidents(engine: Engine) -> list[Incident]:
    """Return what is wrong, the oldest first."""
    statement = select(*_COLUMNS).where(incidents.c.closed_at.is_(None)).order_by(incidents.c.id)
    with reading(engine) as connection:
        return [Incident(**row._mapping) for row in connection.execute(statement)]


def was_opened(engine: Engine, name: str) -> bool:
    """Whether *name* is, or ever was, wrong."""
    with reading(engine) as connection:
        found = connection.execute(select(incidents.c.id).where(incidents.c.name == name).limit(1))
        return found.first() is not None


def _incident(row: Row[Any] | None) -> Incident | None:
    return None if row is None else Incident(**row._mapping)
