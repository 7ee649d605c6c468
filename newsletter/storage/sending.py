"""Claiming batches and recording what became of them. One transaction a round; the send loop decides nothing twice."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, and_, bindparam, func, or_, select, update

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
#: A batch has a column of each of these names that counts its deliveries; the rest are as the batch is.
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
            return ClaimedBatch(
                id=row.id,
                issue_number=issue_number,
                variant=row.variant,
                first_subscriber=row.first_subscriber,
                last_subscriber=row.last_subscriber,
                size=row.size,
                attempts=row.attempts + 1,
                recipients=recipients,
            )
        finish(connection, row.id, retry_at=None)


def _members(batch: Any) -> ColumnElement[bool]:
    """The deliveries of a batch (a row, or claimed): one range of the primary key."""
    return and_(
        deliveries.c.issue_number == batch.issue_number,
        deliveries.c.variant == batch.variant,
        deliveries.c.subscriber_id.between(batch.first_subscriber, batch.last_subscriber),
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
        _end(connection, row, left, DeliveryState.SKIPPED, "left before it was sent")
    return tuple(Recipient(subscriber, ref, email) for subscriber, ref, email, gone in rows if not gone)


def _end(
    connection: Connection,
    batch: Any,
    subscribers: Sequence[int],
    state: DeliveryState,
    reason: str | None = None,
) -> None:
    """Give the named deliveries of a batch a state."""
    connection.execute(
        update(deliveries)
        .where(_members(batch), deliveries.c.subscriber_id.in_(subscribers))
        .values(state=state, reason=reason)
    )


def record(
    connection: Connection,
    answered: Sequence[tuple[ClaimedBatch, Sequence[Receipt]]],
    leaving: Sequence[tuple[ClaimedBatch, Recipient]] = (),
) -> None:
    """Record what the provider answered for readers of claimed batches, and mark those whose own requests leave next.

    One statement, however many; the batches count their readers when they are finished.
    """
    rows = [_row(batch, reader.subscriber_id, DeliveryState.SENDING) for batch, reader in leaving]
    for batch, receipts in answered:
        if _is_whole_and_accepted(batch, receipts):
            # The usual case of a provider that takes many readers a request: one range of rows.
            connection.execute(update(deliveries).where(_members(batch)).values(state=DeliveryState.ACCEPTED))
            continue
        rows += [
            _row(
                batch, receipt.subscriber_id, _OUTCOMES[receipt.verdict], receipt.detail, receipt.provider_id
            )
            for receipt in receipts
        ]
    if rows:
        connection.execute(_ONE_DELIVERY, rows)


def _is_whole_and_accepted(batch: ClaimedBatch, receipts: Sequence[Receipt]) -> bool:
    return len(receipts) == batch.size and all(
        receipt.verdict is Verdict.ACCEPTED and not receipt.provider_id for receipt in receipts
    )


#: One row of `deliveries`, named by its whole key; executed for many at once.
_ONE_DELIVERY = (
    update(deliveries)
    .where(
        deliveries.c.issue_number == bindparam("issue"),
        deliveries.c.variant == bindparam("part"),
        deliveries.c.subscriber_id == bindparam("reader"),
    )
    .values(state=bindparam("new"), reason=bindparam("why"), provider_id=bindparam("theirs"))
)


def _row(
    batch: ClaimedBatch, reader: int, state: DeliveryState, reason: str = "", provider_id: str = ""
) -> dict[str, object]:
    return {
        "issue": batch.issue_number,
        "part": batch.variant,
        "reader": reader,
        "new": state,
        "why": reason or None,
        "theirs": provider_id or None,
    }


def finish(connection: Connection, batch_id: int, *, retry_at: datetime | None, answer: str = "") -> None:
    """Close a round on a batch: done, in doubt, or queued again at *retry_at* when readers are still open."""
    row = connection.execute(select(batches).where(batches.c.id == batch_id)).one()
    by_state = select(deliveries.c.state, func.count()).where(_members(row)).group_by(deliveries.c.state)
    found = {row.state: row[1] for row in connection.execute(by_state)}
    counts = {state.value: found.get(state, 0) for state in _COUNTED}
    still_open = row.size - sum(counts.values())
    ended = BatchState.UNKNOWN if counts[DeliveryState.UNKNOWN] else BatchState.DONE
    connection.execute(
        update(batches)
        .where(batches.c.id == batch_id)
        .values(
            state=BatchState.QUEUED if still_open else ended,
            sender=None,
            retry_at=retry_at if still_open else None,
            answer=answer[:500],
            **counts,
        )
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
        _end(connection, row, list(subscribers), DeliveryState.UNKNOWN, reason)
        finish(connection, batch_id, retry_at=None, answer=reason)


def doubtful(engine: Engine, issue_number: int) -> list[ClaimedBatch]:
    """Return the batches with readers in doubt, and only those readers."""
    with reading(engine) as connection:
        rows = connection.execute(
            select(batches, readers.c.id.label("reader"), readers.c.ref, readers.c.email)
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
    grouped = [list(members) for _, members in itertools.groupby(rows, key=lambda row: row.id)]
    return [
        ClaimedBatch(
            id=members[0].id,
            issue_number=issue_number,
            variant=members[0].variant,
            first_subscriber=members[0].first_subscriber,
            last_subscriber=members[0].last_subscriber,
            size=members[0].size,
            attempts=members[0].attempts,
            recipients=tuple(Recipient(row.reader, row.ref, row.email) for row in members),
        )
        for members in grouped
    ]


def settle(engine: Engine, batch_id: int, *, accepted: Sequence[int], absent: Sequence[int], by: str) -> None:
    """End doubts by evidence or by a person: *absent* readers are queued again, *accepted* ones are done.

    Doubts named in neither stay on record.
    """
    with writing(engine) as connection:
        row = connection.execute(select(batches).where(batches.c.id == batch_id).with_for_update()).one()
        for subscribers, state in ((accepted, DeliveryState.ACCEPTED), (absent, DeliveryState.QUEUED)):
            if subscribers:
                _end(connection, row, subscribers, state)
        connection.execute(update(batches).where(batches.c.id == batch_id).values(settled_by=by))
        finish(connection, batch_id, retry_at=None, answer=row.answer)


def waiting_for(engine: Engine, issue_number: int) -> str:
    """Return the provider's words for which readers of an issue wait, "" when none do."""
    with reading(engine) as connection:
        words = connection.execute(
            select(batches.c.answer)
            .where(
                batches.c.issue_number == issue_number,
                batches.c.state == BatchState.QUEUED,
                batches.c.retry_at.is_not(None),
            )
            .order_by(batches.c.retry_at)
        ).scalar()
    return words or ""


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
