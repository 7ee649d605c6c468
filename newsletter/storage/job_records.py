"""What the timetable's jobs did: when last, how often, how often in vain or past their limit."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from newsletter.database import reading, writing
from newsletter.storage.tables import job_records

#: A job that fails now and then is tried again; one that has not ended well for so long fails.
_PATIENCE = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRecord:
    """What a job did so far, or since that was last written down."""

    began_at: datetime | None = None
    ended_at: datetime | None = None
    #: When it last ended well.
    done_at: datetime | None = None
    runs: int = 0
    failures: int = 0
    #: How often it took longer than its limit.
    overruns: int = 0
    #: Of the last failure; "" after a run that went well.
    words: str = ""


def add(engine: Engine, name: str, record: JobRecord) -> None:
    """Add to what is known of a job what it did since."""
    dialect = postgresql if engine.dialect.name == "postgresql" else sqlite
    times = {
        "began_at": record.began_at,
        "ended_at": record.ended_at,
        "done_at": record.done_at,
    }
    counts = {"runs": record.runs, "failures": record.failures, "overruns": record.overruns}
    fresh = dialect.insert(job_records).values(name=name, words=record.words, **times, **counts)
    changed = {
        **{time: fresh.excluded[time] for time, at in times.items() if at is not None},
        **{count: job_records.c[count] + fresh.excluded[count] for count in counts},
        # One that has not ended has nothing to say.
        **({"words": fresh.excluded.words} if record.ended_at else {}),
    }
    with writing(engine) as connection:
        connection.execute(fresh.on_conflict_do_update(index_elements=["name"], set_=changed))


def claim(engine: Engine, name: str, now: datetime, *, since: datetime, limit: timedelta) -> bool:
    """Take the run of a job that was to be done once from *since* on; False: it is done, or another scheduler is at it.

    Whoever has not ended it after *limit* was killed, and it is taken again.
    """
    dialect = postgresql if engine.dialect.name == "postgresql" else sqlite
    began, ended, done = job_records.c.began_at, job_records.c.ended_at, job_records.c.done_at
    is_due = or_(done.is_(None), done < since, done > now)
    is_free = or_(began.is_(None), ended >= began, began < now - limit, began > now)
    with writing(engine) as connection:
        connection.execute(dialect.insert(job_records).values(name=name).on_conflict_do_nothing())
        claimed = connection.execute(
            update(job_records).where(job_records.c.name == name, is_due, is_free).values(began_at=now)
        )
    return claimed.rowcount == 1


def records(engine: Engine) -> Mapping[str, JobRecord]:
    """Return what each job did, by name."""
    with reading(engine) as connection:
        rows = connection.execute(select(job_records)).mappings().all()
    return {row["name"]: JobRecord(**{key: row[key] for key in row if key != "name"}) for row in rows}


def failing(engine: Engine, now: datetime) -> dict[str, str]:
    """Return the jobs that have not ended well for some time, each with the words of its last failure."""
    return {
        name: record.words
        for name, record in records(engine).items()
        if record.words and (record.done_at is None or record.done_at <= now - _PATIENCE)
    }
