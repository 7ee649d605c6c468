"""`newsletter doctor`: what would go wrong, on one screen."""

from typing import TYPE_CHECKING

import typer

from newsletter.cli.content import Json
from newsletter.cli.talk import print_json, say

if TYPE_CHECKING:
    from newsletter.app.doctor import Finding, Health


def doctor(context: typer.Context, as_json: Json = False) -> None:
    """Look at everything that sending rests on; mail nobody."""
    from newsletter.app.doctor import Health, examine

    findings = []
    for finding in examine(context.obj):
        findings.append(finding)
        if not as_json:
            _print(finding)
    is_well = all(finding.level is not Health.ERROR for finding in findings)
    if as_json:
        print_json({"ok": is_well, "findings": findings})
    else:
        _say_sum(findings)
    if not is_well:
        raise typer.Exit(1)


def _print(finding: "Finding") -> None:
    first, *rest = [*finding.message.splitlines(), *finding.help.splitlines()]
    typer.echo(f"{finding.level:<7}  {finding.subject:<14}  {first}")
    for line in rest:
        typer.echo(f"{'':<25}{line}")


def _say_sum(findings: "list[Finding]") -> None:
    from newsletter.app.doctor import Health

    say(
        ", ".join((_count(findings, Health.ERROR, "error"), _count(findings, Health.WARNING, "warning")))
        + "."
    )


def _count(findings: "list[Finding]", level: "Health", word: str) -> str:
    count = sum(finding.level is level for finding in findings)
    return f"1 {word}" if count == 1 else f"{count} {word}s"
