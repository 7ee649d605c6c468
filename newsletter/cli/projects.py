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
    from newsletter.layout.project import lay_out
    from newsletter.rendering.pipeline.environment import built_in_templates
    from subscribers.keys import new_key

    lay_out(
        directory,
        source=built_in_templates() / "project",
        today=datetime.now(UTC).date(),
        keys=(new_key(), new_key()),
        empty=empty,
    )
    typer.echo(directory)
    say(f"Next:  cd {directory}\n       newsletter items\n       newsletter build")


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
    from newsletter.layout.blanks import new_item

    project = open_project(context.obj)
    path = new_item(
        project.settings.content_root,
        kind,
        title,
        today=datetime.now(project.settings.newsletter.timezone).date(),
        published=_date(published, "--date"),
        start=_moment(start, "--start"),
        topics=tuple(project.settings.topics),
    )
    typer.echo(path)


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
    from newsletter.database import open_database
    from newsletter.storage import schema

    project = open_project(context.obj)
    engine = open_database(project.settings.database.url, root=project.root)
    schema.migrate(engine)
    typer.echo(f"The database is at {schema.current(engine)}.")


def key() -> None:
    """Print a new key for links or for erased addresses."""
    from subscribers.keys import new_key

    typer.echo(new_key())


def demo() -> None:
    """Do the whole job once, with a sample project."""
    from newsletter.app.demo import run

    run(typer.echo)
