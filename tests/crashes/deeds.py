"""Does a deed again and again in copies of a project, killed one step later each time; says on standard output how each was left.

    python -m tests.crashes.deeds restore|erase PROJECT      PROJECT has a backup in `b.tar`

A step is whatever touches a file: opened to be written, renamed, linked, deleted, opened as a database.
"""

import json
import os
import shutil
import signal
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path

from newsletter.app import open_project
from newsletter.app.backup import restore
from newsletter.app.erasing import erase_address, journal
from newsletter.app.project import Project
from subscribers.audit import Errand

PERSON = "lectrice@example.org"
NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
_STEPS = frozenset({"os.rename", "os.link", "os.remove", "shutil.move", "sqlite3.connect"})

Deed = Callable[[Project], object]
DEEDS: dict[str, Deed] = {
    "restore": lambda project: restore(project, project.root / "b.tar", NOW),
    "erase": lambda project: erase_address(project, PERSON, Errand(actor="operator", at=NOW)),
}


def main(deed: Deed, original: Path) -> None:
    """Do *deed* until it lives to its end, each time in a copy of its own."""
    for step in range(1, 1000):
        folder = Path(shutil.copytree(original, original.parent / f"{original.name}-{step}"))
        has_lived = _done(deed, folder, dies_at=step)
        left = _state(folder)
        again = _done(deed, folder, dies_at=0)
        print(json.dumps({"step": step, "left": left, "again": again, "end": _state(folder)}), flush=True)
        shutil.rmtree(folder)
        if has_lived:
            return


def _done(deed: Deed, folder: Path, *, dies_at: int) -> bool:
    """Do *deed* in a process of its own, which is killed at a step (0: never); return whether it lived to the end."""
    child = os.fork()
    if child == 0:
        status = 1
        with suppress(Exception):
            _kill_at(dies_at)
            deed(open_project(folder))
            status = 0
        os._exit(status)
    _, status = os.waitpid(child, 0)
    return status == 0


def _kill_at(number: int) -> None:
    left = [number]

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        writes = (
            event == "open" and isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR)
        )
        if writes or event in _STEPS:
            left[0] -= 1
            if left[0] == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    if number:
        sys.addaudithook(hook)


def _state(folder: Path) -> dict[str, object]:
    """Return who is a reader, whom the database remembers, and whether the journal has the one who is erased."""
    with closing(sqlite3.connect(folder / "var" / "newsletter.db")) as connection:
        readers = [row[0] for row in connection.execute("SELECT email FROM subscribers ORDER BY email")]
        hashes = connection.execute("SELECT count(*) FROM suppressed_hashes").fetchone()[0]
    return {
        "readers": readers,
        "hashes": hashes,
        "journal": len({entry.hash for entry in journal(open_project(folder)).entries()}),
        "workshops": len(list((folder / "var").glob(".newsletter-*"))),
    }


if __name__ == "__main__":
    main(DEEDS[sys.argv[1]], Path(sys.argv[2]))
