"""Commands for editors: issues, their files, and how they look."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from newsletter.cli.content import Json
from newsletter.cli.talk import items, print_json, print_problems, print_rows, readers, say
from newsletter.errors import NewsletterError, UsageError

if TYPE_CHECKING:
    from newsletter.app.project import Project

Issue = Annotated[str | None, typer.Argument(help="An issue, e.g. monthly-2026-11. Left out: the next one.")]


def issues(context: typer.Context, as_json: Json = False) -> None:
    """List every issue and its state, the next included."""
    from newsletter.app import editing, open_project

    project = open_project(context.obj)
    rows = editing.list_issues(project, datetime.now(UTC))
    if as_json:
        print_json(rows)
        return
    zone = project.settings.newsletter.timezone
    print_rows(
        [
            [
                row.issue,
                row.state,
                f"{row.due_at.astimezone(zone):%Y-%m-%d %H:%M}" if row.due_at else "by a person",
                items(row.items),
                row.subject,
            ]
            for row in rows
        ]
    )
    for row in rows:
        if row.reason:
            say(f"{row.issue}: {row.reason}")


def calendar(
    context: typer.Context,
    count: Annotated[int, typer.Option("--count", min=1, max=1000, help="Due times of each digest.")] = 5,
    as_json: Json = False,
) -> None:
    """List the next due times of every digest."""
    from newsletter.app import editing, open_project

    project = open_project(context.obj)
    ahead = editing.calendar(project, count, datetime.now(UTC))
    if as_json:
        print_json(ahead.rows)
        return
    if not ahead.rows:
        say("Nothing is due: every digest is paused.")
        return
    zone = project.settings.newsletter.timezone
    print_rows([[f"{row.due_at.astimezone(zone):%a %Y-%m-%d %H:%M %Z}", row.issue] for row in ahead.rows])
    typer.echo(
        f"{ahead.rows[0].issue} would have {items(len(ahead.titles))} as the files are now{':' if ahead.titles else '.'}"
    )
    for title in ahead.titles:
        typer.echo(f"  {title}")


def draft(context: typer.Context, issue: Issue = None) -> None:
    """Write an issue's file for an editor to change."""
    from newsletter.app import editing, open_project

    typer.echo(editing.write_draft(open_project(context.obj), issue, datetime.now(UTC)))


def build(
    context: typer.Context,
    issue: Issue = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="A folder. Left out: var/build in the project.")
    ] = None,
) -> None:
    """Render an issue into a folder to look at."""
    from newsletter.app import open_project
    from newsletter.app.building import build as build_issue
    from newsletter.app.desk import Desk

    project = open_project(context.obj)
    built = build_issue(Desk(project, datetime.now(UTC)), issue, output or project.settings.var / "build")
    print_problems(built.edition.errors, err=True)
    typer.echo(built.folder)
    if built.edition.is_frozen:
        say("This was frozen when the issue began, whatever the files say now.")
    for name, (html_bytes, text_bytes) in built.sizes.items():
        say(f"  {name}: {html_bytes:,} bytes of HTML, {text_bytes:,} of plain text")


def mails(
    context: typer.Context,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", help="A folder. Left out: var/build/mails in the project."),
    ] = None,
) -> None:
    """Write the mails that answer readers (confirmation, welcome and so on) into a folder to look at."""
    from newsletter.app import open_project
    from newsletter.app.specimens import write_specimens

    project = open_project(context.obj)
    folder = output or project.settings.var / "build" / "mails"
    for path in write_specimens(project, folder, datetime.now(UTC)):
        typer.echo(path)


def check(
    context: typer.Context,
    issue: Issue = None,
    strict: Annotated[bool, typer.Option("--strict", help="Fail on warnings too.")] = False,
    as_json: Json = False,
) -> None:
    """Say what is wrong with an issue, with file and line."""
    import dataclasses

    from newsletter.app import open_project
    from newsletter.app.checking import check as check_issue
    from newsletter.app.checking import report_of

    try:
        report = check_issue(open_project(context.obj), issue, datetime.now(UTC), strict=strict)
    except UsageError:
        raise
    except NewsletterError as error:
        if not as_json:
            raise
        report = report_of(error, issue)
    if as_json:
        print_json(report)
    else:
        print_problems(report.problems)
        for entry in report.left_out:
            if entry.is_settled:
                continue
            typer.echo(" ".join(filter(None, [f"left out: {entry.path}: {entry.reason}.", entry.help])))
        figures = ", ".join(
            f"{name.replace('_', ' ')} {value:,}"
            for name, value in dataclasses.asdict(report.figures).items()
        )
        say(f"{report.issue}: {report.verdict} ({figures})")
    if not report.ok:
        raise typer.Exit(1)


def approve(
    context: typer.Context,
    issue: Issue = None,
    by: Annotated[str, typer.Option("--by", help="Who approves.")] = "",
) -> None:
    """Write into the issue's file that exactly this may go out."""
    from newsletter.app import editing, open_project

    typer.echo(
        editing.approve(open_project(context.obj), issue, by or editing.user_name(), datetime.now(UTC))
    )


def unapprove(context: typer.Context, issue: Issue = None) -> None:
    """Take an approval back."""
    from newsletter.app import editing, open_project

    typer.echo(editing.unapprove(open_project(context.obj), issue, datetime.now(UTC)))


def hold(
    context: typer.Context,
    reason: Annotated[str, typer.Option("--reason", help="Why it waits.")],
    issue: Issue = None,
) -> None:
    """Write into the issue's file that it waits."""
    from newsletter.app import editing, open_project

    typer.echo(editing.hold(open_project(context.obj), issue, reason, datetime.now(UTC)))


def release(
    context: typer.Context,
    issue: Issue = None,
    bounces: Annotated[
        str | None,
        typer.Option("--bounces", metavar="DOMAIN", help="Let the held bounces of a domain count."),
    ] = None,
    restored: Annotated[
        bool, typer.Option("--restored", help="After a restored backup: what left counts as sent.")
    ] = False,
) -> None:
    """Let a held issue go, or held bounces, or let what had left before a backup was restored count as sent."""
    from newsletter.app import editing, open_project

    project, now = open_project(context.obj), datetime.now(UTC)
    if (issue is not None) + (bounces is not None) + restored > 1:
        raise UsageError("Name an issue, --bounces DOMAIN or --restored, not several of them.")
    if bounces is not None:
        _release_bounces(project, bounces, now)
    elif restored:
        _release_restored(project, now)
    else:
        typer.echo(editing.release(project, issue, now))


def _release_bounces(project: "Project", domain: str, now: datetime) -> None:
    from newsletter.app.reported import release_bounces

    typer.echo(f"The held bounces of {readers(release_bounces(project, domain, now))} count now.")


def _release_restored(project: "Project", now: datetime) -> None:
    from newsletter.app.releasing import release_restored

    counted = release_restored(project, now)
    for issue in counted:
        typer.echo(f"{issue.issue} counts as sent: {readers(issue.in_doubt)} in doubt.")
        if issue.is_audience_of_now:
            say("The backup is older than its list of readers: these are the readers of now.")
        if issue.in_doubt:
            say(f"Decide on them with: newsletter resolve {issue.issue} --unknown resend|leave")
        if issue.no_readers_because:
            say("The backup does not know who its readers were: ask the provider who got it.")
            say(f"The issue cannot be made again, so nobody is listed: {issue.no_readers_because}")
    if not counted:
        typer.echo("The database knows of everything that left. Nothing was changed.")
