"""An issue that was sent, events about its readers, and what became of both."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count

from sqlalchemy import select, update

from newsletter.database import Engine
from newsletter.delivery.disorder import Held
from newsletter.delivery.events import Bounce, Event, EventKind
from newsletter.delivery.letter import reference_text
from newsletter.delivery.outcomes import process
from newsletter.storage import events
from newsletter.storage.tables import batches, deliveries, issues
from subscribers.storage import subscribers
from tests.delivery.frozen_issue import NOW, add_readers, freeze

LATER = NOW + timedelta(hours=1)
ISSUE = "monthly-2026-11"
_ids = count()


def event(
    kind: EventKind,
    *,
    reader: bytes = b"",
    email: str = "",
    bounce: Bounce | None = None,
    issue: str = ISSUE,
    at: datetime = NOW,
    status: str = "",
    diagnostic: str = "",
    provider: str = "postal",
) -> Event:
    """Return an event that did not happen before, about the reader with this reference or address."""
    return Event(
        provider=provider,
        id=f"event-{next(_ids)}",
        kind=kind,
        bounce=bounce,
        at=at,
        email=email,
        issue=issue,
        delivery=reference_text(reader) if reader else "",
        status=status,
        diagnostic=diagnostic,
    )


def hard(reader: bytes, *, email: str = "", status: str = "", diagnostic: str = "") -> Event:
    """Return a bounce that condemns an address."""
    return event(
        EventKind.BOUNCED,
        reader=reader,
        bounce=Bounce.HARD,
        email=email,
        status=status,
        diagnostic=diagnostic,
    )


@dataclass(frozen=True)
class Reader:
    """What is stored of a reader."""

    state: str
    suppressed: str | None


@dataclass(frozen=True)
class World:
    """A database with an issue whose mails have all left."""

    engine: Engine
    refs: Sequence[bytes]
    is_all_or_nothing: bool = False

    def report(self, *reported: Event, now: datetime = LATER, most: int = 500) -> list[Held]:
        """Store events and draw their consequences; return the alerts."""
        events.store(self.engine, reported, now)
        return process(self.engine, now, lambda _name: self.is_all_or_nothing, most=most)

    def reader(self, ref: bytes) -> Reader:
        with self.engine.connect() as connection:
            row = connection.execute(select(subscribers).where(subscribers.c.ref == ref)).one()
        return Reader(row.state, row.suppressed)

    def readers(self) -> list[Reader]:
        return [self.reader(ref) for ref in self.refs]

    def outcome(self, ref: bytes) -> tuple[str | None, str | None]:
        """Return what became of the reader's mail, and in whose words."""
        with self.engine.connect() as connection:
            statement = select(deliveries.c.outcome, deliveries.c.outcome_reason).join(
                subscribers, subscribers.c.id == deliveries.c.subscriber_id
            )
            outcome, reason = connection.execute(statement.where(subscribers.c.ref == ref)).one()
        return outcome, reason

    def states(self) -> list[str]:
        """Return the states of the deliveries, in the order of the readers."""
        with self.engine.connect() as connection:
            statement = select(deliveries.c.state).order_by(deliveries.c.subscriber_id)
            return list(connection.execute(statement).scalars())


def sent_world(
    engine: Engine,
    readers: int,
    *,
    state: str = "accepted",
    batch_state: str = "done",
    batch: int = 100,
    is_all_or_nothing: bool = False,
) -> World:
    """Freeze an issue for so many readers and let its mails have left; `unknown`: nobody knows."""
    add_readers(engine, readers)
    stored = freeze(engine, batch=batch)
    left = {"unknown": batches.c.size} if state == "unknown" else {"accepted": batches.c.size}
    with engine.begin() as connection:
        connection.execute(update(issues).values(provider="postal", has_left=True))
        connection.execute(update(deliveries).values(state=state))
        # As a sender leaves it: claimed, then answered or not.
        connection.execute(update(batches).values(state="sending"))
        connection.execute(update(batches).values(state=batch_state, attempts=1, **left))
        assert stored.audience == readers
        refs = connection.execute(select(subscribers.c.ref).order_by(subscribers.c.id)).scalars().all()
    return World(engine, refs, is_all_or_nothing)
