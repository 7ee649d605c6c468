"""Commands about items: what was collected, and where each one went."""

from typing import Annotated

import typer

from newsletter.cli.talk import print_json, print_problems, print_rows, say

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def items(context: typer.Context, as_json: Json = False) -> None:
    """List what was collected from the content folder, and each file's problems."""
    from newsletter.app import editing, open_project

    rows = editing.list_items(open_project(context.obj))
    if as_json:
        print_json(rows)
        return
    if not rows:
        say('There are no items yet. Write one: newsletter new news "Title"')
        return
    print_rows([[row.shown_date, row.kind, row.lang, row.title, row.key, row.issue or "-"] for row in rows])
    for row in rows:
        print_problems(row.problems, err=True)


def why(
    context: typer.Context,
    item: Annotated[str, typer.Argument(help="Key, path or link of an item.")],
    digest: Annotated[str | None, typer.Option(help="Ask about this digest only.")] = None,
) -> None:
    """Say which issue has an item, or why none does."""
    from newsletter.app import editing, open_project

    for sentence in editing.why(open_project(context.obj), item, digest):
        typer.echo(sentence)
