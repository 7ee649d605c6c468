"""Readers who were imported without evidence of consent: each is asked by mail, from a slow queue of its own."""

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import Engine, insert, select, update

from subscribers.addresses import Address
from subscribers.requests import Choice, Kind
from subscribers.states import State
from subscribers.storage.requests import Wanted
from subscribers.storage.tables import requests, subscribers, subscriptions
from subscribers.storage.transactions import reading, writing


def invite(engine: Engine, refs: Sequence[bytes], mailbox_of: Callable[[str], bytes], now: datetime) -> int:
    """Put the next of them into the queue, at most as many as there are new *refs*; return how many.

    *mailbox_of*: the unique form of an address → what stands for its mailbox.
    """
    pending = (
        select(subscribers)
        .where(
            subscribers.c.state == State.PENDING,
            subscribers.c.asked_at.is_(None),
            subscribers.c.suppressed.is_(None),
        )
        .order_by(subscribers.c.id)
        .limit(len(refs))
        .with_for_update(skip_locked=True)
    )
    with writing(engine) as connection:
        rows = connection.execute(pending).all()
        for row, ref in zip(rows, refs, strict=False):
            wishes = select(subscriptions.c.digest).where(subscriptions.c.subscriber_id == row.id)
            digests = sorted(connection.execute(wishes).scalars())
            wanted = Wanted(
                kind=Kind.INVITATION,
                ref=ref,
                address=Address(row.email, row.email_key, row.as_entered),
                mailbox=mailbox_of(row.email_key),
                lang=row.lang,
                payload=Choice(digests=digests, entry="import").to_payload(),
            )
            connection.execute(insert(requests), wanted.to_row(now))
        ids = [row.id for row in rows]
        if ids:
            connection.execute(update(subscribers).where(subscribers.c.id.in_(ids)).values(asked_at=now))
        return len(ids)


def last_invitation(engine: Engine) -> datetime | None:
    """Return when a reader was last put into the queue."""
    newest = (
        select(requests.c.created_at)
        .where(requests.c.kind == Kind.INVITATION)
        .order_by(requests.c.id.desc())
        .limit(1)
    )
    with reading(engine) as connection:
        return connection.execute(newest).scalar()
