"""Who gets a digest: a select that others slice and join, so that a million readers never leave the database."""

from datetime import datetime

from sqlalchemy import BindParameter, ColumnElement, FromClause, Join, Select, and_, false, func, or_, select

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


def with_readers(rows: FromClause, subscriber_id: ColumnElement[int], digest: str) -> Join:
    """Join *rows*, of which *subscriber_id* is a column, with their readers and these readers' wish for *digest*."""
    wish = and_(
        subscriptions.c.subscriber_id == subscriber_id,
        subscriptions.c.digest == digest,
        subscriptions.c.ended_at.is_(None),
    )
    return rows.outerjoin(subscribers, subscribers.c.id == subscriber_id).outerjoin(subscriptions, wish)


def has_left(now: datetime | BindParameter[datetime]) -> ColumnElement[bool]:
    """Return the condition, on rows of `with_readers`, that a reader may not be mailed: left, paused, suppressed, erased."""
    # What is not known, as the end of a pause for ever, is no permission.
    may_be_mailed = func.coalesce(_may_be_mailed(now), false())
    return or_(subscriptions.c.subscriber_id.is_(None), ~may_be_mailed)


def _may_be_mailed(now: datetime | BindParameter[datetime]) -> ColumnElement[bool]:
    return and_(
        subscribers.c.suppressed.is_(None),
        or_(
            subscribers.c.state == State.ACTIVE,
            # A pause ends by itself: nothing has to run for it.
            and_(subscribers.c.state == State.PAUSED, subscribers.c.paused_until <= now),
        ),
    )
