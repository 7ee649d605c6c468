"""Commands about the project itself: laying it out, keys, where things stand."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import typer

from newsletter.cli.talk import say
from newsletter.content.items import Kind
from newsletter.errors import UsageError


def overview(context: typer.Context) -> None:
    """Say where things stand and what comes next."""
    from newsletter.app import open_project
    from newsletter.app.overview import lines

    try:
        project = open_project(context.obj)
    except UsageError:
        say("No newsletter.toml here or above.")
        typer.echo("Make a project:  newsletter init my-newsletter")
        typer.echo("Look at one:     newsletter demo")
        typer.echo("All commands:    newsletter --help")
        return
    for line in lines(project, datetime.now(UTC)):
        typer.echo(line)


def init(
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="A new folder.")],
    empty: Annotated[bool, typer.Option("--empty", help="Without sample content.")] = False,
) -> None:
    """Lay out a project with sample content."""
    import shlex

    from newsletter.app.layout import lay_out

    lay_out(directory, today=datetime.now(UTC).date(), is_empty=empty)
    typer.echo(directory)
    steps = ["newsletter items", "newsletter build"]
    if directory != Path():
        steps.insert(0, f"cd {shlex.quote(str(directory))}")
    say("Next:  " + "\n       ".join(steps))


def new(
    context: typer.Context,
    kind: Annotated[Kind, typer.Argument(help="news or event")],
    title: Annotated[str, typer.Argument(help="The headline.")],
    published: Annotated[
        str | None, typer.Option("--date", help="Published on, e.g. 2026-11-03. Left out: today.")
    ] = None,
    start: Annotated[
        str | None, typer.Option("--start", help="An event's start, e.g. 2026-12-01 or 2026-12-01T09:30.")
    ] = None,
) -> None:
    """Write a content file to fill in."""
    from newsletter.app import open_project
    from newsletter.app.layout import new_item

    typer.echo(
        new_item(
            open_project(context.obj),
            kind,
            title,
            now=datetime.now(UTC),
            published=_date(published, "--date"),
            start=_moment(start, "--start"),
        )
    )


def _date(text: str | None, option: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise UsageError(f"{option} {text}: write a date such as 2026-11-03.") from None


def _moment(text: str | None, option: str) -> date | datetime | None:
    try:
        return _date(text, option)
    except UsageError:
        try:
            return datetime.fromisoformat(text or "")
        except ValueError:
            raise UsageError(f"{option} {text}: write 2026-12-01 or 2026-12-01T09:30.") from None


def migrate(context: typer.Context) -> None:
    """Bring the database to this version's tables."""
    from newsletter.app import open_project
    from newsletter.app.project import migrate as migrate_database

    typer.echo(f"The database is at {migrate_database(open_project(context.obj))}.")


def key() -> None:
    """Print a new key for links or for erased addresses."""
    from newsletter.app.layout import new_key

    typer.echo(new_key())


def demo(
    serve: Annotated[bool, typer.Option("--serve", help="Open the preview of it, until Ctrl-C.")] = False,
) -> None:
    """Do the whole job once, with a sample project."""
    from newsletter.app.demo import reopen, run

    folder = run(typer.echo)
    if serve:
        from newsletter.app.previewing import preview

        preview(folder, reopen=reopen, tell=typer.echo, say=say)
