"""Claiming batches and recording what became of them. One transaction a round; the send loop decides nothing twice."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, and_, func, or_, select, update

from newsletter.database import reading, writing
from newsletter.delivery.states import BatchState, DeliveryState
from newsletter.delivery.values import ClaimedBatch, Receipt, Recipient, Verdict
from newsletter.issues.values import IssueState
from newsletter.storage.tables import batches, deliveries, issues
from subscribers.storage import has_left
from subscribers.storage import subscribers as readers

_OUTCOMES = {
    Verdict.ACCEPTED: DeliveryState.ACCEPTED,
    Verdict.REFUSED: DeliveryState.REJECTED,
    Verdict.LATER: DeliveryState.QUEUED,
    Verdict.UNKNOWN: DeliveryState.UNKNOWN,
}
#: The counter of a batch that a delivery's end adds to.
_COUNTED = (DeliveryState.ACCEPTED, DeliveryState.REJECTED, DeliveryState.SKIPPED, DeliveryState.UNKNOWN)


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftSending:
    """A batch that a sender claimed and has not finished."""

    id: int
    sender: str


def claim(
    connection: Connection, issue_number: int, *, sender: str, one_by_one: bool, now: datetime
) -> ClaimedBatch | None:
    """Claim the next due batch of an issue that is being sent.

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
            )
            .order_by(batches.c.id)
            .limit(1)
            # PostgreSQL: two senders never wait for one batch. SQLite has one writer anyway.
            .with_for_update(skip_locked=True, of=batches)
        ).first()
        if row is None:
            return None
        recipients = _take(connection, row, now)
        state = BatchState.SENDING if recipients else BatchState.DONE
        connection.execute(
            update(batches)
            .where(batches.c.id == row.id)
            .values(
                state=state,
                sender=sender,
                claimed_at=now,
                retry_at=None,
                attempts=batches.c.attempts + 1,
                is_one_by_one=one_by_one,
            )
        )
        if recipients:
            return ClaimedBatch(
                id=row.id,
                issue_number=issue_number,
                variant=row.variant,
                attempts=row.attempts + 1,
                recipients=recipients,
            )


def _members(row: Any) -> ColumnElement[bool]:
    """The deliveries of a batch: one range of the primary key."""
    return and_(
        deliveries.c.issue_number == row.issue_number,
        deliveries.c.variant == row.variant,
        deliveries.c.subscriber_id.between(row.first_subscriber, row.last_subscriber),
    )


def _take(connection: Connection, row: Any, now: datetime) -> tuple[Recipient, ...]:
    """Return the readers of a batch who are still to get it, and record those who have left."""
    rows = connection.execute(
        select(
            deliveries.c.subscriber_id,
            readers.c.ref,
            readers.c.email,
            has_left(deliveries.c.subscriber_id, row.digest, now),
        )
        .select_from(deliveries)
        .outerjoin(readers, readers.c.id == deliveries.c.subscriber_id)
        .where(_members(row), deliveries.c.state == DeliveryState.QUEUED)
        .order_by(deliveries.c.subscriber_id)
    ).all()
    if left := [subscriber for subscriber, *_, gone in rows if gone]:
        _end(connection, row, left, _Outcome(DeliveryState.SKIPPED, "left before it was sent"))
    return tuple(Recipient(subscriber, ref, email) for subscriber, ref, email, gone in rows if not gone)


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What a delivery's row is to say."""

    state: DeliveryState
    reason: str = ""
    provider_id: str = ""


def _end(connection: Connection, row: Any, subscribers: Sequence[int], outcome: _Outcome) -> None:
    """Give the named deliveries of a batch their outcome, and count it."""
    connection.execute(
        update(deliveries)
        .where(_members(row), deliveries.c.subscriber_id.in_(subscribers))
        .values(state=outcome.state, reason=outcome.reason or None, provider_id=outcome.provider_id or None)
    )
    if outcome.state in _COUNTED:
        counter = batches.c[outcome.state.value]
        connection.execute(
            update(batches).where(batches.c.id == row.id).values({counter: counter + len(subscribers)})
        )


def mark_sending(connection: Connection, batch: ClaimedBatch, subscriber_id: int) -> None:
    """Mark one delivery before its own request leaves (providers that take one reader a request)."""
    row = connection.execute(select(batches).where(batches.c.id == batch.id)).one()
    connection.execute(
        update(deliveries)
        .where(_members(row), deliveries.c.subscriber_id == subscriber_id)
        .values(state=DeliveryState.SENDING)
    )


def record(connection: Connection, batch_id: int, receipts: Sequence[Receipt]) -> None:
    """Record what the provider answered for readers of a batch."""
    row = connection.execute(select(batches).where(batches.c.id == batch_id)).one()
    usual = all(receipt.verdict is Verdict.ACCEPTED and not receipt.provider_id for receipt in receipts)
    if usual and len(receipts) == row.size:
        # One statement for the whole range.
        connection.execute(update(deliveries).where(_members(row)).values(state=DeliveryState.ACCEPTED))
        connection.execute(update(batches).where(batches.c.id == batch_id).values(accepted=row.size))
        return
    grouped: dict[_Outcome, list[int]] = {}
    for receipt in receipts:
        outcome = _Outcome(_OUTCOMES[receipt.verdict], receipt.detail, receipt.provider_id)
        grouped.setdefault(outcome, []).append(receipt.subscriber_id)
    for outcome, subscribers in grouped.items():
        _end(connection, row, subscribers, outcome)


