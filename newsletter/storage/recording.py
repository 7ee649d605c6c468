"""What became of the readers of a claimed batch, in the transaction of the send loop's round."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Update, and_, bindparam, func, select, update

from newsletter.delivery.states import BatchState, DeliveryState
from newsletter.delivery.values import ClaimedBatch, Receipt, Recipient, Verdict
from newsletter.storage.tables import batches, deliveries
from subscribers.storage import execute_many

_OUTCOMES = {
    Verdict.ACCEPTED: DeliveryState.ACCEPTED,
    Verdict.REFUSED: DeliveryState.REJECTED,
    Verdict.LATER: DeliveryState.QUEUED,
    Verdict.UNKNOWN: DeliveryState.UNKNOWN,
}
#: What a reader's row says while its batch is being sent, and while it is sent again under its key.
_OPEN = (DeliveryState.QUEUED, DeliveryState.SENDING)
_IN_DOUBT = (DeliveryState.UNKNOWN,)
#: A batch has a column of each of these names that counts its deliveries; the rest are as the batch is.
_COUNTED = (DeliveryState.ACCEPTED, DeliveryState.REJECTED, DeliveryState.SKIPPED, DeliveryState.UNKNOWN)


def members(batch: Any) -> ColumnElement[bool]:
    """Return the condition of a batch's deliveries (a row, or claimed): one range of the primary key."""
    return and_(
        deliveries.c.issue_number == batch.issue_number,
        deliveries.c.variant == batch.variant,
        deliveries.c.subscriber_id.between(batch.first_subscriber, batch.last_subscriber),
    )


def went_as_one_request(batch: Any) -> bool:
    """Whether all readers of a batch (a row) are in doubt for one and the same request."""
    return not batch.is_one_by_one and not batch.in_parts and batch.unknown + batch.skipped == batch.size


def move(
    connection: Connection,
    batch: Any,
    subscribers: Sequence[int],
    *,
    old: DeliveryState,
    new: DeliveryState,
    reason: str | None = None,
) -> None:
    """Move the named deliveries of a batch from the state *old* to *new*; those in another state stay as they are."""
    if subscribers:
        connection.execute(
            update(deliveries)
            .where(members(batch), deliveries.c.subscriber_id.in_(subscribers), deliveries.c.state == old)
            .values(state=new, reason=reason)
        )


def record(
    connection: Connection,
    answered: Sequence[tuple[ClaimedBatch, Sequence[Receipt]]],
    leaving: Sequence[tuple[ClaimedBatch, Recipient]] = (),
) -> set[int]:
    """Record what the provider answered for readers of claimed batches, and mark those whose own requests leave next.

    One statement, however many. Returns the batches that this has finished: those of which everybody was accepted at
    once. The others count their readers when they are finished.
    """
    finished = set()
    rows = [_row(batch, reader.subscriber_id, DeliveryState.SENDING) for batch, reader in leaving]
    for batch, receipts in answered:
        if _are_all_accepted_alike(batch, receipts):
            # The usual case of a provider that takes many readers a request: one range of rows.
            where = {
                "its_issue": batch.issue_number,
                "its_variant": batch.variant,
                "first": batch.first_subscriber,
                "last": batch.last_subscriber,
                "its_id": receipts[0].provider_id or None,
            }
            changed = connection.execute(_accepting(is_repeat=batch.is_repeat), where).rowcount
            if changed == batch.size and not batch.is_repeat:
                connection.execute(_finishing(), {"its_number": batch.id, "readers": batch.size})
                finished.add(batch.id)
            continue
        rows += [
            _row(
                batch, receipt.subscriber_id, _OUTCOMES[receipt.verdict], receipt.detail, receipt.provider_id
            )
            for receipt in receipts
        ]
    execute_many(
        connection,
        # What was accepted stays so: a late answer may have told it while another sender asked again.
        "UPDATE deliveries SET state = ?, reason = ?, provider_id = ?"
        " WHERE issue_number = ? AND variant = ? AND subscriber_id = ? AND state <> 'accepted'",
        rows,
    )
    return finished


@cache
def _accepting(*, is_repeat: bool) -> Update:
    """Return the statement that accepts a range of readers; to build it takes as long as to carry it out."""
    return (
        update(deliveries)
        .where(
            deliveries.c.issue_number == bindparam("its_issue"),
            deliveries.c.variant == bindparam("its_variant"),
            deliveries.c.subscriber_id.between(bindparam("first"), bindparam("last")),
            deliveries.c.state.in_(_IN_DOUBT if is_repeat else _OPEN),
        )
        .values(state=DeliveryState.ACCEPTED, reason=None, provider_id=bindparam("its_id"))
    )


@cache
def _finishing() -> Update:
    """Return the statement that finishes a batch of which every reader was accepted at once."""
    return (
        update(batches)
        .where(batches.c.id == bindparam("its_number"))
        .values(state=BatchState.DONE, sender=None, retry_at=None, answer="", accepted=bindparam("readers"))
    )


def _are_all_accepted_alike(batch: ClaimedBatch, receipts: Sequence[Receipt]) -> bool:
    """Whether every reader whom the batch still had when it was claimed was accepted, in the same words."""
    if not receipts or len(receipts) != len(batch.recipients):
        return False
    answers = {(receipt.verdict, receipt.provider_id, receipt.detail) for receipt in receipts}
    return len(answers) == 1 and receipts[0].verdict is Verdict.ACCEPTED and not receipts[0].detail


def _row(
    batch: ClaimedBatch, reader: int, state: DeliveryState, reason: str = "", provider_id: str = ""
) -> tuple[object, ...]:
    return (str(state), reason or None, provider_id or None, batch.issue_number, batch.variant, reader)


def mark_parts(connection: Connection, batch_id: int) -> None:
    """Record that a batch goes in several requests, each under a key of its own: it is never repeated as one."""
    connection.execute(update(batches).where(batches.c.id == batch_id).values(in_parts=True, key_until=None))


def finish(
    connection: Connection,
    batch_id: int,
    *,
    retry_at: datetime | None,
    answer: str = "",
    in_doubt: BatchState = BatchState.UNKNOWN,
    settled_by: str = "",
) -> None:
    """Close a round on a batch: done, *in_doubt*, or queued again at *retry_at* when readers are still open.

    *settled_by* is recorded when no doubt is left.
    """
    row = connection.execute(select(batches).where(batches.c.id == batch_id)).one()
    by_state = select(deliveries.c.state, func.count()).where(members(row)).group_by(deliveries.c.state)
    found = {row.state: row[1] for row in connection.execute(by_state)}
    counts = {state.value: found.get(state, 0) for state in _COUNTED}
    still_open = row.size - sum(counts.values())
    is_certain = not counts[DeliveryState.UNKNOWN]
    ended = BatchState.DONE if is_certain else in_doubt
    connection.execute(
        update(batches)
        .where(batches.c.id == batch_id)
        .values(
            state=BatchState.QUEUED if still_open else ended,
            sender=None,
            is_ahead=False,
            retry_at=retry_at if still_open or ended is BatchState.UNKNOWN else None,
            answer=answer[:500],
            settled_by=settled_by if settled_by and is_certain else batches.c.settled_by,
            **counts,
        )
    )
