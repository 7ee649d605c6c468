"""Which jobs are under way, and which of them past their limit: in the log, counted, and at `/healthz`.

Nothing is killed: a thread cannot be, and half a job may be worse than a late one.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Event, Lock

from newsletter.app.project import Project
from newsletter.app.timetable.tally import Tally
from newsletter.beside import beside
from newsletter.errors import StorageError
from subscribers.errors import StorageError as ReadersStorageError
from subscribers.storage.heartbeats import begin_job, end_job, jobs_at_work

_log = logging.getLogger(__name__)

#: Between two looks. Whatever ends sooner is not written down: it cannot be past a limit.
EVERY_S = 10
#: The database is gone, when it is opened or later: every job says so itself.
_GONE = (StorageError, ReadersStorageError)


@dataclass(slots=True, kw_only=True)
class _Turn:
    began_at: datetime
    limit: timedelta
    is_over: bool = False


@dataclass(slots=True)
class Watch:
    """Looks now and then how long the jobs of this process have been at work."""

    project: Project
    clock: Callable[[], datetime]
    tally: Tally
    _turns: dict[str, _Turn] = field(default_factory=dict)
    #: Jobs that the database has as being at work: ours, and those of a process that was killed.
    _noted: set[str] = field(default_factory=set)
    #: Nothing is noted of a job that has ended meanwhile.
    _lock: Lock = field(default_factory=Lock)

    @contextmanager
    def over(self, name: str, limit: timedelta) -> Iterator[None]:
        """Watch a job until the end of the block."""
        self._turns[name] = _Turn(began_at=self.clock(), limit=limit)
        try:
            yield
        finally:
            with self._lock:
                del self._turns[name]
                self._forget(name)

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Look in a thread of its own until the end of the block."""
        ended = Event()

        def work() -> None:
            while not ended.wait(EVERY_S):
                try:
                    self.look()
                except Exception:  # it is to watch on, whatever happens
                    _log.exception("watch")

        self._take_over()
        with beside(work, name="watch", ended=ended):
            yield

    def look(self) -> None:
        """Write down what is under way, and say what is past its limit."""
        now = self.clock()
        for name, turn in list(self._turns.items()):
            if now - turn.began_at > turn.limit and not turn.is_over:
                turn.is_over = True
                _log.error(
                    "job is past its limit",
                    extra={"fields": {"job": name, "limit_s": int(turn.limit.total_seconds())}},
                )
                self.tally.enter_overrun(name)
            with self._lock:
                if self._turns.get(name) is turn:
                    self._note(name, turn)

    def _note(self, name: str, turn: _Turn) -> None:
        """Each time anew: another scheduler may have ended a job of that name."""
        if self.project.has_database:
            with suppress(*_GONE):
                begin_job(self.project.engine, name, turn.began_at + turn.limit)
                self._noted.add(name)

    def _forget(self, name: str) -> None:
        if name in self._noted:
            with suppress(*_GONE):
                end_job(self.project.engine, name)
                self._noted.remove(name)

    def _take_over(self) -> None:
        if self.project.has_database:
            with suppress(*_GONE):
                self._noted |= jobs_at_work(self.project.engine)
