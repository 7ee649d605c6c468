"""Issues on their way, each in a thread of its own: what keeps one waiting, such as the limit of a day, keeps no other."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import timedelta
from threading import Lock

from newsletter.app.timetable.watch import Watch

#: Issues that are sent at the same time; others have their turn later.
MOST = 16
#: A limit of a day may hold an issue back for that long, and a little more.
_LIMIT = timedelta(days=2)


@dataclass(slots=True)
class Senders:
    """The threads of one process."""

    watch: Watch
    _threads: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(MOST, "sender"))
    _under_way: dict[str, Future[None]] = field(default_factory=dict)
    #: Several jobs begin issues.
    _lock: Lock = field(default_factory=Lock)

    def begin(self, issue: str, send: Callable[[], None]) -> None:
        """Call *send* in a thread, unless this process is at that issue already."""

        def work() -> None:
            with self.watch.over(f"send {issue}", _LIMIT):
                send()

        with self._lock:
            if issue not in self._under_way:
                self._under_way[issue] = self._threads.submit(work)

    def wait(self) -> None:
        """Wait until all of them have ended."""
        with self._lock:
            under_way = list(self._under_way.values())
        wait(under_way)

    def failures(self) -> list[Exception]:
        """Return why those failed that have ended, each once; their issues may be begun again."""
        with self._lock:
            ended = [issue for issue, future in self._under_way.items() if future.done()]
            errors = [self._under_way.pop(issue).exception() for issue in ended]
        return [error for error in errors if isinstance(error, Exception)]
