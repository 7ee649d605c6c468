"""How commands speak: results to standard output, talk to standard error, JSON alone when it is asked for."""

import sys
from collections.abc import Iterable, Sequence
from typing import Any

import typer

from newsletter.errors import Level, NewsletterError, Problem


def print_json(value: Any) -> None:
    """Print one JSON value and nothing else."""
    import msgspec

    sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(value), indent=2) + b"\n")
    sys.stdout.buffer.flush()


def print_rows(rows: Sequence[Sequence[str]]) -> None:
    """Print rows in columns as wide as their widest cell."""
    if not rows:
        return
    *first, _ = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ("  ".join([*map(str.ljust, row, first), row[-1]]) for row in rows)
    # One write: a call a line takes longer than everything else on a long list.
    typer.echo("\n".join(lines))


def print_problems(problems: Iterable[Problem], *, err: bool = False) -> None:
    """Print problems, one a line, errors first."""
    order = list(Level)
    lines = [
        f"{problem.level}: {problem}"
        for problem in sorted(problems, key=lambda problem: order.index(problem.level))
    ]
    if lines:
        typer.echo("\n".join(lines), err=err)


def say(text: str) -> None:
    """Say something to the person: standard error."""
    typer.echo(text, err=True)


def confirm(question: str, *, yes: bool) -> None:
    """Ask before something that cannot be taken back.

    Raises NewsletterError when the answer is no, or when nobody is there to answer.
    """
    if yes:
        return
    if not sys.stdin.isatty():
        raise NewsletterError(f"{question} Nobody is here to answer: add --yes to go ahead.")
    if not typer.confirm(question, err=True):
        raise NewsletterError("Nothing was done.")


def readers(count: int) -> str:
    """Return how many readers, in words."""
    return "1 reader" if count == 1 else f"{count:,} readers"
