"""Work in a thread of its own, for as long as a block lasts."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread


@contextmanager
def beside(work: Callable[[], None], *, name: str, ended: Event) -> Iterator[None]:
    """Have *work* done beside the block; at its end *ended* is set, which *work* heeds, and what is in hand is waited for."""
    thread = Thread(target=work, name=name, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
