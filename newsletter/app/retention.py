"""Nothing is kept longer than it is needed (row P-12): once a night what is over is deleted, and it is noted how much."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from itertools import chain
from pathlib import Path
from threading import Event

from newsletter.app.erasing import journal
from newsletter.app.project import Project
from newsletter.app.readers import check_suppression_keys, suppression_keys
from newsletter.app.traces import copies_of_database
from newsletter.app.workshops import clear_stale
from newsletter.database import writing
from newsletter.storage import retaining as ledger
from subscribers.storage import retaining as readers
from subscribers.storage.audit import note
from subscribers.storage.challenges import forget_expired

#: Rehearsed mails, and what imports had to say.
FILES = timedelta(days=90)
#: Copies of the database that were made before it was migrated or replaced (row P-08).
COPIES = timedelta(days=35)
#: Rows a transaction, which keeps each below 100 ms.
_ROWS = 250
_ACTION = "retention"


def forget_networks(project: Project, now: datetime) -> int:
    """Delete what networks did, two hours later; more often than nightly, therefore."""
    return readers.delete_network_hits(project.engine, now)


def forget_challenges(project: Project, now: datetime) -> int:
    """Delete the solved challenges that have expired: a flood leaves many in an hour."""
    return forget_expired(project.engine, now)


def remove_what_is_over(project: Project, now: datetime, stop: Event) -> Mapping[str, int]:
    """Remove whatever is over at *now*; return what was removed, by kind.

    Short transactions, each for good: when *stop* is set, or after a crash, the next run goes on. Raises KeysError when erased
    people could not be recognised, and removes nothing.
    """
    check_suppression_keys(project)
    removed: Counter[str] = Counter()
    for name, count in chain(_profiles(project, now), _rows(project, now), _files(project, now)):
        removed[name] += count
        if stop.is_set():
            break
    with writing(project.engine) as connection:
        note(
            connection,
            at=now,
            actor="scheduler",
            action=f"{_ACTION}-stopped" if stop.is_set() else _ACTION,
            people=removed["profiles"] + removed["unconfirmed readers"],
            details=+removed,
        )
    return +removed


def _profiles(project: Project, now: datetime) -> Iterator[tuple[str, int]]:
    """Put hashes in the place of those who left; in the journal first, so that no restored backup brings them back."""
    keys = suppression_keys(project)
    after = 0
    while people := readers.profiles_to_forget(project.engine, now, after=after, most=_ROWS):
        entries = [(person, readers.forgotten(person, keys, now)) for person in people]
        journal(project).append([entry for _, entry in entries])
        yield "profiles", readers.forget_profiles(project.engine, entries, now)
        after = people[-1].id


def _rows(project: Project, now: datetime) -> Iterator[tuple[str, int]]:
    engine = project.engine
    for step in (*readers.STEPS, *ledger.STEPS, *ledger.delivery_steps(engine, now)):
        last: int | None = 0
        while last is not None:
            count, last = readers.end_part(engine, step, now, after=last, most=_ROWS)
            yield step.name, count


def _files(project: Project, now: datetime) -> Iterator[tuple[str, int]]:
    var = project.settings.var
    kept = [*(var / "outbox").rglob("*.eml"), *(var / "imports").glob("*")]
    yield "files", sum(_unlink(path, now - FILES) for path in kept)
    copies = copies_of_database(project.database_file)
    yield "copies of the database", sum(_unlink(path, now - COPIES) for path in copies)
    if database := project.database_file:
        yield "unfinished copies", clear_stale(database.parent, now)


def _unlink(path: Path, until: datetime) -> bool:
    """Delete a file unless it was written later."""
    try:
        is_over = path.is_file() and path.stat().st_mtime <= until.timestamp()
        if is_over:
            path.unlink()
    except FileNotFoundError:  # another process was quicker
        return False
    return is_over
