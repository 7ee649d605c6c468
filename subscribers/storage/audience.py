"""Who gets a digest: a select that others slice and join, so that a million readers never leave the database."""

from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select

from subscribers.states import State
from subscribers.storage.tables import subscribers, subscriptions


def audience(digest: str, now: datetime) -> Select[tuple[int, str, str | None]]:
    """Select `subscriber_id`, `lang` and `topics` of everybody who is to get *digest* at *now*.

    Add a range of `subscribers.c.id` to take a slice: on both databases that reads only the slice's rows.
    """
    return (
        select(subscribers.c.id.label("subscriber_id"), subscribers.c.lang, subscriptions.c.topics)
        .join(subscriptions, subscriptions.c.subscriber_id == subscribers.c.id)
        .where(subscriptions.c.digest == digest, subscriptions.c.ended_at.is_(None), _may_be_mailed(now))
    )


def has_left(subscriber_id: ColumnElement[int], digest: str, now: datetime) -> ColumnElement[bool]:
    """Return the condition that *subscriber_id* may no longer be mailed *digest*: left, paused, suppressed, erased.

    *subscriber_id* is a column of another table than the readers' own, which the condition looks through by itself.
    """
    return ~exists(
        select(subscribers.c.id)
        .join(subscriptions, subscriptions.c.subscriber_id == subscribers.c.id)
        .where(
            subscribers.c.id == subscriber_id,
            subscriptions.c.digest == digest,
            subscriptions.c.ended_at.is_(None),
            _may_be_mailed(now),
        )
    )


def _may_be_mailed(now: datetime) -> ColumnElement[bool]:
    return and_(
        subscribers.c.suppressed.is_(None),
        or_(
            subscribers.c.state == State.ACTIVE,
            # A pause ends by itself: nothing has to run for it.
            and_(subscribers.c.state == State.PAUSED, subscribers.c.paused_until <= now),
        ),
    )
