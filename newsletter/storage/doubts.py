"""Readers of whom nobody knows whether their mail was accepted: how they come to be in doubt, and how it ends."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Engine, and_, func, select, update

from newsletter.database import reading, writing
from newsletter.delivery.states import BatchState, DeliveryState
from newsletter.delivery.values import ClaimedBatch, Recipient
from newsletter.issues.values import IssueState
from newsletter.storage.claiming import claimed
from newsletter.storage.recording import finish, members, move, went_as_one_request
from newsletter.storage.remaining import lock_issue
from newsletter.storage.tables import batches, deliveries, issues
from subscribers.storage import subscribers as readers

_ERASED = "erased before it was sent again"


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftSending:
    """A batch that a sender claimed and has not finished."""

    id: int
    sender: str


def left_sending(engine: Engine, issue_number: int) -> list[LeftSending]:
    """Return the batches of an issue that some sender holds."""
    with reading(engine) as connection:
        rows = connection.execute(
            select(batches.c.id, batches.c.sender).where(
                batches.c.issue_number == issue_number, batches.c.state == BatchState.SENDING
            )
        )
        return [LeftSending(id=row.id, sender=row.sender or "") for row in rows]


def doubt(engine: Engine, left: LeftSending, reason: str) -> None:
    """A sender died holding this batch: what may have left is in doubt, the rest is queued again.

    Of a batch that was claimed ahead nothing has left.
    """
    with writing(engine) as connection:
        row = connection.execute(
            select(batches)
            .where(
                batches.c.id == left.id,
                batches.c.sender == left.sender,
                batches.c.state == BatchState.SENDING,
            )
            .with_for_update()
        ).first()
        if row is None:
            return
        if row.is_ahead:
            finish(connection, left.id, retry_at=None)
            return
        may_have_left = DeliveryState.SENDING if row.is_one_by_one else DeliveryState.QUEUED
        subscribers = connection.execute(
            select(deliveries.c.subscriber_id).where(members(row), deliveries.c.state == may_have_left)
        ).scalars()
        move(connection, row, list(subscribers), old=may_have_left, new=DeliveryState.UNKNOWN, reason=reason)
        finish(connection, left.id, retry_at=None, answer=reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class InDoubt:
    """A batch with the readers of it who are in doubt."""

    batch: ClaimedBatch
    #: Further readers in doubt, of whom nothing but the number is left.
    erased: tuple[int, ...]
    words: str
    #: All of them, erased or not, are in doubt for one and the same request.
    is_one_request: bool


def in_doubt(engine: Engine, issue_number: int, *, with_left: bool = False) -> list[InDoubt]:
    """Return the readers in doubt by batch; of none that some sender holds.

    *with_left*: also those whom a person has said to leave in doubt.
    """
    not_these = [BatchState.SENDING] if with_left else [BatchState.SENDING, BatchState.DONE]
    with reading(engine) as connection:
        rows = connection.execute(
            select(batches, deliveries.c.subscriber_id, readers.c.ref, readers.c.email)
            .select_from(batches)
            .join(
                deliveries,
                and_(
                    deliveries.c.issue_number == batches.c.issue_number,
                    deliveries.c.variant == batches.c.variant,
                    deliveries.c.subscriber_id.between(batches.c.first_subscriber, batches.c.last_subscriber),
                ),
            )
            .outerjoin(readers, readers.c.id == deliveries.c.subscriber_id)
            .where(
                batches.c.issue_number == issue_number,
                batches.c.unknown > 0,
                batches.c.state.not_in(not_these),
                deliveries.c.state == DeliveryState.UNKNOWN,
            )
            .order_by(batches.c.id, deliveries.c.subscriber_id)
        ).all()
    grouped = [list(found) for _, found in itertools.groupby(rows, key=lambda row: row.id)]
    return [
        InDoubt(
            batch=claimed(
                found[0],
                tuple(
                    Recipient(row.subscriber_id, row.ref, row.email) for row in found if row.ref is not None
                ),
                attempts=found[0].attempts,
                claimed_at=found[0].claimed_at,
            ),
            erased=tuple(row.subscriber_id for row in found if row.ref is None),
            words=found[0].answer,
            is_one_request=went_as_one_request(found[0]),
        )
        for found in grouped
    ]


def undecided(engine: Engine, issue_number: int) -> int:
    """Return how many readers of an issue are in doubt without a person having said to leave it at that."""
    with reading(engine) as connection:
        count = connection.execute(
            select(func.coalesce(func.sum(batches.c.unknown), 0)).where(
                batches.c.issue_number == issue_number, batches.c.state != BatchState.DONE
            )
        ).scalar_one()
    return int(count)


def settle(
    engine: Engine,
    batch: ClaimedBatch,
    *,
    accepted: Sequence[int],
    absent: Sequence[int],
    erased: Sequence[int] = (),
    by: str,
    in_doubt: BatchState = BatchState.DONE,
) -> bool:
    """End doubts by evidence or by a person: *absent* readers are queued again, *accepted* ones are done.

    *erased* readers, who would be queued again were they still there, are skipped. Doubts named nowhere stay on record, and
    *in_doubt* is what the batch is then: done, as a person leaves it, or still in doubt. An issue that was sent is sending again with the first reader who is queued. False when somebody
    claimed *batch* after it was looked at: then the evidence is old, and nothing is changed.
    """
    with writing(engine) as connection:
        lock_issue(connection, batch.issue_number)
        row = connection.execute(
            select(batches)
            .where(
                batches.c.id == batch.id,
                batches.c.attempts == batch.attempts,
                batches.c.state != BatchState.SENDING,
            )
            .with_for_update()
        ).first()
        if row is None:
            return False
        move(connection, row, accepted, old=DeliveryState.UNKNOWN, new=DeliveryState.ACCEPTED)
        move(connection, row, absent, old=DeliveryState.UNKNOWN, new=DeliveryState.QUEUED)
        move(connection, row, erased, old=DeliveryState.UNKNOWN, new=DeliveryState.SKIPPED, reason=_ERASED)
        if absent:
            was_sent = and_(issues.c.number == row.issue_number, issues.c.state == IssueState.SENT)
            connection.execute(update(issues).where(was_sent).values(state=IssueState.SENDING))
        connection.execute(update(batches).where(batches.c.id == batch.id).values(settled_by=by))
        finish(connection, batch.id, retry_at=None, answer=row.answer, in_doubt=in_doubt)
        return True
