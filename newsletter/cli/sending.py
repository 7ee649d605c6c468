"""Commands that send, and that look at what was sent."""

import dataclasses
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from newsletter.cli.content import Json
from newsletter.cli.editing import Issue
from newsletter.cli.talk import confirm, print_json, print_rows, readers, say
from newsletter.errors import UsageError

if TYPE_CHECKING:
    from newsletter.app.outlook import Outlook
    from newsletter.app.project import Project
    from newsletter.app.status import Status

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
    verbose: Annotated[bool, typer.Option("--verbose", help="Write a log line for each batch.")] = False,
) -> None:
    """Send an issue now, or go on after a stop."""
    from newsletter.app import open_project, sending
    from newsletter.app.outlook import look_ahead
    from newsletter.app.status import status_of
    from newsletter.cli.progress import listening, stoppable

    project = open_project(context.obj)
    now = datetime.now(UTC)
    outlook = look_ahead(project, issue, now)
    if outlook.is_over:
        typer.echo(f"{issue} was sent before; nothing was sent now.")
        return
    _say_outlook(project, outlook)
    if dry_run:
        say("Dry run: nothing was sent.")
        return
    if outlook.mails:
        confirm(_question(project, outlook), yes=yes)
    stored = outlook.begin(now)
    zone = project.settings.newsletter.timezone
    with stoppable() as stop, listening(outlook.mails, zone, is_verbose=verbose) as listener:
        stored = sending.go_on(project, stored, stop=stop, listener=listener, at_once=True)
    _say_result(project, status_of(project, stored, datetime.now(UTC)))


def _say_outlook(project: "Project", outlook: "Outlook") -> None:
    say(f"{outlook.issue}: {outlook.subject}")
    if outlook.unknown:
        say(f"It was held: {outlook.unknown}.")
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


def _say_result(project: "Project", found: "Status") -> None:
    from newsletter.app.status import COUNTED, next_steps

    counts = ((name, getattr(found, name)) for name in COUNTED)
    words = ", ".join(f"{count:,} {name}" for name, count in counts if count)
    typer.echo(f"{found.issue} is {found.state}: {words or 'no readers'}")
    if found.reason:
        say(f"The reason: {found.reason}")
    for step in next_steps(found):
        say(step)
    _say_rehearsal(project, found.issue)
    if found.state != "sent":
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
    if stored.state == "sent":
        typer.echo(f"{stored.id} is {stored.state}: nothing was left to send")
    else:
        typer.echo(
            f"{stored.id} goes on with the scheduler's next tick, or now with: newsletter send {stored.id}"
        )


def cancel(
    context: typer.Context, issue: Annotated[str, typer.Argument(help="An issue.")], yes: Yes = False
) -> None:
    """Cancel an issue for good."""
    from newsletter.app import halting, open_project

    project = open_project(context.obj)
    halting.require_cancellable(project, issue, datetime.now(UTC))
    confirm(f"Cancel {issue} for good?", yes=yes)
    typer.echo(f"{issue} is cancelled. {halting.cancel(project, issue, datetime.now(UTC))}")


def status(
    context: typer.Context,
    issue: Begun = None,
    as_json: Json = False,
    watch: Annotated[bool, typer.Option("--watch", help="Show it live, as long as it is sent.")] = False,
) -> None:
    """Count an issue's readers by what became of it."""
    from newsletter.app import open_project
    from newsletter.app.status import look_again, next_steps
    from newsletter.app.status import status as status_of_named
    from newsletter.cli import watching

    if watch and as_json:
        raise UsageError("--watch shows, --json prints once. Choose one of the two.")
    project = open_project(context.obj)
    found = status_of_named(project, issue, datetime.now(UTC))
    if as_json:
        print_json(found)
        return
    if found.rehearsal:
        say(f"This is a rehearsal: the provider is `{project.settings.provider.name}`.")
    if watch:
        found = watching.watch(found, lambda: look_again(project, found, datetime.now(UTC)))
    else:
        typer.echo(watching.headline(found))
        print_rows(watching.rows(found))
    for step in next_steps(found):
        say(step)


class Decision(StrEnum):
    """What to do about readers in doubt."""

    RESEND = "resend"
    LEAVE = "leave"


def resolve(
    context: typer.Context,
    issue: Annotated[str, typer.Argument(help="An issue.")],
    unknown: Annotated[
        Decision | None,
        typer.Option("--unknown", help="resend: queue them again, some may get it twice. leave: do not."),
    ] = None,
    addresses: Annotated[
        bool, typer.Option("--addresses", help="List every reader in doubt, with the address.")
    ] = False,
    as_json: Json = False,
    yes: Yes = False,
) -> None:
    """List readers who are in doubt, or decide about them."""
    from newsletter.app import halting, open_project

    project = open_project(context.obj)
    if unknown is None:
        _list_doubts(project, issue, addresses=addresses, as_json=as_json)
        return
    if unknown is Decision.RESEND:
        confirm(f"Queue the doubtful readers of {issue} again? Some may get it twice.", yes=yes)
    found = halting.resolve(project, issue, resend=unknown is Decision.RESEND, now=datetime.now(UTC))
    if as_json:
        print_json(found)
        return
    if found.readers:
        typer.echo(f"{readers(found.readers)}: {unknown}")
    else:
        typer.echo(f"No reader of {issue} {'is sent to again' if found.departed else 'is in doubt'}.")
    if unknown is Decision.RESEND:
        if found.departed:
            say(
                f"{readers(found.departed)} in doubt left since: nothing is sent to them, they stay in doubt."
            )
        if found.erased:
            say(f"{readers(found.erased)} of them erased since: skipped, as nobody is left to mail.")
        if found.readers > found.erased:
            say(f"Send to them with: newsletter send {issue}")


def _list_doubts(project: "Project", issue: str, *, addresses: bool, as_json: bool) -> None:
    from newsletter.app.doubtful import doubts_of

    found = doubts_of(project, issue, datetime.now(UTC), shows_addresses=addresses)
    if as_json:
        print_json([dataclasses.asdict(doubt) for doubt in found])
        return
    zone = project.settings.newsletter.timezone
    for doubt in found:
        lost = ", probably lost: the provider reported nothing of them" if doubt.is_probably_lost else ""
        count = len(doubt.readers) + doubt.erased
        typer.echo(f"{readers(count)} since {doubt.since.astimezone(zone):%Y-%m-%d %H:%M}{lost}")
        typer.echo(f"  {doubt.words or 'no answer came'}")
        if addresses:
            for reader in doubt.readers:
                typer.echo(f"  {reader}")
        if doubt.departed:
            typer.echo(f"  {readers(doubt.departed)} of them left since")
        if doubt.erased:
            typer.echo(f"  {readers(doubt.erased)} of them erased since")
    if not found:
        typer.echo(f"No reader of {issue} is in doubt.")
    else:
        if not addresses:
            say("See who they are with: --addresses")
        say(f"Decide with: newsletter resolve {issue} --unknown resend|leave")
