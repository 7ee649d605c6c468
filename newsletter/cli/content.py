"""Commands about items: what was collected, and where each one went."""

from datetime import date
from typing import Annotated

import typer

from newsletter.cli.talk import print_json, print_problems, print_rows, say

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def items(context: typer.Context, as_json: Json = False) -> None:
    """List what was collected, and each file's problems."""
    from newsletter.app import open_project
    from newsletter.app.items import list_items

    rows = list_items(open_project(context.obj))
    if as_json:
        print_json(rows)
        return
    print_rows(
        [
            [_day(row.date or row.start), row.kind, row.lang, row.title, row.key, row.issue or "-"]
            for row in rows
            if row.title
        ]
    )
    if not rows:
        say('There are no items yet. Write one: newsletter new news "Title"')
    print_problems((problem for row in rows for problem in row.problems), err=True)


def _day(when: date | None) -> str:
    return when.isoformat()[:10] if when else "-"


def why(
    context: typer.Context,
    item: Annotated[str, typer.Argument(help="Key, path or link of an item.")],
    digest: Annotated[str | None, typer.Option(help="Ask about this digest only.")] = None,
) -> None:
    """Say which issue has an item, or why none does."""
    from datetime import UTC, datetime

    from newsletter.app import editing, open_project

    for answer in editing.why(open_project(context.obj), item, digest, datetime.now(UTC)):
        typer.echo(f"{answer.digest}: {answer.key}: {answer.text}. {answer.help}".rstrip())
