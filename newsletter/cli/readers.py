"""`newsletter subscribers …`: importing readers, and how many there are."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from newsletter.cli.content import Json
from newsletter.cli.talk import print_json, print_rows, say
from newsletter.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from newsletter.app.readers import Imported

app = typer.Typer(
    help="Readers: import them, look at them, change them, count them.",
    no_args_is_help=True,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


#: What every row of a file is.
TreatAs = Literal["active", "unsubscribed", "bounced", "complained"]


@app.command("import")
def import_(
    context: typer.Context,
    files: Annotated[
        list[Path], typer.Argument(help="CSV files, or what listmonk, Mailchimp or Ghost exports.")
    ],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would happen; write nothing.")] = False,
    treat_as: Annotated[TreatAs | None, typer.Option("--as", help="What every row is at least.")] = None,
    confirmed: Annotated[
        bool, typer.Option("--confirmed", help="These people have agreed; needs --evidence.")
    ] = False,
    evidence: Annotated[str, typer.Option("--evidence", help="How, where and when they agreed.")] = "",
    columns: Annotated[
        list[str] | None, typer.Option("--map", help="COL=FIELD: the file calls the field FIELD COL.")
    ] = None,
) -> None:
    """Import readers. Without --confirmed they are pending: each is asked by mail first."""
    from newsletter.app import open_project
    from newsletter.app.administration import errand, record_import, record_import_begun
    from newsletter.app.readers import import_readers, import_rules

    project = open_project(context.obj)
    rules = import_rules(
        project, treat_as=treat_as, is_confirmed=confirmed, evidence=evidence, columns=_mapping(columns or [])
    )
    now = datetime.now(UTC)
    with _counter() as on_progress:
        imported = import_readers(
            project,
            files,
            rules,
            now=now,
            is_dry_run=dry_run,
            on_begin=partial(record_import_begun, project, files, errand(now)),
            on_progress=on_progress,
        )
    if not dry_run:
        record_import(project, imported, errand(datetime.now(UTC)))
    _say_result(imported, is_dry_run=dry_run)


def _mapping(columns: Sequence[str]) -> Mapping[str, str]:
    mapping = {}
    for text in columns:
        column, equals, field = text.rpartition("=")
        if not equals or not column or not field:
            raise UsageError(f"--map {text}: write COL=FIELD, for example --map Courriel=email")
        mapping[column] = field
    return mapping


@contextmanager
def _counter() -> "Iterator[Callable[[Path, int], None]]":
    """Count rows on a terminal."""
    if not sys.stderr.isatty():
        yield lambda _path, _rows: None
        return
    from rich.console import Console

    with Console(stderr=True).status("Reading") as shown:
        yield lambda path, rows: shown.update(f"{path.name}: {rows:,} rows")


def _say_result(imported: "Imported", *, is_dry_run: bool) -> None:
    report = imported.report
    verb = "would be " if is_dry_run else ""
    typer.echo(
        f"{report.added:,} {verb}added, {report.updated:,} {verb}updated, {report.unchanged:,} unchanged, "
        f"{sum(report.refused.values()):,} refused"
    )
    for reason, count in sorted(report.refused.items()):
        say(f"  refused, {reason}: {count:,}")
    for reason, count in sorted(report.notes.items()):
        say(f"  noted, {reason}: {count:,}")
    if imported.findings:
        say(f"Every refused or noted row: {imported.findings}")


@app.command("stats")
def stats(context: typer.Context, as_json: Json = False) -> None:
    """Count readers by state."""
    import dataclasses

    from newsletter.app import open_project
    from newsletter.app.readers import stats as count

    found = dataclasses.asdict(count(open_project(context.obj)))
    if as_json:
        print_json(found)
        return
    print_rows([[name, f"{value:,}"] for name, value in found.items()])
