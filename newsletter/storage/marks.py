"""What happened to the database itself: when a backup was restored, and how often the scheduler has ticked."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, select
from sqlalchemy.dialects import postgresql, sqlite

from newsletter.database import reading, writing
from newsletter.storage.tables import marks

RESTORED = "restored"
TICKS = "ticks"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """When something was noted last, and a number with it."""

    at: datetime
    number: int


def mark(engine: Engine, name: str, now: datetime, *, number: int = 0) -> None:
    """Note something in the place of what was noted before."""
    with writing(engine) as connection:
        dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
        fresh = dialect.insert(marks).values(name=name, at=now, number=number)
        changed = {"at": fresh.excluded.at, "number": fresh.excluded.number}
        connection.execute(fresh.on_conflict_do_update(index_elements=["name"], set_=changed))


def count_up(engine: Engine, name: str, now: datetime) -> int:
    """Note something once more; return how often it was."""
    with writing(engine) as connection:
        dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
        fresh = dialect.insert(marks).values(name=name, at=now, number=1)
        changed = {"at": fresh.excluded.at, "number": marks.c.number + 1}
        statement = fresh.on_conflict_do_update(index_elements=["name"], set_=changed)
        return int(connection.execute(statement.returning(marks.c.number)).scalar_one())


def marked(engine: Engine, name: str) -> Mark | None:
    """Return what was noted last; None: nothing was."""
    with reading(engine) as connection:
        row = connection.execute(select(marks.c.at, marks.c.number).where(marks.c.name == name)).one_or_none()
    return None if row is None else Mark(at=row.at, number=row.number)
