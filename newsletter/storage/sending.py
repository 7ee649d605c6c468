"""Claiming batches and recording what became of them. One transaction a round; the send loop decides nothing twice."""

import itertools
from collections import Counter
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
                first_subscriber=row.first_subscriber,
                last_subscriber=row.last_subscriber,
                size=row.size,
                attempts=row.attempts + 1,
                recipients=recipients,
            )


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


def mark_sending(connection: Connection, readers_of: Sequence[tuple[ClaimedBatch, int]]) -> None:
    """Mark single deliveries, each of its batch, before their own requests leave (one reader a request)."""
    rows = [
        {"issue": batch.issue_number, "part": batch.variant, "reader": reader, "new": DeliveryState.SENDING}
        for batch, reader in readers_of
    ]
    if rows:
        connection.execute(_ONE_DELIVERY.values(state=bindparam("new")), rows)


def record(connection: Connection, answered: Sequence[tuple[ClaimedBatch, Sequence[Receipt]]]) -> None:
    """Record what the provider answered for readers of claimed batches."""
    rows: list[dict[str, object]] = []
    counters: list[dict[str, object]] = []
    for batch, receipts in answered:
        if _is_whole_and_accepted(batch, receipts):
            # The usual case: one statement for the whole range.
            connection.execute(update(deliveries).where(_members(batch)).values(state=DeliveryState.ACCEPTED))
        else:
            rows += [_delivery_row(batch, receipt) for receipt in receipts]
        counters.append(_counter_row(batch, receipts))
    if rows:
        outcome = _ONE_DELIVERY.values(
            state=bindparam("new"), reason=bindparam("why"), provider_id=bindparam("theirs")
        )
        connection.execute(outcome, rows)
    if counters:
        connection.execute(_COUNTERS, counters)


def _is_whole_and_accepted(batch: ClaimedBatch, receipts: Sequence[Receipt]) -> bool:
    return len(receipts) == batch.size and all(
        receipt.verdict is Verdict.ACCEPTED and not receipt.provider_id for receipt in receipts
    )


#: One row of `deliveries`, named by its whole key; executed for many at once.
_ONE_DELIVERY = update(deliveries).where(
    deliveries.c.issue_number == bindparam("issue"),
    deliveries.c.variant == bindparam("part"),
    deliveries.c.subscriber_id == bindparam("reader"),
)
_COUNTERS = (
    update(batches)
    .where(batches.c.id == bindparam("batch"))
    .values(
        {
            batches.c[state.value]: batches.c[state.value] + bindparam(f"more_{state.value}")
            for state in _COUNTED
        }
    )
)


def _delivery_row(batch: ClaimedBatch, receipt: Receipt) -> dict[str, object]:
    return {
        "issue": batch.issue_number,
        "part": batch.variant,
        "reader": receipt.subscriber_id,
        "new": _OUTCOMES[receipt.verdict],
        "why": receipt.detail or None,
        "theirs": receipt.provider_id or None,
    }


def _counter_row(batch: ClaimedBatch, receipts: Sequence[Receipt]) -> dict[str, object]:
    found = Counter(_OUTCOMES[receipt.verdict] for receipt in receipts)
    return {"batch": batch.id, **{f"more_{state.value}": found[state] for state in _COUNTED}}


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
