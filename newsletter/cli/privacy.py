"""The command that fills in what a data protection officer asks for."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from newsletter.cli.talk import say


def privacy(
    context: typer.Context,
    notice: Annotated[bool, typer.Option("--notice", help="The privacy notice for readers.")] = False,
    lang: Annotated[str, typer.Option("--lang", help="Of the notice: en, fr or de.")] = "en",
) -> None:
    """Print the record of processing, or the privacy notice, filled in from the settings."""
    from newsletter.app import open_project
    from newsletter.app.privacy import privacy_notice, record_of_processing

    project, today = open_project(context.obj), datetime.now(UTC).date()
    text = privacy_notice(project, lang, today) if notice else record_of_processing(project, today)
    typer.echo(text.rstrip())
    say(
        "A template: complete what stands in [brackets], and have it looked at by your data protection officer."
    )
