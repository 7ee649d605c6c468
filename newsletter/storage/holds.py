"""Domains whose hard bounces condemn nobody until a person says so (row B-05)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, exists, func, literal, or_, select, tuple_, update

from newsletter.delivery.events import Bounce
from newsletter.delivery.states import BatchState, DeliveryState
from newsletter.storage.tables import batches, deliveries, events, held_domains
from subscribers.storage import execute_many, moment_text
from subscribers.storage import subscribers as readers


@dataclass(frozen=True, slots=True, order=True)
class Stream:
    """One issue to the readers of one domain."""

    issue_number: int
    domain: str


def known(connection: Connection, streams: Collection[Stream]) -> dict[Stream, bool]:
    """Return which of *streams* were ever held, each with whether a person has released it."""
    keys = tuple_(held_domains.c.issue_number, held_domains.c.domain)
    rows = connection.execute(
        select(held_domains).where(keys.in_([(stream.issue_number, stream.domain) for stream in streams]))
    )
    return {Stream(row.issue_number, row.domain): row.released_at is not None for row in rows}


def refused(connection: Connection, stream: Stream) -> set[int]:
    """Return the readers of *stream* who bounced for good, as far as consequences were drawn."""
    return set(connection.execute(select(events.c.subscriber_id).where(*_hard(stream))).scalars())


def sent_to(connection: Connection, stream: Stream, most: int) -> int:
    """Return how many readers of *stream* may have got the issue by now; counting ends at *most*."""
    # Whether it was accepted or is in doubt makes no difference, so that what events say of doubts changes nothing.
    may_have_left = (DeliveryState.ACCEPTED, DeliveryState.UNKNOWN, DeliveryState.SENDING)
    # A bounce may be quicker than the answer to the request.
    is_leaving = and_(
        deliveries.c.state == DeliveryState.QUEUED,
        exists().where(
            batches.c.issue_number == deliveries.c.issue_number,
            batches.c.variant == deliveries.c.variant,
            batches.c.state == BatchState.SENDING,
            deliveries.c.subscriber_id.between(batches.c.first_subscriber, batches.c.last_subscriber),
        ),
    )
    found = (
        select(literal(1))
        .select_from(deliveries)
        .join(readers, readers.c.id == deliveries.c.subscriber_id)
        .where(
            deliveries.c.issue_number == stream.issue_number,
            or_(deliveries.c.state.in_(may_have_left), is_leaving),
            readers.c.email_key.endswith(f"@{stream.domain}", autoescape=True),
        )
        .limit(most)
    )
    return connection.execute(select(func.count()).select_from(found.subquery())).scalar_one()


def hold(connection: Connection, stream: Stream, now: datetime) -> bool:
    """Hold every hard bounce of *stream*, those to come included; return whether that is news."""
    values = (stream.issue_number, stream.domain, moment_text(now))
    is_news = execute_many(
        connection,
        "INSERT INTO held_domains (issue_number, domain, held_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
        [values],
    )
    connection.execute(update(events).where(*_hard(stream)).values(is_held=True))
    return bool(is_news)


def release(connection: Connection, domain: str, now: datetime) -> set[int]:
    """Let every held bounce of *domain* count; return the readers whom they are about."""
    is_open = (held_domains.c.domain == domain, held_domains.c.released_at.is_(None))
    numbers = connection.execute(select(held_domains.c.issue_number).where(*is_open)).scalars().all()
    connection.execute(update(held_domains).where(*is_open).values(released_at=now))
    found: set[int] = set()
    for number in numbers:
        stream = Stream(number, domain)
        found |= refused(connection, stream)
        connection.execute(update(events).where(*_hard(stream)).values(is_held=False))
    return found


def held_now(connection: Connection) -> list[str]:
    """Return the domains that wait for a person."""
    statement = select(held_domains.c.domain).where(held_domains.c.released_at.is_(None)).distinct()
    return list(connection.execute(statement.order_by(held_domains.c.domain)).scalars())


def _hard(stream: Stream) -> tuple[ColumnElement[bool], ...]:
    return (
        events.c.issue_number == stream.issue_number,
        events.c.domain == stream.domain,
        events.c.bounce == Bounce.HARD,
        events.c.subscriber_id.is_not(None),
    )
