"""What a person sees while an issue leaves, and how they stop it."""

import os
import signal
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from threading import Event
from types import FrameType
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from newsletter.cli.talk import say

if TYPE_CHECKING:
    from newsletter.app.sending import Listener

#: Waits that end this close to each other are one to a person.
_SAME_WAIT = timedelta(seconds=4)


@contextmanager
def stoppable() -> Iterator[Event]:
    """Turn Ctrl-C, SIGTERM and a closed terminal into a wish to stop; a second Ctrl-C breaks off at once."""
    stop = Event()

    def on_signal(number: int, _frame: FrameType | None) -> None:
        if stop.is_set() and number == signal.SIGINT:
            raise KeyboardInterrupt
        stop.set()
        # Not through a buffered writer: the signal may have come while it was writing. Nor need there be a reader.
        with suppress(OSError):
            os.write(
                2, "\nFinishing what is under way… Ctrl-C again breaks off, which leaves doubts.\n".encode()
            )

    before = {number: signal.getsignal(number) for number in _signals()}
    for number in before:
        signal.signal(number, on_signal)
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _signals() -> list[signal.Signals]:
    wanted = [signal.Signals[name] for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
    # Under `nohup` a closed terminal is to be ignored.
    return [number for number in wanted if signal.getsignal(number) is not signal.SIG_IGN]


@contextmanager
def listening(total: int, zone: ZoneInfo, *, is_verbose: bool = False) -> Iterator["Listener"]:
    """Show how far sending is, of *total* mails, and say why it waits; times are in *zone*.

    *is_verbose*: a log line a batch in place of the bar, which they would tear apart.
    """
    from newsletter.app.log import log_batch, log_lines
    from newsletter.app.sending import Listener

    on_wait, on_quiet = _say_wait(zone), _say_quiet()
    if is_verbose:
        with log_lines():
            yield Listener(
                on_batch=log_batch, on_wait=on_wait, on_quiet=on_quiet, on_unrecorded=_say_unrecorded
            )
    else:
        with _bar(total) as show:
            yield Listener(
                on_progress=show, on_wait=on_wait, on_quiet=on_quiet, on_unrecorded=_say_unrecorded
            )


@contextmanager
def _bar(total: int) -> Iterator[Callable[[Mapping[str, int]], None]]:
    """A progress bar on a terminal, silence elsewhere."""
    if not sys.stderr.isatty():
        yield lambda _counts: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("Sending"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("", total=total)

        def show(counts: Mapping[str, int]) -> None:
            waiting = counts["queued"] + counts["sending"]
            # A terminal that was closed must not end the sending.
            with suppress(OSError):
                bar.update(task, completed=max(total - waiting, 0))

        yield show


def _say_wait(zone: ZoneInfo) -> Callable[[str, datetime], None]:
    """Say why nothing is sent at the moment, and when it is tried again."""
    said: list[datetime] = []

    def wait(words: str, until: datetime) -> None:
        if not said or until - said[-1] >= _SAME_WAIT:
            said.append(until)
            time = until.astimezone(zone)
            is_today = time.date() == datetime.now(zone).date()
            with suppress(OSError):
                say(
                    f"{words}. Next try at {time:{'%H:%M:%S' if is_today else '%Y-%m-%d %H:%M'}}; Ctrl-C stops."
                )

    return wait


def _say_unrecorded(words: str) -> None:
    """Say that answers wait for the database."""
    with suppress(OSError):
        say(
            f"{words}\nWhat the provider answered is kept meanwhile, and tried again every second. Ctrl-C stops, and leaves doubts."
        )


def _say_quiet() -> Callable[[], None]:
    """Say once that no answer comes."""
    said: list[bool] = []

    def quiet() -> None:
        if not said:
            said.append(True)
            with suppress(OSError):
                say("Waiting: the provider has not answered for some seconds. Ctrl-C stops.")

    return quiet
