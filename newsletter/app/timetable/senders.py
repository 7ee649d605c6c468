"""Issues on their way, each in a thread of its own: what keeps one waiting, such as the limit of a day, keeps no other."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import timedelta

from newsletter.app.timetable.watch import Watch

#: Issues that are sent at the same time; others have their turn later.
MOST = 16
#: A limit of a day may hold an issue back for that long, and a little more.
_LIMIT = timedelta(days=2)


@dataclass(slots=True)
class Senders:
    """The threads of one process; used by one thread at a time."""

    watch: Watch
    _threads: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(MOST, "sender"))
    _under_way: dict[str, Future[None]] = field(default_factory=dict)

    def begin(self, issue: str, send: Callable[[], None]) -> None:
        """Call *send* in a thread, unless this process is at that issue already."""

        def work() -> None:
            with self.watch.over(f"send {issue}", _LIMIT):
                send()

        if issue not in self._under_way:
            self._under_way[issue] = self._threads.submit(work)

    def wait(self) -> None:
        """Wait until all of them have ended."""
        wait(self._under_way.values())

    def failures(self) -> list[Exception]:
        """Return why those failed that have ended, each once; their issues may be begun again."""
        ended = [issue for issue, future in self._under_way.items() if future.done()]
        errors = [self._under_way.pop(issue).exception() for issue in ended]
        return [error for error in errors if isinstance(error, Exception)]
