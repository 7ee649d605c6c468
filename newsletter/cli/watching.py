"""How an issue stands, in words: once, or live until it is no longer under way."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from rich.console import RenderableType

    from newsletter.app.status import Status

#: Between two looks, or longer where looking takes long: five sixths of the time nobody looks.
EVERY_S = 1.0
_REST = 5

_COUNTS = ("audience", "queued", "sending", "accepted", "rejected", "unknown", "undecided", "skipped")
_REPORTED = ("delivered", "bounced", "complained", "unsubscribed")


def headline(found: "Status") -> str:
    """Return its state, and the reason where a person wonders."""
    return f"{found.issue} is {found.state}{f': {found.reason}' if found.reason else ''}"


def rows(found: "Status") -> list[list[str]]:
    """Return what there is to count, a row each."""
    counts = [(name, getattr(found, name)) for name in (*_COUNTS, *_REPORTED)]
    times = (
        ("started at", found.started_at),
        ("finished at", found.finished_at),
        ("scheduler seen at", found.scheduler_seen_at),
    )
    return [
        *([name, f"{count:,}"] for name, count in counts if count),
        *([name, f"{at:%Y-%m-%d %H:%M:%S} UTC"] for name, at in times if at),
        *([name, words] for name, words in (("pace", pace(found)),) if words),
        *(["refused", f"{count:,}: {reason}"] for reason, count in found.refused.items()),
        *(
            ["gateway", f"{each.domain}: {each.readers:,} of {each.sent_to:,} readers left within minutes"]
            for each in found.gateways
        ),
    ]


def pace(found: "Status") -> str:
    """Return how fast it goes and how long it takes, or that nobody sends it; "" when that is unknown."""
    if found.is_left_alone:
        return "no sender at work"
    if found.per_second is None or found.seconds_left is None:
        return ""
    speed = f"{found.per_second:,.0f}" if found.per_second >= 10 else f"{found.per_second:.1f}"
    return f"{speed} readers a second, {duration(found.seconds_left)} left"


def duration(seconds: int) -> str:
    """Return a time as a person says it, in one or two units."""
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {seconds} s" if minutes else f"{seconds} s"


def watch(
    found: "Status", look: Callable[[], "Status"], pause: Callable[[float], None] = time.sleep
) -> "Status":
    """Show *found*, and what *look* returns, until the issue is no longer under way, or Ctrl-C; return the last of it."""
    with suppress(KeyboardInterrupt), _shown() as show:
        show(found)
        took_s = 0.0
        while found.is_under_way:
            pause(max(EVERY_S, _REST * took_s))
            began_s = time.monotonic()
            found = look()
            show(found)
            took_s = time.monotonic() - began_s
    return found


@contextmanager
def _shown() -> Iterator[Callable[["Status"], None]]:
    """A picture that changes in its place on a terminal, a line for each change elsewhere."""
    if not sys.stdout.isatty():
        yield _line_a_change()
        return
    from rich.live import Live

    with Live(auto_refresh=False) as live:
        yield lambda found: live.update(_picture(found), refresh=True)


def _line_a_change() -> Callable[["Status"], None]:
    said: list[object] = []

    def show(found: "Status") -> None:
        news = (
            headline(found),
            found.is_left_alone,
            [getattr(found, name) for name in (*_COUNTS, *_REPORTED)],
        )
        if news not in said:
            said[:] = [news]
            typer.echo(
                f"{found.issue} is {found.state}, {_figures(found)}{f': {found.reason}' if found.reason else ''}"
            )

    return show


def _figures(found: "Status") -> str:
    """Return in one line what changes most."""
    share = f" ({found.ended / found.audience:.0%})" if found.audience else ""
    parts = [f"{found.ended:,} of {found.audience:,} readers{share}", pace(found)]
    parts += [
        f"{count:,} {word}"
        for count, word in ((found.unknown, "in doubt"), (found.rejected, "refused"))
        if count
    ]
    return ", ".join(filter(None, parts))


def _picture(found: "Status") -> "RenderableType":
    from rich.console import Group
    from rich.padding import Padding
    from rich.progress_bar import ProgressBar
    from rich.text import Text

    # As texts: in what a provider says, brackets are no markup.
    return Group(
        Text(headline(found)),
        # Padded by nothing: a bare bar ends without a line break.
        Padding(ProgressBar(total=max(found.audience, 1), completed=found.ended), 0),
        Text(_figures(found)),
        *(Text(f"  refused {count:,}: {reason}") for reason, count in found.refused.items()),
    )
