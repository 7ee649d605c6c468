"""Who looks, at what, and what they are told when something changed: server-sent events."""

import asyncio
import threading
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from newsletter.preview.view import View

#: After which a silent connection says that it is there; also how soon one that went away is noticed.
_SILENCE_S = 15.0
#: How long a mail that is to be fetched keeps other work back.
_FETCH_S = 0.3


@dataclass(eq=False, slots=True, kw_only=True)
class _Onlooker:
    view: View
    loop: asyncio.AbstractEventLoop
    #: The latest of each kind: who comes late need not hear the others.
    news: dict[str, str] = field(default_factory=dict)
    has_news: asyncio.Event = field(default_factory=asyncio.Event)

    def tell(self, kind: str, value: str) -> None:
        # The latest comes last.
        self.news.pop(kind, None)
        self.news[kind] = value
        self.has_news.set()


@dataclass(slots=True)
class Audience:
    """The browsers that are open; told from any thread."""

    _onlookers: list[_Onlooker] = field(default_factory=list)
    _is_over: bool = False
    _stamps: dict[View, str] = field(default_factory=dict)
    _is_fetched: threading.Event = field(default_factory=threading.Event)

    @property
    def views(self) -> list[View]:
        """What is looked at, each once, the latest first."""
        return list(dict.fromkeys(onlooker.view for onlooker in reversed(self._onlookers)))

    def tell(self, kind: str, value: str, view: View | None = None) -> None:
        """Tell everybody, or who has *view*, that what is of *kind* has become *value*."""
        for onlooker in list(self._onlookers):
            if view is None or onlooker.view == view:
                onlooker.loop.call_soon_threadsafe(onlooker.tell, kind, value)

    def show(self, view: View, stamp: str) -> None:
        """Tell who has *view* that the mail looks different, and give them a moment to fetch it."""
        if self._stamps.get(view) == stamp:
            return
        self._stamps[view] = stamp
        self._is_fetched.clear()
        self.tell("frame", stamp, view)
        # What is done next would take its time from those who wait for the mail.
        self._is_fetched.wait(_FETCH_S)

    def note_fetched(self) -> None:
        """Have it known that somebody fetched a mail."""
        self._is_fetched.set()

    def end(self) -> None:
        """Let everybody go: nothing more will be told."""
        self._is_over = True
        self.tell("over", "")

    async def news(self, view: View, moment: str) -> AsyncIterator[bytes]:
        """Yield the events of somebody who has *view*, beginning with the *moment* there is."""
        onlooker = _Onlooker(view=view, loop=asyncio.get_running_loop())
        self._onlookers.append(onlooker)
        try:
            yield _event("page", moment)
            while not self._is_over:
                try:
                    await asyncio.wait_for(onlooker.has_news.wait(), _SILENCE_S)
                except TimeoutError:
                    yield b": here\n\n"
                    continue
                onlooker.has_news.clear()
                while onlooker.news:
                    kind = next(iter(onlooker.news))
                    yield _event(kind, onlooker.news.pop(kind))
        finally:
            self._onlookers.remove(onlooker)


def _event(kind: str, value: str) -> bytes:
    return f"event: {kind}\ndata: {value}\n\n".encode()
