"""Commands that save what the program knows, and bring it back."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from newsletter.cli.talk import confirm, readers, say
from newsletter.errors import UsageError


def backup(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A new file, e.g. newsletter.tar")],
    overwrite: Annotated[bool, typer.Option("--overwrite", help="FILE may be there already.")] = False,
) -> None:
    """Save database and media in one file, while everything goes on. Keys are not in it."""
    from newsletter.app import open_project
    from newsletter.app.backup import back_up
    from newsletter.app.doctor.amounts import in_bytes

    size = back_up(open_project(context.obj), file, datetime.now(UTC), overwrites=overwrite)
    typer.echo(f"{file}: {in_bytes(size)}")
    say("It holds readers' addresses and no key. Keep it where nobody else reads it, for 35 days at most.")


def restore(
    context: typer.Context,
    file: Annotated[Path | None, typer.Argument(metavar="[FILE]", help="What `backup` wrote.")] = None,
    replay: Annotated[
        bool, typer.Option("--replay", help="The database is back by other means: erase again only.")
    ] = False,
    replaced: Annotated[
        str,
        typer.Option(
            "--replaced",
            metavar="NAME",
            help="With --replay, on a server: the database that was in use, of who left since.",
        ),
    ] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Bring a backup back. The database that is there is kept aside; who was erased since stays erased."""
    from newsletter.app import open_project
    from newsletter.app.backup import replay_erasures
    from newsletter.app.backup import restore as bring_back

    if (file is None) != replay:
        raise UsageError("Name the FILE that `newsletter backup` wrote, or --replay, and not both.")
    if replaced and not replay:
        raise UsageError("--replaced goes with --replay.")
    project, now = open_project(context.obj), datetime.now(UTC)
    if file is None:
        restored = replay_erasures(project, now, replaced=replaced)
    else:
        question = (
            f"Put {file} in the place of the database? What happened since it was made is then known no more."
        )
        confirm(question, yes=yes)
        restored = bring_back(project, file, now)
        typer.echo(f"{file} is in place.")
    if restored.aside:
        say(f"The database that was there: {restored.aside} (deleted after 35 days)")
    typer.echo(f"{readers(restored.erased_again)} erased again.")
    if restored.carried:
        typer.echo(f"{readers(restored.carried)} left since, and stay so.")
    elif restored.carried is None:
        say(
            "Who left since cannot be told: they get the next issue, unless they leave again or you unsubscribe them."
        )
    if restored.held:
        say(
            f"{', '.join(restored.held)} left since, says var/sent.journal: nothing is sent until you decide."
            " Let what left count as sent with: newsletter release --restored"
        )
