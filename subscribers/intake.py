"""Takes in what the site is asked for: many requests that arrive together share one transaction, each waits until it is stored."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime
from queue import Empty, SimpleQueue
from threading import Lock, Thread

from subscribers.storage.requests import Wanted

#: Of one transaction: it stays far below 100 ms.
MOST_AT_ONCE = 200


@dataclass(slots=True)
class Intake:
    """A thread that stores; it is started by the first request."""

    #: Requests, and when they came → whether each was stored.
    store: Callable[[Sequence[Wanted], datetime], Sequence[bool]]
    clock: Callable[[], datetime]
    _arrived: "SimpleQueue[tuple[Wanted, Future[bool]]]" = field(default_factory=SimpleQueue)
    _thread: Thread | None = None
    _lock: Lock = field(default_factory=Lock)

    def put(self, wanted: Wanted) -> "Future[bool]":
        """Return what will say whether *wanted* was stored, or else too much came from its network; or what went wrong."""
        answer: Future[bool] = Future()
        # Who asked and went away is stored all the same.
        answer.set_running_or_notify_cancel()
        self._arrived.put((wanted, answer))
        with self._lock:
            if self._thread is None:
                self._thread = Thread(target=self._work, name="intake", daemon=True)
                self._thread.start()
        return answer

    def _work(self) -> None:
        while True:
            self._store(self._together())

    def _together(self) -> list[tuple[Wanted, "Future[bool]"]]:
        """Wait for a request, and take what has arrived beside it."""
        found = [self._arrived.get()]
        try:
            while len(found) < MOST_AT_ONCE:
                found.append(self._arrived.get_nowait())
        except Empty:
            pass
        return found

    def _store(self, arrived: Sequence[tuple[Wanted, "Future[bool]"]]) -> None:
        try:
            stored = self.store([wanted for wanted, _ in arrived], self.clock())
        except Exception as error:  # whoever waits is told, whatever it was
            for _, answer in arrived:
                answer.set_exception(error)
            return
        for (_, answer), is_stored in zip(arrived, stored, strict=True):
            answer.set_result(is_stored)
