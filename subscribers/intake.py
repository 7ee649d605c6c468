"""Takes in what the site is asked for: many requests that arrive together share one transaction, each waits until it is stored."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from queue import Empty, SimpleQueue
from threading import Lock, Thread

from subscribers.storage.requests import Wanted

#: Of one transaction: it stays far below 100 ms.
MOST_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A request, and who waits for it in which loop."""

    wanted: Wanted
    answer: "asyncio.Future[bool]"
    loop: asyncio.AbstractEventLoop


@dataclass(slots=True)
class Intake:
    """A thread that stores; it is started by the first request."""

    #: Requests, and when they came → whether each was stored.
    store: Callable[[Sequence[Wanted], datetime], Sequence[bool]]
    clock: Callable[[], datetime]
    _arrived: "SimpleQueue[_Waiting]" = field(default_factory=SimpleQueue)
    _thread: Thread | None = None
    _lock: Lock = field(default_factory=Lock)

    async def take_in(self, wanted: Wanted) -> bool:
        """Return whether *wanted* was stored, or else too much came from its network. Raises what went wrong.

        Who asked and went away is stored all the same.
        """
        loop = asyncio.get_running_loop()
        waiting = _Waiting(wanted, loop.create_future(), loop)
        self._arrived.put(waiting)
        if self._thread is None:
            self._begin()
        return await waiting.answer

    def _begin(self) -> None:
        with self._lock:
            if self._thread is None:
                self._thread = Thread(target=self._work, name="intake", daemon=True)
                self._thread.start()

    def _work(self) -> None:
        while True:
            self._store(self._together())

    def _together(self) -> list[_Waiting]:
        """Wait for a request, and take what has arrived beside it."""
        found = [self._arrived.get()]
        try:
            while len(found) < MOST_AT_ONCE:
                found.append(self._arrived.get_nowait())
        except Empty:
            pass
        return found

    def _store(self, arrived: Sequence[_Waiting]) -> None:
        answers: Sequence[bool | Exception]
        try:
            answers = self.store([each.wanted for each in arrived], self.clock())
        except Exception as error:  # whoever waits is told, whatever it was
            answers = [error] * len(arrived)
        _tell(list(zip(arrived, answers, strict=True)))


def _tell(answered: Sequence[tuple[_Waiting, bool | Exception]]) -> None:
    """Wake each loop once, however many wait in it."""
    for loop in {waiting.loop for waiting, _ in answered}:
        with suppress(RuntimeError):  # the site was stopped meanwhile
            loop.call_soon_threadsafe(
                _settle, [(each.answer, found) for each, found in answered if each.loop is loop]
            )


def _settle(answered: Sequence[tuple["asyncio.Future[bool]", bool | Exception]]) -> None:
    for answer, found in answered:
        if answer.done():  # nobody waits any more
            continue
        if isinstance(found, Exception):
            answer.set_exception(found)
        else:
            answer.set_result(found)
