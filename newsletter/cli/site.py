"""`newsletter serve`, the public site, and `newsletter openapi`, its description for programs."""

from typing import Annotated

import typer

from newsletter.cli.talk import print_json, say


def serve(
    context: typer.Context,
    host: Annotated[str, typer.Option("--host", help="Where to listen.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help="Where to listen.")] = 8000,
    send: Annotated[
        bool, typer.Option("--send", help="Send queued mails too: confirmations and the like.")
    ] = False,
    metrics_port: Annotated[
        int,
        typer.Option(
            "--metrics-port",
            min=0,
            max=65535,
            help="Where Prometheus asks, on this machine alone; 0: nowhere.",
        ),
    ] = 0,
) -> None:
    """Serve the pages that mails link to."""
    from newsletter.app import open_project
    from newsletter.app.doctor import Health, look_at_webhooks
    from newsletter.app.site import serve as serve_site

    project = open_project(context.obj)
    # Else every event would be refused, and only the log would tell.
    for found in look_at_webhooks(project):
        if found.level is Health.ERROR:
            say(f"{found.message} {found.help}")
    place = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    serve_site(
        project,
        host,
        port,
        is_sending=send,
        metrics_port=metrics_port,
        tell=say,
        on_ready=lambda: say(f"Serving at http://{place}; Ctrl-C stops."),
    )


def openapi(context: typer.Context) -> None:
    """Describe the site's JSON routes and webhooks (OpenAPI 3.1)."""
    from newsletter.app import open_project
    from newsletter.app.description import describe

    print_json(describe(open_project(context.obj)))
