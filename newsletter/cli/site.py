"""`newsletter serve`: the public site."""

from typing import Annotated

import typer


def serve(
    context: typer.Context,
    host: Annotated[str, typer.Option("--host", help="Where to listen.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help="Where to listen.")] = 8000,
) -> None:
    """Serve the pages that mails link to."""
    from newsletter.app import open_project
    from newsletter.app.site import serve as serve_site

    serve_site(open_project(context.obj), host, port)
