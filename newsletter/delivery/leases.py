"""A sender's lease on PostgreSQL: a sign of life in time, and nothing leaves when it may come too late.

The database's clock decides when a lease has run out. A sender measures on its own clock only how long ago it asked
for the last one, and sends no request that might still be under way when others take it for dead.
"""

import math
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from threading import Event

from newsletter.beside import beside
from newsletter.database import Connection, Engine
from newsletter.delivery.letter import Letter
from newsletter.delivery.providers.base import Session, WritesAhead
from newsletter.delivery.values import Receipt, Recipient
from newsletter.errors import StorageError, TemporaryError
from newsletter.storage import senders

#: How long a sender counts as alive after its last sign of life.
LEASE_S = 180.0
#: Longer than any request of a provider's API: connecting and waiting for the answer.
LONGEST_REQUEST_S = 150.0
BEAT_S = 10.0


def running_s() -> float:
    """Return seconds on a clock that nobody sets, and that runs on while the machine sleeps where there is such a one."""
    which = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
    return time.clock_gettime(which)


@dataclass(slots=True)
class Lease:
    """The lease of one sender, as the sender knows it."""

    engine: Engine
    sender: str
    clock: Callable[[], float] = running_s
    #: When the sign of life was asked for that the database took last.
    _asked_at: float = -math.inf
    _is_lost: bool = False

    def take(self, machine: str) -> None:
        """Begin, on *machine*."""
        asked_at = self.clock()
        senders.register(self.engine, self.sender, machine, LEASE_S)
        self._asked_at = asked_at

    def renew(self) -> None:
        """Give a sign of life; if it comes too late the lease is lost."""
        asked_at = self.clock()
        if senders.renew(self.engine, self.sender, LEASE_S):
            self._asked_at = asked_at
        else:
            self.give_up()

    def confirm(self, connection: Connection) -> None:
        """Have the database say that it is good, before something is claimed under it; else renew it, or lose it.

        The clock of a machine that was halted may know nothing of that.
        """
        if not senders.lasts(connection, self.sender, LONGEST_REQUEST_S):
            self.renew()

    def give_up(self) -> None:
        """Know that the lease is lost."""
        self._is_lost = True

    @property
    def is_good(self) -> bool:
        """Whether a request that begins now has ended before anybody may take the sender for dead."""
        return not self._is_lost and self.clock() < self._asked_at + LEASE_S - LONGEST_REQUEST_S

    @contextmanager
    def kept(self, every_s: float = BEAT_S) -> Iterator[None]:
        """Renew it every so often in a thread, however long a request takes; end it with the block."""
        ended = Event()

        def beat() -> None:
            while not ended.wait(every_s):
                # While the database cannot be reached the lease runs on, and out.
                with suppress(StorageError):
                    self.renew()

        try:
            with beside(beat, name="lease", ended=ended):
                yield
        finally:
            with suppress(StorageError):
                senders.forget(self.engine, self.sender)


@dataclass(frozen=True, slots=True)
class LeasedSession:
    """A session with the provider that begins no request without a good lease."""

    session: Session
    lease: Lease

    def send(self, letter: Letter, recipients: Sequence[Recipient]) -> Sequence[Receipt]:
        """Send, or raise TemporaryError: nothing has left."""
        self._require_lease()
        return self.session.send(letter, recipients)

    def close(self) -> None:
        """End the conversation."""
        self.session.close()

    def _require_lease(self) -> None:
        if not self.lease.is_good:
            raise TemporaryError("this machine gave the database no sign of life in time")


@dataclass(frozen=True, slots=True)
class LeasedWriter(LeasedSession):
    """Such a session whose requests can be written before they leave."""

    session: WritesAhead

    def body(self, letter: Letter, recipients: Sequence[Recipient]) -> bytes:
        """Return the body of a request; nothing leaves."""
        return self.session.body(letter, recipients)

    def send_written(self, recipients: Sequence[Recipient], body: bytes) -> Sequence[Receipt]:
        """Send, or raise TemporaryError: nothing has left."""
        self._require_lease()
        return self.session.send_written(recipients, body)


def leased(session: Session, lease: Lease) -> LeasedSession:
    """Return *session* under *lease*."""
    return LeasedWriter(session, lease) if isinstance(session, WritesAhead) else LeasedSession(session, lease)
