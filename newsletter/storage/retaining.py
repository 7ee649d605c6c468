"""Emptying what is no longer needed of the ledger. Rows of `batches` stay for good: they are what remains known of an issue."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    and_,
    delete,
    exists,
    func,
    not_,
    or_,
    select,
    update,
)

from newsletter.database import reading
from newsletter.delivery.states import BatchState
from newsletter.issues.states import ENDED
from newsletter.storage.tables import batches, deliveries, events, issues, notices
from subscribers.storage.retaining import Step

#: What a provider posted, beside what it means.
RAW_EVENTS = timedelta(days=30)
#: Which mail went to whom and in whose words; afterwards issue, reader and outcome. Events go altogether.
DELIVERIES = timedelta(days=90)
#: Mails to editors and operators.
NOTICES = timedelta(days=90)
#: Which variant a delivery was of tells what its reader chose.
_NO_VARIANT = 0
_RAW = (events.c.email, events.c.delivery, events.c.message, events.c.diagnostic)


def _is_raw(now: datetime) -> ColumnElement[bool]:
    is_full = or_(*(column != "" for column in _RAW))
    return and_(events.c.received_at <= now - RAW_EVENTS, events.c.processed_at.is_not(None), is_full)


def _blank_events(connection: Connection, ids: Sequence[int], _now: datetime) -> None:
    """Empty what a provider wrote; kind, time, reader and issue stay, from which consequences are drawn."""
    blank = {column.name: "" for column in _RAW}
    connection.execute(update(events).where(events.c.id.in_(ids)).values(**blank))


def _is_old_event(now: datetime) -> ColumnElement[bool]:
    return and_(events.c.received_at <= now - DELIVERIES, events.c.processed_at.is_not(None))


def _delete_events(connection: Connection, ids: Sequence[int], _now: datetime) -> None:
    connection.execute(delete(events).where(events.c.id.in_(ids)))


def _has_old_words(now: datetime) -> ColumnElement[bool]:
    ended = select(issues.c.number).where(_ended_before(now - DELIVERIES))
    return and_(batches.c.answer != "", batches.c.issue_number.in_(ended))


def _blank_answers(connection: Connection, ids: Sequence[int], _now: datetime) -> None:
    connection.execute(update(batches).where(batches.c.id.in_(ids)).values(answer=""))


def _is_old_notice(now: datetime) -> ColumnElement[bool]:
    return notices.c.created_at <= now - NOTICES


def _delete_notices(connection: Connection, ids: Sequence[int], _now: datetime) -> None:
    connection.execute(delete(notices).where(notices.c.id.in_(ids)))


STEPS = (
    Step(name="raw events", id=events.c.id, is_over=_is_raw, end=_blank_events),
    Step(name="events", id=events.c.id, is_over=_is_old_event, end=_delete_events),
    Step(name="answers", id=batches.c.id, is_over=_has_old_words, end=_blank_answers),
    Step(name="notices", id=notices.c.id, is_over=_is_old_notice, end=_delete_notices),
)


def delivery_steps(engine: Engine, now: datetime) -> list[Step]:
    """Return a step for each issue whose deliveries are to be reduced to issue, reader and outcome."""
    has_more = exists().where(
        deliveries.c.issue_number == issues.c.number, deliveries.c.variant > _NO_VARIANT
    )
    with reading(engine) as connection:
        numbers = connection.execute(
            select(issues.c.number).where(_ended_before(now - DELIVERIES), has_more).order_by(issues.c.number)
        )
        return [_reducing(number) for number in numbers.scalars()]


def _reducing(number: int) -> Step:
    is_its = deliveries.c.issue_number == number

    def reduce(connection: Connection, ids: Sequence[int], _now: datetime) -> None:
        left = {
            "variant": _NO_VARIANT,
            "reason": None,
            "provider_id": None,
            "outcome_reason": None,
            "was_in_doubt": False,
        }
        these = and_(is_its, deliveries.c.subscriber_id.in_(ids))
        connection.execute(update(deliveries).where(these).values(**left))

    return Step(
        name="details of deliveries",
        id=deliveries.c.subscriber_id,
        is_over=lambda _now: and_(is_its, deliveries.c.variant > _NO_VARIANT),
        end=reduce,
    )


def _ended_before(until: datetime) -> ColumnElement[bool]:
    """Whether issues ended by then. One with readers in doubt has not: a person is still to decide about them."""
    in_doubt = exists().where(
        batches.c.issue_number == issues.c.number,
        batches.c.state.in_([BatchState.SENDING, BatchState.UNKNOWN]),
    )
    return and_(
        issues.c.state.in_(ENDED),
        func.coalesce(issues.c.finished_at, issues.c.due_at) <= until,
        not_(in_doubt),
    )
