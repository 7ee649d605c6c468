"""Requests that may be sent again under their key, while the provider remembers it."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Engine, and_, case, func, or_, select, update

from newsletter.database import reading
from newsletter.delivery.states import BatchState, DeliveryState
from newsletter.delivery.values import ClaimedBatch, Recipient
from newsletter.issues.values import IssueState
from newsletter.storage.claiming import claimed
from newsletter.storage.recording import members
from newsletter.storage.tables import batches, deliveries, issues
from subscribers.storage import has_left, with_readers
from subscribers.storage import subscribers as readers

#: In `batches.settled_by`.
BY_KEY = "resend"


def fix(connection: Connection, batch_id: int, request_hash: str, until: datetime) -> None:
    """Record what a batch's request holds, and until when it may be repeated: counted from the first time it went."""
    is_the_same = and_(batches.c.request_hash == request_hash, batches.c.key_until.is_not(None))
    connection.execute(
        update(batches)
        .where(batches.c.id == batch_id)
        .values(key_until=case((is_the_same, batches.c.key_until), else_=until), request_hash=request_hash)
    )


def forget(connection: Connection, batch_id: int) -> None:
    """Let a batch's request never be repeated."""
    connection.execute(update(batches).where(batches.c.id == batch_id).values(key_until=None))


def claim_repeat(
    connection: Connection,
    issue_number: int,
    *,
    sender: str,
    hash_of: Callable[[int, Sequence[Recipient]], str],
    not_these: Sequence[int],
    now: datetime,
) -> ClaimedBatch | None:
    """Claim a batch in doubt whose request can be made again as it was; *hash_of* its variant and readers tells.

    Others are never repeated: a reader has left since, or was erased, or a key of the links is another one.
    """
    while True:
        row = connection.execute(
            select(batches, issues.c.digest)
            .join(issues, issues.c.number == batches.c.issue_number)
            .where(
                _is_repeatable(issue_number, not_these, now),
                or_(batches.c.retry_at.is_(None), batches.c.retry_at <= now),
            )
            .order_by(batches.c.id)
            .limit(1)
            .with_for_update(skip_locked=True, of=batches)
        ).first()
        if row is None:
            return None
        found = connection.execute(
            select(deliveries.c.subscriber_id, readers.c.ref, readers.c.email, has_left(now))
            .select_from(with_readers(deliveries, deliveries.c.subscriber_id, row.digest))
            .where(members(row), deliveries.c.state == DeliveryState.UNKNOWN)
            .order_by(deliveries.c.subscriber_id)
        ).all()
        recipients = tuple(Recipient(reader, ref, email) for reader, ref, email, _ in found)
        somebody_left = any(gone for *_, gone in found)
        if not recipients or somebody_left or hash_of(row.variant, recipients) != row.request_hash:
            forget(connection, row.id)
            continue
        connection.execute(
            update(batches)
            .where(batches.c.id == row.id)
            .values(
                state=BatchState.SENDING,
                sender=sender,
                claimed_at=now,
                retry_at=None,
                attempts=batches.c.attempts + 1,
            )
        )
        batch = claimed(row, recipients, attempts=row.attempts + 1, claimed_at=now)
        return replace(batch, is_repeat=True)


def next_repeat(
    engine: Engine, issue_number: int, *, not_these: Sequence[int] = (), now: datetime
) -> datetime | None:
    """Return when a request in doubt may go again, not before *now*; None when none may."""
    with reading(engine) as connection:
        count, earliest = connection.execute(
            select(func.count(), func.min(func.coalesce(batches.c.retry_at, now)))
            .join(issues, issues.c.number == batches.c.issue_number)
            .where(_is_repeatable(issue_number, not_these, now))
        ).one()
    return max(earliest, now) if count else None


def _is_repeatable(issue_number: int, not_these: Sequence[int], now: datetime) -> ColumnElement[bool]:
    return and_(
        batches.c.issue_number == issue_number,
        batches.c.state == BatchState.UNKNOWN,
        batches.c.key_until > now,
        batches.c.id.not_in(not_these),
        issues.c.state.in_([IssueState.SENDING, IssueState.SENT]),
    )
