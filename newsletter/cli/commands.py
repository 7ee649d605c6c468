"""The table of commands: names and where they are carried out."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated

import typer

from newsletter import __version__
from newsletter.cli import (
    backup,
    content,
    doctor,
    editing,
    importing,
    previewing,
    privacy,
    projects,
    readers,
    readers_changing,
    readers_looking,
    sending,
    site,
)

app = typer.Typer(
    name="newsletter",
    help="From a content folder to a newsletter in every reader's inbox, once.",
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"newsletter {__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def start(
    context: typer.Context,
    directory: Annotated[
        Path, typer.Option("-C", "--directory", help="The project folder, or one below it.")
    ] = Path(),
    _version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """From a content folder to a newsletter in every reader's inbox, once.

    Without a command: says where things stand and what comes next.
    """
    context.obj = directory
    if context.invoked_subcommand is None:
        projects.overview(context)


_COMMANDS: Mapping[str, Callable[..., None]] = {
    "init": projects.init,
    "new": projects.new,
    "import": importing.import_,
    "items": content.items,
    "why": content.why,
    "issues": editing.issues,
    "calendar": editing.calendar,
    "draft": editing.draft,
    "build": editing.build,
    "mails": editing.mails,
    "preview": previewing.preview,
    "check": editing.check,
    "approve": editing.approve,
    "unapprove": editing.unapprove,
    "hold": editing.hold,
    "release": editing.release,
    "test": sending.test,
    "send": sending.send,
    "pause": sending.pause,
    "resume": sending.resume,
    "cancel": sending.cancel,
    "status": sending.status,
    "resolve": sending.resolve,
    "serve": site.serve,
    "openapi": site.openapi,
    "doctor": doctor.doctor,
    "privacy": privacy.privacy,
    "backup": backup.backup,
    "restore": backup.restore,
    "migrate": projects.migrate,
    "key": projects.key,
    "demo": projects.demo,
}
for name, command in _COMMANDS.items():
    app.command(name)(command)

_READER_COMMANDS: Mapping[str, Callable[..., None]] = {
    "show": readers_looking.show,
    "list": readers_looking.list_,
    "export": readers_looking.export,
    "add": readers_changing.add,
    "set": readers_changing.set_,
    "move": readers_changing.move,
    "unsubscribe": readers_changing.unsubscribe,
    "erase": readers_changing.erase,
    "suppress": readers_changing.suppress,
    "unsuppress": readers_changing.unsuppress,
    "audit": readers_looking.audit,
}
for name, command in _READER_COMMANDS.items():
    readers.app.command(name)(command)
app.add_typer(readers.app, name="subscribers")
