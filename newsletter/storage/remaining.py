"""What of an issue is still to be sent: when it is due, what it waits for, and when there is nothing any more."""

from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Engine, and_, func, or_, select, update

from newsletter.database import reading, writing
from newsletter.delivery.states import BatchState, DeliveryState
from newsletter.issues.values import IssueState
from newsletter.storage.claiming import open_readers
from newsletter.storage.recording import members
from newsletter.storage.tables import batches, deliveries, issues


def _is_open(issue_number: int) -> ColumnElement[bool]:
    return and_(
        batches.c.issue_number == issue_number,
        batches.c.state.in_([BatchState.QUEUED, BatchState.SENDING]),
    )


def next_retry(engine: Engine, issue_number: int) -> tuple[int, datetime | None]:
    """Return how many batches of an issue are not finished, and the earliest time at which a queued one is due."""
    with reading(engine) as connection:
        count, earliest = connection.execute(
            select(func.count(), func.min(batches.c.retry_at)).where(_is_open(issue_number))
        ).one()
    return int(count), earliest


def smallest_due(connection: Connection, issue_number: int, now: datetime) -> int | None:
    """Return how many readers the smallest batch has that could be claimed now; None when none could."""
    due = or_(batches.c.retry_at.is_(None), batches.c.retry_at <= now)
    statement = select(func.min(open_readers())).where(
        batches.c.issue_number == issue_number, batches.c.state == BatchState.QUEUED, due
    )
    found: int | None = connection.execute(statement).scalar()
    return found


def lock_issue(connection: Connection, issue_number: int) -> None:
    """Let nobody else end an issue, or queue readers of it, before this transaction ends; SQLite has one writer anyway.

    A statement of its own: what comes after it sees what others have committed.
    """
    connection.execute(select(issues.c.number).where(issues.c.number == issue_number).with_for_update())


def waiting_for(engine: Engine, issue_number: int) -> str:
    """Return the provider's words for which readers of an issue wait, "" when none do.

    Not the batch's last words, which may be of a reader in doubt.
    """
    with reading(engine) as connection:
        batch = connection.execute(
            select(batches)
            .where(_is_open(issue_number), batches.c.retry_at.is_not(None))
            .order_by(batches.c.retry_at)
            .limit(1)
        ).first()
        if batch is None:
            return ""
        words = connection.execute(
            select(deliveries.c.reason)
            .where(
                members(batch),
                deliveries.c.state == DeliveryState.QUEUED,
                func.coalesce(deliveries.c.reason, "") != "",
            )
            .limit(1)
        ).scalar()
    return words or ""


def forget_waits(engine: Engine, issue_number: int) -> None:
    """Let every batch of an issue be due at once: a person says that it is worth trying now."""
    with writing(engine) as connection:
        connection.execute(
            update(batches)
            .where(batches.c.issue_number == issue_number, batches.c.retry_at.is_not(None))
            .values(retry_at=None)
        )


def finish_issue(engine: Engine, issue_number: int, now: datetime) -> bool:
    """Mark an issue as sent when nothing of it is queued or sending; doubts may remain."""
    with writing(engine) as connection:
        lock_issue(connection, issue_number)
        statement = (
            update(issues)
            .where(
                issues.c.number == issue_number,
                issues.c.state == IssueState.SENDING,
                ~select(batches.c.id).where(_is_open(issue_number)).exists(),
            )
            .values(state=IssueState.SENT, finished_at=now)
        )
        return connection.execute(statement).rowcount == 1
