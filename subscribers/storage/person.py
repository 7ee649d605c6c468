"""One subscriber's rows: read, and written about. Part of a caller's transaction."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, insert, select, update

from subscribers.consent import Action, Channel, ConsentRecord
from subscribers.states import State
from subscribers.storage.tables import consent_records, subscribers, subscriptions
from subscribers.suppression import Suppression
from subscribers.values import Subscriber, Subscription, topics_from_text


def load(connection: Connection, which: ColumnElement[bool], *, to_change: bool = False) -> Subscriber | None:
    """Return the one subscriber *which* is true of, None when there is none.

    *to_change*: two who do so at once follow each other.
    """
    statement = with_wishes().where(which)
    if to_change:
        # On PostgreSQL; SQLite has one writer anyway.
        connection.execute(select(subscribers.c.id).where(which).with_for_update())
    return next(read(connection, statement), None)


def with_wishes() -> Select[Any]:
    """Select subscribers, each with a row for each wish, in the order in which `read` wants them."""
    return (
        select(
            *(column for column in subscribers.c if column.key not in {"email_key", "asked_at"}),
            subscriptions.c.digest,
            subscriptions.c.topics,
            subscriptions.c.created_at.label("wished_at"),
            subscriptions.c.ended_at,
        )
        .outerjoin(subscriptions, subscriptions.c.subscriber_id == subscribers.c.id)
        .order_by(subscribers.c.id, subscriptions.c.digest)
    )


def read(connection: Connection, statement: Select[Any]) -> Iterator[Subscriber]:
    """Yield the subscribers whom *statement*, made of `with_wishes`, selects."""
    for _, rows in groupby(connection.execute(statement), key=lambda row: row.id):
        yield _subscriber(list(rows))


def _subscriber(rows: list[Row[Any]]) -> Subscriber:
    row = rows[0]
    return Subscriber(
        id=row.id,
        ref=row.ref,
        email=row.email,
        as_entered=row.as_entered,
        lang=row.lang,
        state=State(row.state),
        paused_until=row.paused_until,
        suppressed=None if row.suppressed is None else Suppression(row.suppressed),
        suppressed_at=row.suppressed_at,
        created_at=row.created_at,
        confirmed_at=row.confirmed_at,
        unsubscribed_at=row.unsubscribed_at,
        subscriptions=tuple(
            Subscription(
                digest=wish.digest,
                topics=topics_from_text(wish.topics),
                created_at=wish.wished_at,
                ended_at=wish.ended_at,
            )
            for wish in rows
            if wish.digest is not None
        ),
    )


def end(connection: Connection, subscriber: Subscriber, digests: set[str], at: datetime) -> None:
    """End the subscriber's wish for *digests*."""
    connection.execute(
        update(subscriptions)
        .where(subscriptions.c.subscriber_id == subscriber.id, subscriptions.c.digest.in_(digests))
        .values(ended_at=at)
    )


def change(connection: Connection, subscriber: Subscriber, **values: object) -> None:
    """Give columns of the subscriber's row these *values*."""
    connection.execute(update(subscribers).where(subscribers.c.id == subscriber.id).values(**values))


def pause(connection: Connection, subscriber: Subscriber, until: datetime | None) -> None:
    """Mail an active or paused subscriber nothing until then; None: end their pause."""
    state = State.ACTIVE if until is None else State.PAUSED
    change(connection, subscriber, state=state, paused_until=until)


def leave(
    connection: Connection,
    before: Subscriber,
    digest: str | None,
    *,
    at: datetime,
    channel: Channel,
    payload: Mapping[str, object],
) -> None:
    """End the wish for *digest*, or all (None); who gets nothing any more is unsubscribed.

    Doing it again changes nothing. *payload*: what else the record is to say.
    """
    ending = set(before.wanted) if digest is None else set(before.wanted) & {digest}
    remain = set(before.wanted) - ending
    if not ending and (remain or before.state == State.UNSUBSCRIBED):
        return
    end(connection, before, ending, at)
    if not remain:
        change(connection, before, state=State.UNSUBSCRIBED, unsubscribed_at=at)
    payload = {**payload, "digests": sorted(ending)}
    record(connection, before.ref, Action.WITHDRAW, channel, at=at, payload=payload)


def record(
    connection: Connection,
    ref: bytes,
    action: Action,
    channel: Channel,
    *,
    at: datetime,
    payload: Mapping[str, object],
) -> None:
    """Add to the record of consents; *ref*: the subscriber's."""
    entry = ConsentRecord(subscriber_ref=ref, at=at, action=action, channel=channel, payload=payload)
    connection.execute(
        insert(consent_records),
        {
            "subscriber_ref": entry.subscriber_ref,
            "at": entry.at,
            "action": entry.action,
            "channel": entry.channel,
            "payload": entry.payload_text,
        },
    )
