"""Claiming batches: a claim is committed before its request leaves, and no batch has two claimants."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, or_, select, update

from newsletter.delivery.states import BatchState, DeliveryState
from newsletter.delivery.values import ClaimedBatch, Recipient
from newsletter.issues.values import IssueState
from newsletter.storage.recording import finish, members, move
from newsletter.storage.tables import batches, deliveries, issues
from subscribers.storage import has_left, with_readers
from subscribers.storage import subscribers as readers


def claim(
    connection: Connection,
    issue_number: int,
    *,
    sender: str,
    one_by_one: bool,
    now: datetime,
    most: int | None = None,
) -> ClaimedBatch | None:
    """Claim the next due batch of an issue that is being sent, with at most *most* readers.

    Readers who have left the audience since it was frozen are skipped here, in the same transaction.
    """
    while True:
        row = connection.execute(
            select(batches, issues.c.digest)
            .join(issues, issues.c.number == batches.c.issue_number)
            .where(
                batches.c.issue_number == issue_number,
                batches.c.state == BatchState.QUEUED,
                issues.c.state == IssueState.SENDING,
                or_(batches.c.retry_at.is_(None), batches.c.retry_at <= now),
                *([] if most is None else [open_readers() <= most]),
            )
            .order_by(batches.c.id)
            .limit(1)
            # PostgreSQL: two senders never wait for one batch. SQLite has one writer anyway.
            .with_for_update(skip_locked=True, of=batches)
        ).first()
        if row is None:
            return None
        recipients = _take(connection, row, now)
        connection.execute(
            update(batches)
            .where(batches.c.id == row.id)
            .values(
                state=BatchState.SENDING,
                sender=sender,
                claimed_at=now,
                retry_at=None,
                attempts=batches.c.attempts + 1,
                is_one_by_one=one_by_one,
            )
        )
        if recipients:
            return claimed(row, recipients, attempts=row.attempts + 1)
        finish(connection, row.id, retry_at=None)


def open_readers() -> ColumnElement[int]:
    """Return how many readers of a batch are still to get it."""
    ended = batches.c.accepted + batches.c.rejected + batches.c.skipped + batches.c.unknown
    return batches.c.size - ended


def claimed(row: Any, recipients: tuple[Recipient, ...], *, attempts: int) -> ClaimedBatch:
    """Return the value of a row of `batches` with some of its readers."""
    return ClaimedBatch(
        id=row.id,
        issue_number=row.issue_number,
        variant=row.variant,
        first_subscriber=row.first_subscriber,
        last_subscriber=row.last_subscriber,
        size=row.size,
        attempts=attempts,
        recipients=recipients,
    )


def _take(connection: Connection, row: Any, now: datetime) -> tuple[Recipient, ...]:
    """Return the readers of a batch who are still to get it, and record those who have left."""
    rows = connection.execute(
        select(deliveries.c.subscriber_id, readers.c.ref, readers.c.email, has_left(now))
        .select_from(with_readers(deliveries, deliveries.c.subscriber_id, row.digest))
        .where(members(row), deliveries.c.state == DeliveryState.QUEUED)
        .order_by(deliveries.c.subscriber_id)
    ).all()
    left = [subscriber for subscriber, *_, gone in rows if gone]
    reason = "left before it was sent"
    move(connection, row, left, old=DeliveryState.QUEUED, new=DeliveryState.SKIPPED, reason=reason)
    return tuple(Recipient(subscriber, ref, email) for subscriber, ref, email, gone in rows if not gone)
