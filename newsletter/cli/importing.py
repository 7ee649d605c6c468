"""`newsletter import`: pages into content files, and what an editor is to check in each."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from newsletter.cli.talk import say
from newsletter.content.items import Kind

if TYPE_CHECKING:
    from collections.abc import Callable

    from newsletter.app.importing import Imported

#: Characters of what was left out.
_SHOWN = 60
#: Fewer files are done before anybody looks for a counter.
_MANY = 10


def import_(
    context: typer.Context,
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE…", help="Pages as text or HTML; - is standard input.")
    ],
    kind: Annotated[
        Kind | None, typer.Option("--kind", help="What they are. Left out: each page says it.")
    ] = None,
) -> None:
    """Turn pages (pasted text, saved HTML) into content files."""
    from newsletter.app import open_project
    from newsletter.app.importing import Imported, import_pages

    project = open_project(context.obj)
    if Path("-") in files and sys.stdin.isatty():
        say("Paste the page, then press Enter and Ctrl-D (on Windows Ctrl-Z and Enter).")
    failed = 0
    with _counter(len(files)) as count:
        for done in import_pages(
            project, files, kind=kind, now=datetime.now(UTC), standard_input=sys.stdin.buffer
        ):
            if isinstance(done, Imported):
                typer.echo(done.path)
                _say_imported(done)
            else:
                failed += not done.is_known
                say(done.why)
            count()
    if failed:
        raise typer.Exit(1)


def _say_imported(done: "Imported") -> None:
    name = done.page.source or "standard input"
    for doubt in done.doubts:
        where = f" ({name}:{doubt.source_line})" if doubt.source_line else ""
        say(f"  check line {doubt.line}, {doubt.message}{where}")
    for remark, line in done.page.remarks:
        say(f"  check {name}:{f'{line}:' if line else ''} {remark}")
    for left in done.page.left_out:
        lines = "1 line" if left.count == 1 else f"{left.count} lines"
        if not left.begins:
            say(f"  left out: {lines} of {left.reason}")
            continue
        begins = left.begins if len(left.begins) <= _SHOWN else f"{left.begins[:_SHOWN].rstrip()}…"
        say(f"  left out: {lines} from {name}:{left.line}, “{begins}” ({left.reason})")


@contextmanager
def _counter(total: int) -> "Iterator[Callable[[], None]]":
    """Count pages on a terminal, when there are many."""
    if total < _MANY or not sys.stderr.isatty():
        yield lambda: None
        return
    from rich.console import Console

    done = 0
    with Console(stderr=True).status(f"0 of {total:,} pages") as shown:

        def count() -> None:
            nonlocal done
            done += 1
            shown.update(f"{done:,} of {total:,} pages")

        yield count
