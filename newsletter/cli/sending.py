"""Commands that send, and that look at what was sent."""

import os
import signal
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from threading import Event
from types import FrameType
from typing import TYPE_CHECKING, Annotated

import typer

from newsletter.cli.content import Json
from newsletter.cli.editing import Issue
from newsletter.cli.talk import confirm, print_json, print_rows, readers, say

if TYPE_CHECKING:
    from collections.abc import Callable

    from newsletter.app.project import Project
    from newsletter.app.sending import Outlook
    from newsletter.storage.issues import StoredIssue

Begun = Annotated[
    str | None, typer.Argument(help="An issue. Left out: the one being sent, else the last one sent.")
]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]


def test(
    context: typer.Context,
    issue: Issue = None,
    to: Annotated[
        list[str] | None, typer.Option("--to", help="An address; may be repeated. Left out: the editors.")
    ] = None,
    variant: Annotated[str | None, typer.Option("--variant", help="Which variant, e.g. fr.")] = None,
) -> None:
    """Send a test mail of an issue, marked as such."""
    from newsletter.app import open_project
    from newsletter.app.trial import send_test

    project = open_project(context.obj)
    name, addresses = send_test(project, issue, to or (), variant, datetime.now(UTC))
    typer.echo(f"Test mail of {name} to {', '.join(addresses)}")
    _say_rehearsal(project, f"{name}-test")


def send(
    context: typer.Context,
    issue: Annotated[str, typer.Argument(help="An issue, e.g. monthly-2026-11.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would happen; send nothing.")] = False,
    yes: Yes = False,
) -> None:
    """Send an issue now, or go on after a stop."""
    from newsletter.app import open_project, sending

    project = open_project(context.obj)
    now = datetime.now(UTC)
    outlook = sending.look_ahead(project, issue, now)
    if outlook.stored is not None and not outlook.mails:
        typer.echo(f"{issue} was sent before; nothing was sent now.")
        return
    _say_outlook(project, outlook)
    if dry_run:
        say("Dry run: nothing was sent.")
        return
    confirm(_question(project, outlook), yes=yes)
    stored = outlook.begin(now)
    with _stoppable() as stop, _progress(outlook.mails) as on_progress:
        stored = sending.go_on(
            project, stored, stop=stop, on_progress=on_progress, on_put_off=_say_put_off(project)
        )
    _say_result(project, stored)


def _say_put_off(project: "Project") -> "Callable[[str, datetime], None]":
    """Say once why readers are put off, and when they are tried again."""
    said: set[str] = set()

    def put_off(words: str, retry: datetime) -> None:
        if words not in said:
            said.add(words)
            when = retry.astimezone(project.settings.newsletter.timezone)
            say(f"Not accepted yet: {words} Next try at {when:%H:%M:%S}; Ctrl-C stops.")

    return put_off


def _say_outlook(project: "Project", outlook: "Outlook") -> None:
    say(f"{outlook.issue}: {outlook.subject}")
    if outlook.readers:
        width = max(map(len, outlook.readers))
        for name, count in sorted(outlook.readers.items()):
            say(f"  {name.ljust(width)}  {readers(count)}")
    if outlook.without:
        say(f"  {readers(outlook.without)} without anything to read: no item is of their topics")
    provider = project.settings.provider.name
    if project.is_rehearsal:
        say(f"This is a rehearsal: the provider is `{provider}`, no mail leaves this machine.")


def _question(project: "Project", outlook: "Outlook") -> str:
    verb = "Go on sending" if outlook.stored else "Send"
    return f"{verb} {outlook.issue} to {readers(outlook.mails)} through {project.settings.provider.name}?"


