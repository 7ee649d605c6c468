"""How commands speak: results to standard output, talk to standard error, JSON alone when it is asked for."""

import io
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import typer

from newsletter.errors import Level, NewsletterError, Problem

#: How many files are named for a remark that is the same for all.
_SHOWN = 2


def prepare_streams() -> None:
    """Make standard input, output and error usable, whoever started us.

    A closed one leads nowhere, and a character that the output has no code for becomes a question mark.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            # In this order each gets its own number, so that no file opened later is taken for one of them.
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115 - to the end
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")


def say_last(text: str) -> None:
    """Say why a command ends, if anybody can still hear it: an output may be what is broken."""
    with suppress(OSError):
        say(text)
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            # Else Python tries once more at the end, and complains in its own words and with its own exit status.
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def print_json(value: Any) -> None:
    """Print one JSON value and nothing else."""
    import msgspec

    typer.echo(msgspec.json.format(msgspec.json.encode(value), indent=2))


def print_rows(rows: Sequence[Sequence[str]]) -> None:
    """Print rows in columns as wide as their widest cell."""
    if not rows:
        return
    *first, _ = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ("  ".join([*map(str.ljust, row, first), row[-1]]) for row in rows)
    # One write: a call a line takes longer than everything else on a long list.
    typer.echo("\n".join(lines))


def print_problems(problems: Iterable[Problem], *, err: bool = False) -> None:
    """Print problems, one a line, errors first; a remark that many files share is made once."""
    by_level: dict[Level, list[Problem]] = {level: [] for level in Level}
    for problem in problems:
        by_level[problem.level].append(problem)
    lines = [
        f"{problem.level}: {problem}"
        for level, found in by_level.items()
        if level is not Level.INFO
        for problem in found
    ]
    lines += _remarks(by_level[Level.INFO])
    if lines:
        typer.echo("\n".join(lines), err=err)


def _remarks(infos: Iterable[Problem]) -> Iterator[str]:
    by_message: dict[str, list[Problem]] = {}
    for info in infos:
        by_message.setdefault(info.message, []).append(info)
    for alike in by_message.values():
        for info in alike[:_SHOWN]:
            yield f"{info.level}: {info}"
        if len(alike) > _SHOWN:
            yield f"{Level.INFO}: … and the same of {len(alike) - _SHOWN:,} more."


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


def items(count: int) -> str:
    """Return how many items, in words."""
    return "1 item" if count == 1 else f"{count:,} items"
