"""`newsletter subscribers …`: importing readers, and how many there are."""

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from newsletter.cli.content import Json
from newsletter.cli.talk import print_json, print_rows, say
from newsletter.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from subscribers.importing.findings import ImportReport

app = typer.Typer(
    help="Readers: import them, count them.",
    no_args_is_help=True,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


class Role(StrEnum):
    """What every row of a file is."""

    ACTIVE = "active"
    UNSUBSCRIBED = "unsubscribed"
    BOUNCED = "bounced"
    COMPLAINED = "complained"


@app.command("import")
def import_(
    context: typer.Context,
    files: Annotated[list[Path], typer.Argument(help="CSV files with a column `email`.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would happen; write nothing.")] = False,
    role: Annotated[Role | None, typer.Option("--as", help="What every row is.")] = None,
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
    from newsletter.app.readers import ImportWish, import_readers
    from subscribers.importing.findings import FindingsFile, ImportReport
    from subscribers.importing.rules import TreatAs

    project = open_project(context.obj)
    now = datetime.now(UTC)
    wish = ImportWish(
        dry_run=dry_run,
        treat_as=TreatAs(role) if role else None,
        is_confirmed=confirmed,
        evidence=evidence,
        columns=_mapping(columns or []),
    )
    folder = project.settings.var / "imports"
    folder.mkdir(parents=True, exist_ok=True)
    report_file = folder / f"{now:%Y-%m-%d-%H%M%S}-findings.csv"
    findings = FindingsFile(report_file)
    total = ImportReport()
    for path in files:
        with _counter(path) as on_progress:
            report = import_readers(project, path, wish, now=now, findings=findings, on_progress=on_progress)
        total = total.plus(report)
    _say_report(total, dry_run=dry_run)
    if findings.is_written:
        say(f"Every refused or noted row: {report_file}")


def _mapping(columns: list[str]) -> Mapping[str, str]:
    mapping = {}
    for text in columns:
        column, equals, field = text.rpartition("=")
        if not equals or not column or not field:
            raise UsageError(f"--map {text}: write COL=FIELD, for example --map Courriel=email")
        mapping[column] = field
    return mapping


@contextmanager
def _counter(path: Path) -> "Iterator[Callable[[int], None]]":
    """Count rows on a terminal."""
    if not sys.stderr.isatty():
        yield lambda _rows: None
        return
    from rich.console import Console

    with Console(stderr=True).status(f"{path.name}") as shown:
        yield lambda rows: shown.update(f"{path.name}: {rows:,} rows")


def _say_report(report: "ImportReport", *, dry_run: bool) -> None:
    verb = "would be " if dry_run else ""
    typer.echo(
        f"{report.added:,} {verb}added, {report.updated:,} {verb}updated, {report.unchanged:,} unchanged, "
        f"{sum(report.refused.values()):,} refused"
    )
    for reason, count in sorted(report.refused.items()):
        say(f"  refused, {reason}: {count:,}")
    for reason, count in sorted(report.notes.items()):
        say(f"  noted, {reason}: {count:,}")


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