@contextmanager
def _stoppable() -> "Iterator[Event]":
    """Turn Ctrl-C and SIGTERM into a wish to stop; a second Ctrl-C breaks off at once."""
    stop = Event()

    def on_signal(number: int, _frame: FrameType | None) -> None:
        if stop.is_set() and number == signal.SIGINT:
            raise KeyboardInterrupt
        stop.set()
        # Not through a buffered writer: the signal may have come while it was writing.
        os.write(2, "\nFinishing the batch in hand…\n".encode())

    before = {number: signal.signal(number, on_signal) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _progress(total: int) -> "Iterator[Callable[[Mapping[str, int]], None]]":
    """Show how far it is: a bar on a terminal, silence elsewhere."""
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
            bar.update(task, completed=max(total - waiting, 0))

        yield show


def _say_result(project: "Project", stored: "StoredIssue") -> None:
    from newsletter.issues.values import IssueState
    from newsletter.storage.issues import counts

    found = counts(project.engine, stored.number)
    words = [f"{count:,} {name}" for name, count in found.items() if count]
    typer.echo(f"{stored.id} is {stored.state}: {', '.join(words) or 'no readers'}")
    if stored.state in {IssueState.FREEZING, IssueState.SENDING}:
        say(f"Stopped. Go on with: newsletter send {stored.id}")
    if stored.state is IssueState.PAUSED:
        say(f"Paused: {stored.reason}. When that is mended: newsletter resume {stored.id}")
    if found["unknown"]:
        say(
            f"{readers(found['unknown'])} in doubt: the provider may have accepted their mail. Decide with: "
            f"newsletter resolve {stored.id} --unknown resend|leave"
        )
    _say_rehearsal(project, stored.id)
    if stored.state is IssueState.PAUSED:
        raise typer.Exit(1)


def _say_rehearsal(project: "Project", folder: str) -> None:
    if project.settings.provider.name == "outbox":
        say(f"Rehearsal: open the mails in {project.settings.var / 'outbox' / folder}")


def pause(context: typer.Context, issue: Begun = None) -> None:
    """Halt an issue after the batches in hand."""
    from newsletter.app import halting, open_project

    stored = halting.pause(open_project(context.obj), issue, datetime.now(UTC))
    typer.echo(f"{stored.id} is {stored.state}. Let it go on with: newsletter resume {stored.id}")


def resume(context: typer.Context, issue: Begun = None) -> None:
    """Let a paused issue go on."""
    from newsletter.app import halting, open_project

    stored = halting.resume(open_project(context.obj), issue, datetime.now(UTC))
    typer.echo(
        f"{stored.id} goes on with the scheduler's next tick, or now with: newsletter send {stored.id}"
    )


def cancel(
    context: typer.Context, issue: Annotated[str, typer.Argument(help="An issue.")], yes: Yes = False
) -> None:
    """Cancel an issue for good."""
    from newsletter.app import halting, open_project

    project = open_project(context.obj)
    confirm(f"Cancel {issue} for good?", yes=yes)
    typer.echo(f"{issue} is cancelled. {halting.cancel(project, issue, datetime.now(UTC))}")


def status(context: typer.Context, issue: Begun = None, as_json: Json = False) -> None:
    """Count an issue's readers by what became of it."""
    import dataclasses

    from newsletter.app import open_project
    from newsletter.app.status import status as status_of

    project = open_project(context.obj)
    found = status_of(project, issue, datetime.now(UTC))
    if as_json:
        print_json(found)
        return
    typer.echo(f"{found.issue} is {found.state}{f': {found.reason}' if found.reason else ''}")
    if found.rehearsal:
        say(f"This is a rehearsal: the provider is `{project.settings.provider.name}`.")
    rows = [
        [name.replace("_", " "), f"{value:,}" if isinstance(value, int) else f"{value:%Y-%m-%d %H:%M:%S} UTC"]
        for name, value in dataclasses.asdict(found).items()
        if name not in {"issue", "state", "reason", "rehearsal"} and value
    ]
    if rows:
        print_rows(rows)


class Decision(StrEnum):
    """What to do about readers in doubt."""

    RESEND = "resend"
    LEAVE = "leave"


def resolve(
    context: typer.Context,
    issue: Annotated[str, typer.Argument(help="An issue.")],
    unknown: Annotated[
        Decision,
        typer.Option("--unknown", help="resend: queue them again, some may get it twice. leave: do not."),
    ],
    yes: Yes = False,
) -> None:
    """Decide about readers who are in doubt."""
    from newsletter.app import halting, open_project

    project = open_project(context.obj)
    if unknown is Decision.RESEND:
        confirm(f"Queue the doubtful readers of {issue} again? Some may get it twice.", yes=yes)
    count = halting.resolve(project, issue, resend=unknown is Decision.RESEND, now=datetime.now(UTC))
    typer.echo(f"{readers(count)}: {unknown}")
    if count and unknown is Decision.RESEND:
        say(f"Send to them with: newsletter send {issue}")
