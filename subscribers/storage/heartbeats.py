"""Who was last seen at work, and which jobs are at it: what tells the living from the silent."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Engine, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from subscribers.storage.tables import heartbeats
from subscribers.storage.transactions import reading, writing

#: Mails what people asked for on the site.
SENDER = "sender"
#: Runs the timetable.
SCHEDULER = "scheduler"
#: Before the name of a job that is at work; its moment is when it must have ended.
_JOB = "job:"


def beat(engine: Engine, name: str, now: datetime) -> None:
    """Record that *name* is at work."""
    with writing(engine) as connection:
        dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
        statement = dialect.insert(heartbeats).values(name=name, at=now)
        connection.execute(
            statement.on_conflict_do_update(index_elements=["name"], set_={"at": statement.excluded.at})
        )


def last_beat(engine: Engine, name: str) -> datetime | None:
    """Return when *name* was last seen at work; None: never."""
    return last_beats(engine).get(name)


def last_beats(engine: Engine) -> Mapping[str, datetime]:
    """Return who was ever seen at work, and when last."""
    return {name: at for name, at in _rows(engine) if not name.startswith(_JOB)}


def begin_job(engine: Engine, job: str, until: datetime) -> None:
    """Record that *job* is at work, and when it must have ended."""
    beat(engine, f"{_JOB}{job}", until)


def end_job(engine: Engine, job: str) -> None:
    """Record that *job* has ended. One that was killed stays on record until it has ended another time."""
    with writing(engine) as connection:
        connection.execute(delete(heartbeats).where(heartbeats.c.name == f"{_JOB}{job}"))


def jobs_at_work(engine: Engine) -> set[str]:
    """Return the jobs that were begun and have not ended."""
    return {name.removeprefix(_JOB) for name, _ in _rows(engine) if name.startswith(_JOB)}


def overdue_jobs(engine: Engine, now: datetime) -> list[str]:
    """Return the jobs that are past their limit."""
    return sorted(name.removeprefix(_JOB) for name, at in _rows(engine) if name.startswith(_JOB) and at < now)


def _rows(engine: Engine) -> list[tuple[str, datetime]]:
    with reading(engine) as connection:
        rows = connection.execute(select(heartbeats.c.name, heartbeats.c.at))
        return [(row.name, row.at) for row in rows]