def finish(connection: Connection, batch_id: int, *, retry_at: datetime | None, answer: str = "") -> None:
    """Close a round on a batch: done, in doubt, or queued again at *retry_at* when readers are still open."""
    row = connection.execute(select(batches).where(batches.c.id == batch_id)).one()
    still_open = row.size - row.accepted - row.rejected - row.skipped - row.unknown
    ended = BatchState.UNKNOWN if row.unknown else BatchState.DONE
    state = BatchState.QUEUED if still_open else ended
    connection.execute(
        update(batches)
        .where(batches.c.id == batch_id)
        .values(state=state, sender=None, retry_at=retry_at if still_open else None, answer=answer[:500])
    )


def left_sending(engine: Engine, issue_number: int) -> list[LeftSending]:
    """Return the batches of an issue that some sender holds."""
    with reading(engine) as connection:
        rows = connection.execute(
            select(batches.c.id, batches.c.sender).where(
                batches.c.issue_number == issue_number, batches.c.state == BatchState.SENDING
            )
        )
        return [LeftSending(id=row.id, sender=row.sender or "") for row in rows]


def doubt(engine: Engine, batch_id: int, sender: str, reason: str) -> None:
    """A sender died holding this batch: what may have left is in doubt, the rest is queued again."""
    with writing(engine) as connection:
        row = connection.execute(
            select(batches)
            .where(
                batches.c.id == batch_id, batches.c.sender == sender, batches.c.state == BatchState.SENDING
            )
            .with_for_update()
        ).first()
        if row is None:
            return
        in_doubt = DeliveryState.SENDING if row.is_one_by_one else DeliveryState.QUEUED
        subscribers = connection.execute(
            select(deliveries.c.subscriber_id).where(_members(row), deliveries.c.state == in_doubt)
        ).scalars()
        _end(connection, row, list(subscribers), _Outcome(DeliveryState.UNKNOWN, reason))
        finish(connection, batch_id, retry_at=None, answer=reason)


def doubtful(engine: Engine, issue_number: int) -> list[ClaimedBatch]:
    """Return the batches with readers in doubt, and only those readers."""
    with reading(engine) as connection:
        rows = connection.execute(
            select(
                batches.c.id,
                batches.c.variant,
                batches.c.attempts,
                readers.c.id,
                readers.c.ref,
                readers.c.email,
            )
            .select_from(batches)
            .join(
                deliveries,
                and_(
                    deliveries.c.issue_number == batches.c.issue_number,
                    deliveries.c.variant == batches.c.variant,
                    deliveries.c.subscriber_id.between(batches.c.first_subscriber, batches.c.last_subscriber),
                ),
            )
            .join(readers, readers.c.id == deliveries.c.subscriber_id)
            .where(
                batches.c.issue_number == issue_number,
                batches.c.unknown > 0,
                deliveries.c.state == DeliveryState.UNKNOWN,
            )
            .order_by(batches.c.id, readers.c.id)
        ).all()
    return [
        ClaimedBatch(
            id=batch,
            issue_number=issue_number,
            variant=variant,
            attempts=attempts,
            recipients=tuple(Recipient(subscriber, ref, email) for *_, subscriber, ref, email in members),
        )
        for (batch, variant, attempts), members in itertools.groupby(rows, key=lambda row: tuple(row[:3]))
    ]


def settle(engine: Engine, batch_id: int, *, accepted: Sequence[int], absent: Sequence[int], by: str) -> None:
    """End doubts by evidence or by a person: *absent* readers are queued again, *accepted* ones are done.

    Doubts named in neither stay on record.
    """
    with writing(engine) as connection:
        row = connection.execute(select(batches).where(batches.c.id == batch_id).with_for_update()).one()
        for subscribers, state in ((accepted, DeliveryState.ACCEPTED), (absent, DeliveryState.QUEUED)):
            if subscribers:
                _end(connection, row, subscribers, _Outcome(state))
        connection.execute(
            update(batches)
            .where(batches.c.id == batch_id)
            .values(unknown=batches.c.unknown - len(accepted) - len(absent), settled_by=by)
        )
        finish(connection, batch_id, retry_at=None, answer=row.answer)


def next_retry(engine: Engine, issue_number: int) -> tuple[int, datetime | None]:
    """Return how many batches of an issue are not finished, and the earliest time at which a queued one is due."""
    with reading(engine) as connection:
        count, earliest = connection.execute(
            select(func.count(), func.min(batches.c.retry_at)).where(
                batches.c.issue_number == issue_number,
                batches.c.state.in_([BatchState.QUEUED, BatchState.SENDING]),
            )
        ).one()
    return int(count), earliest


def finish_issue(engine: Engine, issue_number: int, now: datetime) -> bool:
    """Mark an issue as sent when nothing of it is queued or sending; doubts may remain."""
    unfinished = select(batches.c.id).where(
        batches.c.issue_number == issue_number,
        batches.c.state.in_([BatchState.QUEUED, BatchState.SENDING]),
    )
    with writing(engine) as connection:
        statement = (
            update(issues)
            .where(
                issues.c.number == issue_number, issues.c.state == IssueState.SENDING, ~unfinished.exists()
            )
            .values(state=IssueState.SENT, finished_at=now)
        )
        return connection.execute(statement).rowcount == 1
