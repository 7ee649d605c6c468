"""What providers were given lately, by stretches of time, counted across all processes."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, and_, case, delete, func, select, text, update
from sqlalchemy.dialects import postgresql, sqlite

from newsletter.storage.tables import allowances, issues


def lock(connection: Connection, provider: str) -> None:
    """Let nobody else take from a provider's allowance before this transaction ends; SQLite has one writer anyway."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(hashtext(:provider))"), {"provider": provider})


def used(
    connection: Connection, provider: str, span: timedelta, since: datetime
) -> list[tuple[datetime, int]]:
    """Return (beginning, readers) of each stretch of a span that began after *since*, oldest first."""
    rows = connection.execute(
        select(allowances.c.began_at, allowances.c.used)
        .where(_of(provider, span), allowances.c.began_at > since)
        .order_by(allowances.c.began_at)
    )
    return [(began_at, count) for began_at, count in rows]


def add(connection: Connection, provider: str, span: timedelta, began_at: datetime, count: int) -> None:
    """Count readers in the stretch that began at *began_at*."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(allowances).values(
        provider=provider, span_s=int(span.total_seconds()), began_at=began_at, used=count
    )
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["provider", "span_s", "began_at"],
            set_={"used": allowances.c.used + statement.excluded.used},
        )
    )


def subtract(connection: Connection, provider: str, span: timedelta, began_at: datetime, count: int) -> None:
    """Count *count* readers less in the stretch that began at *began_at*, if it is still remembered; never below none."""
    connection.execute(
        update(allowances)
        .where(_of(provider, span), allowances.c.began_at == began_at)
        .values(used=case((allowances.c.used > count, allowances.c.used - count), else_=0))
    )


def forget(connection: Connection, provider: str, span: timedelta, before: datetime) -> None:
    """Delete what counts no more."""
    connection.execute(delete(allowances).where(_of(provider, span), allowances.c.began_at <= before))


def first_used_at(connection: Connection, provider: str) -> datetime | None:
    """Return when an issue was first sent through a provider; None when none was."""
    started: datetime | None = connection.execute(
        select(func.min(issues.c.started_at)).where(issues.c.provider == provider, issues.c.has_left)
    ).scalar()
    return started


def _of(provider: str, span: timedelta) -> ColumnElement[bool]:
    return and_(allowances.c.provider == provider, allowances.c.span_s == int(span.total_seconds()))
