"""Batches that were put in doubt while their sender, which was taken for dead, still held them."""

from collections.abc import Collection, Sequence

from sqlalchemy import Connection, select, update

from newsletter.delivery.states import BatchState, DeliveryState
from newsletter.delivery.values import ClaimedBatch, Receipt, Verdict
from newsletter.storage.recording import finish, members
from newsletter.storage.tables import batches, deliveries


def still_held(connection: Connection, sender: str, batch_ids: Collection[int]) -> frozenset[int]:
    """Return which of the batches *sender* still holds; none of them is put in doubt before the transaction ends."""
    found = connection.execute(
        select(batches.c.id)
        .where(batches.c.id.in_(batch_ids), batches.c.sender == sender, batches.c.state == BatchState.SENDING)
        .order_by(batches.c.id)
        .with_for_update()
    )
    return frozenset(found.scalars())


def record_late(connection: Connection, batch: ClaimedBatch, receipts: Sequence[Receipt]) -> None:
    """Record what came back for a batch that is no longer its sender's: acceptance is evidence, the rest proves nothing.

    Who was queued again meanwhile on the word of somebody who could not know is not sent to twice either, unless
    another sender has the batch in hand.
    """
    accepted = {receipt.subscriber_id: receipt for receipt in receipts if receipt.verdict is Verdict.ACCEPTED}
    row = connection.execute(select(batches).where(batches.c.id == batch.id).with_for_update()).first()
    if row is None or not accepted:
        return
    in_hand = row.state == BatchState.SENDING
    open_states = [DeliveryState.UNKNOWN] if in_hand else [DeliveryState.UNKNOWN, DeliveryState.QUEUED]
    for subscriber, receipt in accepted.items():
        connection.execute(
            update(deliveries)
            .where(
                members(row), deliveries.c.subscriber_id == subscriber, deliveries.c.state.in_(open_states)
            )
            .values(state=DeliveryState.ACCEPTED, reason=None, provider_id=receipt.provider_id or None)
        )
    if in_hand:
        # Whoever has it counts its readers in the end.
        return
    finish(
        connection,
        batch.id,
        retry_at=row.retry_at,
        answer=row.answer,
        in_doubt=BatchState.DONE if row.state == BatchState.DONE else BatchState.UNKNOWN,
        settled_by="late answer",
    )
