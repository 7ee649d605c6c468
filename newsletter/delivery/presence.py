"""Which senders live: on this machine by their locks, on others by their leases."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from newsletter.database import Engine
from newsletter.delivery import locks
from newsletter.delivery.leases import Lease
from newsletter.storage import senders


@dataclass(frozen=True, slots=True, kw_only=True)
class Presence:
    """A sender at work."""

    name: str
    #: None on SQLite, whose senders are all on one machine.
    lease: Lease | None


@contextmanager
def present(engine: Engine, folder: Path, issue_number: int) -> Iterator[Presence]:
    """Be alive under a new name, as a sender of an issue, for as long as the block lasts; *folder* holds the locks."""
    with locks.alive(folder, issue_number) as name:
        if not senders.has_leases(engine):
            yield Presence(name=name, lease=None)
            return
        lease = Lease(engine, name)
        lease.take(locks.reach(folder))
        with lease.kept():
            yield Presence(name=name, lease=lease)


def senders_present(engine: Engine, folder: Path, issue_number: int) -> int:
    """Return how many senders of an issue are alive; this only looks, and clears nobody away."""
    here = locks.living(folder, issue_number)
    if not senders.has_leases(engine):
        return len(here)
    machine = locks.reach(folder) if folder.exists() else None
    elsewhere = [there for there in senders.machines_of(engine, issue_number) if there != machine]
    return len(here) + len(elsewhere)


def is_present(engine: Engine, folder: Path, name: str) -> bool:
    """Whether the sender *name* is alive. One that is not is cleared away, and will not come back under that name."""
    if not senders.has_leases(engine):
        return locks.is_alive(folder, name)
    machine = senders.machine_of(engine, name)
    if machine not in {None, locks.reach(folder)}:
        return not senders.remove_lapsed(engine, name)
    if locks.is_alive(folder, name):
        return True
    senders.forget(engine, name)
    return False
