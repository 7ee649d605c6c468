"""What became of deliveries after they were accepted, and doubts that events end."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, and_, select, update

from newsletter.database import reading, writing
from newsletter.delivery.events import EventKind
from newsletter.delivery.states import BatchState, DeliveryState
from newsletter.storage.recording import finish, members, move, went_as_one_request
from newsletter.storage.tables import batches, deliveries, events, issues
from subscribers.storage import execute_many

#: In doubt, or queued again on the word of somebody who could not know; an event tells that the mail had left.
_UNPROVEN = (DeliveryState.UNKNOWN, DeliveryState.QUEUED)
#: Whether a provider, by name, accepts a request for all its readers or for none.
IsAllOrNothing = Callable[[str], bool]
#: An issue's number and a subscriber's id.
DeliveryKey = tuple[int, int]


def note_delivered(connection: Connection, keys: Collection[DeliveryKey]) -> None:
    """Record that mails arrived, unless something else is known of them: being late, it undoes nothing."""
    execute_many(
        connection,
        "UPDATE deliveries SET outcome = ? WHERE issue_number = ? AND subscriber_id = ? AND outcome IS NULL",
        [(str(EventKind.DELIVERED), *key) for key in sorted(keys)],
    )


def note_outcomes(connection: Connection, outcomes: Mapping[DeliveryKey, tuple[EventKind, str]]) -> None:
    """Record what became of mails, with the reason in the provider's words, whatever was known of them before."""
    execute_many(
        connection,
        "UPDATE deliveries SET outcome = ?, outcome_reason = ? WHERE issue_number = ? AND subscriber_id = ?",
        [(str(kind), reason or None, *key) for key, (kind, reason) in sorted(outcomes.items())],
    )


def batches_in_doubt(connection: Connection, keys: Collection[DeliveryKey]) -> list[int]:
    """Return the batches of those deliveries among *keys* that are in doubt."""
    by_issue: dict[int, list[int]] = {}
    for number, subscriber in keys:
        by_issue.setdefault(number, []).append(subscriber)
    found: set[int] = set()
    for number, subscribers in by_issue.items():
        statement = (
            select(batches.c.id)
            .join(deliveries, _is_member())
            .where(
                deliveries.c.issue_number == number,
                deliveries.c.subscriber_id.in_(subscribers),
                deliveries.c.state.in_(_UNPROVEN),
            )
        )
        found.update(connection.execute(statement).scalars())
    return sorted(found)


def settle_doubts(engine: Engine, is_all_or_nothing: IsAllOrNothing) -> None:
    """End what doubts the events end that came before there was a doubt; a transaction a batch."""
    with reading(engine) as connection:
        # By issue, so that the index is used: of a long history only what is in doubt is looked at.
        statement = select(batches.c.id).join(
            issues,
            and_(issues.c.number == batches.c.issue_number, batches.c.state == BatchState.UNKNOWN),
        )
        doubtful = list(connection.execute(statement.order_by(batches.c.id)).scalars())
    for number in doubtful:
        with reading(engine) as connection:
            row = connection.execute(select(batches).where(batches.c.id == number)).one()
            has_evidence = bool(_proven(connection, row))
        if has_evidence:
            with writing(engine) as connection:
                settle(connection, number, is_all_or_nothing)


def settle(connection: Connection, batch_id: int, is_all_or_nothing: IsAllOrNothing) -> None:
    """End the doubts of a batch that events end, unless a sender holds it.

    A mail of which something was reported was accepted. Where a request is accepted for all or for none, and nothing but
    doubt is known of the batch's readers, they were one request, and all of them were accepted.
    """
    row = connection.execute(
        select(batches, issues.c.provider)
        .join(issues, issues.c.number == batches.c.issue_number)
        .where(batches.c.id == batch_id, batches.c.state != BatchState.SENDING)
        .with_for_update(of=batches)
    ).first()
    proven = _proven(connection, row) if row else {}
    if row is None or not proven:
        return
    accepted: Sequence[int] = list(proven)
    if went_as_one_request(row) and row.provider in proven.values() and is_all_or_nothing(row.provider):
        statement = select(deliveries.c.subscriber_id).where(
            members(row), deliveries.c.state == DeliveryState.UNKNOWN
        )
        accepted = list(connection.execute(statement).scalars())
    for old in _UNPROVEN:
        move(connection, row, accepted, old=old, new=DeliveryState.ACCEPTED)
    connection.execute(update(batches).where(batches.c.id == batch_id).values(settled_by="events"))
    # What a person has left in doubt stays left.
    in_doubt = BatchState.DONE if row.state == BatchState.DONE else BatchState.UNKNOWN
    finish(connection, batch_id, retry_at=row.retry_at, answer=row.answer, in_doubt=in_doubt)


def _proven(connection: Connection, batch: Any) -> dict[int, str]:
    """Return the readers of *batch* in doubt of whose mail something was reported, each with by whom."""
    statement = (
        select(deliveries.c.subscriber_id, events.c.provider)
        .join(
            events,
            and_(
                events.c.subscriber_id == deliveries.c.subscriber_id,
                events.c.issue_number == deliveries.c.issue_number,
            ),
        )
        .where(
            members(batch),
            deliveries.c.state.in_(_UNPROVEN),
            events.c.kind != EventKind.UNKNOWN,
        )
    )
    return {row.subscriber_id: row.provider for row in connection.execute(statement)}


def _is_member() -> ColumnElement[bool]:
    return and_(
        batches.c.issue_number == deliveries.c.issue_number,
        batches.c.variant == deliveries.c.variant,
        deliveries.c.subscriber_id.between(batches.c.first_subscriber, batches.c.last_subscriber),
    )
