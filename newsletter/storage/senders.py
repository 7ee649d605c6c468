"""Who sends on which machine, and until when it counts as alive: leases on PostgreSQL, by the clock of its server alone.

A lease that has run out is never renewed, and who finds it so removes it: after that nobody takes the sender for
alive again, the sender itself included.
"""

from datetime import timedelta

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Interval,
    delete,
    func,
    insert,
    literal,
    select,
    update,
)

from newsletter.database import reading, writing
from newsletter.storage.tables import senders


def has_leases(engine: Engine) -> bool:
    """Whether senders on other machines can work on this database at all: not on a SQLite file."""
    return engine.dialect.name == "postgresql"


def register(engine: Engine, name: str, machine: str, lease_s: float) -> None:
    """Record that the sender *name* works on *machine*, with a lease of so many seconds."""
    with writing(engine) as connection:
        connection.execute(insert(senders).values(name=name, machine=machine, alive_until=_after(lease_s)))


def renew(engine: Engine, name: str, lease_s: float) -> bool:
    """Let the lease of a sender last *lease_s* from now; False when it has run out, and so is lost."""
    with writing(engine) as connection:
        statement = update(senders).where(senders.c.name == name, senders.c.alive_until > _server_time())
        return connection.execute(statement.values(alive_until=_after(lease_s))).rowcount == 1


def lasts(connection: Connection, name: str, for_s: float) -> bool:
    """Whether the lease of a sender lasts at least so many seconds more."""
    statement = select(senders.c.name).where(senders.c.name == name, senders.c.alive_until > _after(for_s))
    return connection.execute(statement).first() is not None


def forget(engine: Engine, name: str) -> None:
    """Remove a sender that has ended."""
    with writing(engine) as connection:
        connection.execute(delete(senders).where(senders.c.name == name))


def machine_of(engine: Engine, name: str) -> str | None:
    """Return the machine of a sender; None when it has ended, or was found dead."""
    with reading(engine) as connection:
        return connection.execute(select(senders.c.machine).where(senders.c.name == name)).scalar()


def machines_of(engine: Engine, issue_number: int) -> list[str]:
    """Return the machine of each sender of an issue whose lease lasts."""
    is_its = senders.c.name.startswith(f"{issue_number}-", autoescape=True)
    with reading(engine) as connection:
        statement = select(senders.c.machine).where(is_its, senders.c.alive_until > _server_time())
        return list(connection.execute(statement).scalars())


def remove_lapsed(engine: Engine, name: str) -> bool:
    """Remove a sender whose lease has run out; False when it still lasts, also by a renewal at the same moment."""
    with writing(engine) as connection:
        connection.execute(
            delete(senders).where(senders.c.name == name, senders.c.alive_until <= _server_time())
        )
        return connection.execute(select(senders.c.name).where(senders.c.name == name)).first() is None


def _server_time() -> ColumnElement[object]:
    # As `UtcDateTime` stores it: UTC without an offset. Not `now()`, which stands still while a transaction waits.
    return func.timezone("utc", func.clock_timestamp())


def _after(lease_s: float) -> ColumnElement[object]:
    return _server_time() + literal(timedelta(seconds=lease_s), Interval)
