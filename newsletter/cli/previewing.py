"""`newsletter preview`: the editor's page."""

from typing import Annotated

import typer

from newsletter.cli.talk import say


def preview(
    context: typer.Context,
    port: Annotated[
        int | None,
        typer.Option("--port", min=1, max=65535, help="Where to listen. Left out: the next free one."),
    ] = None,
    no_open: Annotated[bool, typer.Option("--no-open", help="Print the address only.")] = False,
) -> None:
    """Show issues in the browser as the files are saved."""
    from newsletter.app.previewing import preview as show

    show(context.obj, port=port, opens_browser=not no_open, tell=typer.echo, say=say)
