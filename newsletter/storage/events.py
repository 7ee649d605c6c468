"""What providers reported: stored as it comes in, and marked when its consequences are drawn."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, Engine, Row, or_, select

from newsletter.database import writing
from newsletter.delivery.events import Bounce, Event, EventKind, Report
from newsletter.delivery.words import without_addresses
from newsletter.errors import ReplayedEventError
from newsletter.storage.tables import events, issues
from subscribers.storage import execute_many, moment_text
from subscribers.storage import subscribers as readers
from subscribers.storage.suppressing import forgiven_until


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A stored event whose consequences are not drawn yet."""

    number: int
    domain: str
    event: Event


class Reader(NamedTuple):
    """A subscriber, by number and unique form of the address."""

    id: int
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Located:
    """A waiting event, and whom and which delivery it is about."""

    number: int
    event: Event
    #: None: nobody that we know.
    subscriber_id: int | None
    #: Of the reader's address, else of the one that was reported.
    domain: str
    #: None: not about a delivery of ours.
    issue_number: int | None


def store(engine: Engine, reported: Sequence[Event], now: datetime) -> int:
    """Store *reported* for good; return how many of them were not known yet.

    Raises ReplayedEventError, and stores nothing, when one that `is_good_once` came before.
    """
    with writing(engine) as connection:
        news = execute_many(
            connection,
            "INSERT INTO events (provider, event_id, kind, bounce, at, received_at, email, domain, issue, delivery,"
            " message, status, diagnostic) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (provider, event_id) DO NOTHING",
            # In one order, so that two posts of the same events wait for each other and not both.
            [_row(event, moment_text(now)) for event in sorted(reported, key=lambda event: event.id)],
        )
        if news < len(reported) and any(event.is_good_once for event in reported):
            raise ReplayedEventError("its signature came before")
        return news


def _row(event: Event, received_at: str) -> tuple[str, ...]:
    email = _text(event.email, 320)
    return (
        event.provider,
        _text(event.id, 200),
        str(event.kind),
        str(event.bounce or ""),
        moment_text(event.at),
        received_at,
        email,
        email.rpartition("@")[2].lower()[:255],
        _text(event.issue, 120),
        _text(event.delivery, 64),
        _text(event.message, 500),
        _text(event.status, 16),
        without_addresses(_text(event.diagnostic, 500)),
    )


def _text(text: str, most: int) -> str:
    """Return what both databases take: PostgreSQL refuses NUL and what is too long, and no encoding has lone surrogates."""
    if not text.isascii():
        text = text.encode("utf-8", "replace").decode("utf-8")
    return text.replace("\0", "")[:most]


def waiting(connection: Connection, most: int) -> list[Waiting]:
    """Return the oldest events whose consequences are not drawn."""
    rows = connection.execute(
        select(events).where(events.c.processed_at.is_(None)).order_by(events.c.id).limit(most)
    )
    return [
        Waiting(
            number=row.id,
            domain=row.domain,
            event=Event(
                provider=row.provider,
                id=row.event_id,
                kind=EventKind(row.kind),
                bounce=Bounce(row.bounce) if row.bounce else None,
                at=row.at,
                email=row.email,
                issue=row.issue,
                delivery=row.delivery,
                message=row.message,
                status=row.status,
                diagnostic=row.diagnostic,
            ),
        )
        for row in rows
    ]


def readers_by_reference(connection: Connection, references: Collection[bytes]) -> dict[bytes, Reader]:
    """Return the readers of those *references* that are known."""
    rows = connection.execute(
        select(readers.c.ref, readers.c.id, readers.c.email_key).where(readers.c.ref.in_(references))
    )
    return {row.ref: Reader(row.id, row.email_key) for row in rows}


def readers_by_address(connection: Connection, keys: Collection[str]) -> dict[str, Reader]:
    """Return the readers of those addresses that are known, by `Address.key`."""
    rows = connection.execute(select(readers.c.id, readers.c.email_key).where(readers.c.email_key.in_(keys)))
    return {row.email_key: Reader(row.id, row.email_key) for row in rows}


def issue_numbers(connection: Connection, names: Collection[str]) -> dict[str, int]:
    """Return the numbers of issues by id; of one rehearsed and also sent for real, the real one."""
    rows = connection.execute(
        select(issues.c.id, issues.c.number)
        .where(issues.c.id.in_(names))
        .order_by(issues.c.is_rehearsal.desc())
    )
    return {row.id: row.number for row in rows}


def take(connection: Connection, found: Iterable[Located], now: datetime) -> list[Located]:
    """Mark events as done, empty their addresses, and return them; without those that another process took meanwhile."""
    by_number = {located.number: located for located in found}
    rows = connection.execute(
        select(events.c.id)
        .where(events.c.id.in_(by_number), events.c.processed_at.is_(None))
        .order_by(events.c.id)
        .with_for_update()
    )
    taken = [by_number[number] for number in rows.scalars()]
    execute_many(
        connection,
        "UPDATE events SET processed_at = ?, subscriber_id = ?, domain = ?, issue_number = ?, email = ''"
        " WHERE id = ?",
        [
            (
                moment_text(now),
                located.subscriber_id,
                located.domain[:255],
                located.issue_number,
                located.number,
            )
            for located in taken
        ],
    )
    return taken


def reports(
    connection: Connection, subscribers: Collection[int], kinds: Collection[EventKind]
) -> list[Report]:
    """Return what is known about *subscribers*, of these *kinds*, whose consequences were drawn."""
    if not subscribers:
        return []
    is_forgiven = or_(
        events.c.processed_at < readers.c.confirmed_at,
        events.c.processed_at < forgiven_until(readers.c.ref),
    )
    rows = connection.execute(
        select(events, is_forgiven.label("is_forgiven"))
        .join(readers, readers.c.id == events.c.subscriber_id)
        .where(events.c.subscriber_id.in_(subscribers), events.c.kind.in_(kinds))
    )
    return [_report(row) for row in rows]


def _report(row: Row[tuple[object, ...]]) -> Report:
    return Report(
        subscriber_id=row.subscriber_id,
        issue_number=row.issue_number,
        issue=row.issue,
        kind=EventKind(row.kind),
        bounce=Bounce(row.bounce) if row.bounce else None,
        at=row.at,
        event_id=row.event_id,
        status=row.status,
        diagnostic=row.diagnostic,
        is_held=row.is_held,
        is_forgiven=bool(row.is_forgiven),
    )
