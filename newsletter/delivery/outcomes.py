"""What follows from stored events: outcomes of deliveries, ends of doubts, suppressions. Whatever came twice or late, the end is the same.

It is gathered first and then written, so that nobody waits for the counting. Both look at all that is known of a
reader, never at the order in which it came. A crash loses nothing: what is not marked as done is done again.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime

from newsletter.database import Connection, Engine, reading, writing
from newsletter.delivery.condemning import reasons
from newsletter.delivery.disorder import Held, disordered, hold
from newsletter.delivery.events import Bounce, EventKind, Report
from newsletter.delivery.locating import locate
from newsletter.storage import events as event_store
from newsletter.storage import holds
from newsletter.storage import outcomes as outcome_store
from newsletter.storage.events import Located
from newsletter.storage.holds import Stream
from newsletter.storage.outcomes import IsAllOrNothing
from subscribers.storage import suppress, take_back_bounces
from subscribers.suppression import Suppression

#: Events a transaction, which keeps each below 100 ms.
MOST = 500

#: What says something bad of a mail or an address, the weightiest first; the others are looked at only beside these.
_TROUBLE = (EventKind.COMPLAINED, EventKind.UNSUBSCRIBED, EventKind.BOUNCED, EventKind.REJECTED)


#: Gets the addresses of complaints about nobody whom we know, in the transaction that draws their consequences.
Remember = Callable[[Connection, Collection[str]], None]


def process(
    engine: Engine,
    now: datetime,
    is_all_or_nothing: IsAllOrNothing,
    *,
    remember: Remember = lambda _connection, _emails: None,
    most: int = MOST,
) -> list[Held]:
    """Draw the consequences of every stored event; return what a person should be told now.

    *most*: events a transaction.
    """
    alerts: list[Held] = []
    while True:
        with reading(engine) as connection:
            found = locate(connection, event_store.waiting(connection, most))
            in_disorder = disordered(connection, found)
        if not found:
            break
        with writing(engine) as connection:
            taken = event_store.take(connection, found, now)
            _note_outcomes(connection, taken)
            _end_doubts(connection, taken, is_all_or_nothing)
            alerts += hold(connection, taken, in_disorder, now)
            _condemn(connection, taken, in_disorder, now)
            if strangers := _complaining_strangers(taken):
                remember(connection, strangers)
    outcome_store.settle_doubts(engine, is_all_or_nothing)
    return alerts


def release(engine: Engine, domain: str, now: datetime) -> int | None:
    """Let the held bounces of *domain* count; return how many readers they are about, None when none are held."""
    with writing(engine) as connection:
        if domain not in holds.held_now(connection):
            return None
        readers = holds.release(connection, domain, now)
        by_reader = _history(connection, readers)
        _suppress(connection, by_reader, readers, now)
        return len(readers)


def _complaining_strangers(found: Iterable[Located]) -> set[str]:
    """Return the addresses of complaints whose readers are unknown: they may have been erased since."""
    return {
        located.event.email
        for located in found
        if located.subscriber_id is None
        and located.event.kind is EventKind.COMPLAINED
        and located.event.email
    }


def _deliveries(found: Iterable[Located], kinds: Collection[EventKind]) -> set[tuple[int, int]]:
    return {
        (located.issue_number, located.subscriber_id)
        for located in found
        if located.event.kind in kinds
        and located.issue_number is not None
        and located.subscriber_id is not None
    }


def _note_outcomes(connection: Connection, taken: Sequence[Located]) -> None:
    outcome_store.note_delivered(connection, _deliveries(taken, {EventKind.DELIVERED}))
    troubled = _deliveries(taken, _TROUBLE)
    known: dict[tuple[int, int], list[Report]] = defaultdict(list)
    for report in event_store.reports(connection, {reader for _, reader in troubled}, _TROUBLE):
        if report.issue_number is not None:
            known[report.issue_number, report.subscriber_id].append(report)
    outcome_store.note_outcomes(connection, {key: _outcome(known[key]) for key in troubled & known.keys()})


def _outcome(reports: Iterable[Report]) -> tuple[EventKind, str]:
    """Return what became of a mail of which there are *reports* of trouble, and the server's words."""
    worst = min(
        reports,
        key=lambda report: (
            _TROUBLE.index(report.kind),
            report.bounce is not Bounce.HARD,
            report.at,
            report.event_id,
        ),
    )
    return worst.kind, worst.diagnostic or worst.status


def _end_doubts(connection: Connection, taken: Sequence[Located], is_all_or_nothing: IsAllOrNothing) -> None:
    evidence = _deliveries(taken, set(EventKind) - {EventKind.UNKNOWN})
    for batch in outcome_store.batches_in_doubt(connection, evidence):
        outcome_store.settle(connection, batch, is_all_or_nothing)


def _condemn(
    connection: Connection, taken: Sequence[Located], in_disorder: Collection[Stream], now: datetime
) -> None:
    """Suppress whom the new events condemn, and take back what they show to have been no reason."""
    troubled = _readers(taken, _TROUBLE)
    doubtful = _readers(taken, {EventKind.DELIVERED})
    for stream in in_disorder:
        doubtful |= holds.refused(connection, stream)
    by_reader = _history(connection, troubled | doubtful)
    _suppress(connection, by_reader, troubled, now)
    instead = {
        reader: Suppression.UNSUBSCRIBED if Suppression.UNSUBSCRIBED in given else None
        for reader, given in by_reader.items()
        if reader in doubtful and Suppression.BOUNCE not in given
    }
    take_back_bounces(connection, instead, at=now)


def _readers(found: Iterable[Located], kinds: Collection[EventKind]) -> set[int]:
    return {
        located.subscriber_id
        for located in found
        if located.subscriber_id is not None and located.event.kind in kinds
    }


def _history(connection: Connection, readers: Collection[int]) -> dict[int, tuple[Suppression, ...]]:
    """Return the reasons to suppress, of those of *readers* with whom there ever was trouble."""
    known: dict[int, list[Report]] = defaultdict(list)
    for report in event_store.reports(connection, readers, _TROUBLE):
        known[report.subscriber_id].append(report)
    for report in event_store.reports(connection, known, {EventKind.DELIVERED}):
        known[report.subscriber_id].append(report)
    return {reader: reasons(reports) for reader, reports in known.items()}


def _suppress(
    connection: Connection,
    by_reader: Mapping[int, Sequence[Suppression]],
    readers: Collection[int],
    now: datetime,
) -> None:
    for reason in (Suppression.UNSUBSCRIBED, Suppression.BOUNCE, Suppression.COMPLAINT):
        ids = [reader for reader in sorted(readers) if reason in by_reader.get(reader, ())]
        suppress(connection, ids, reason, at=now)
