"""Brings a backup back, and asks who is in the database then."""

import sqlite3
from contextlib import closing
from pathlib import Path

from tests.command_line import Run


def restore(run: Run, project: Path, name: str = "b.tar") -> str:
    done = run("restore", name, "--yes", at=project)
    assert done.status == 0, done.err
    return done.out + done.err


def addresses(project: Path) -> set[str]:
    with closing(sqlite3.connect(project / "var" / "newsletter.db")) as connection:
        return {row[0] for row in connection.execute("SELECT email FROM subscribers")}
