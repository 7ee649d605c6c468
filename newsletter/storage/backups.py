"""A SQLite database as one file: copied while others write, looked at, and put in the place of another."""

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from newsletter.database import BUSY_TIMEOUT_S, make_private
from newsletter.errors import StorageError

#: What SQLite keeps beside the file of a database that is open.
_BESIDE = ("-wal", "-shm")


def copy_database(source: Path, target: Path) -> None:
    """Copy a database as it is now into the new file *target*, whoever writes it meanwhile.

    Raises StorageError.
    """
    with _told(source):
        make_private(target)
        with (
            closing(sqlite3.connect(source, timeout=BUSY_TIMEOUT_S)) as original,
            closing(sqlite3.connect(target)) as copy,
        ):
            original.backup(copy)
            # One file, without a log beside it.
            copy.execute("PRAGMA journal_mode=DELETE")


def check_database(path: Path) -> None:
    """Raise StorageError unless the file is a database that can be read to its end."""
    with _told(path), closing(sqlite3.connect(path)) as connection:
        found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    if found != "ok":
        raise StorageError(f"{path}: the database is damaged: {found}")


def replace_database(new: Path, live: Path, aside: Path) -> bool:
    """Put the closed database *new* in the place of *live*, which is kept as *aside*; return whether there was one.

    At no moment is there no database. Raises StorageError, and changes nothing, while another process has it open.
    """
    was_there = live.exists()
    if was_there:
        have_alone(live)
        for end in _BESIDE:
            # Left behind only by one that is damaged: SQLite would take it for the new one's.
            with suppress(FileNotFoundError):
                live.with_name(live.name + end).replace(aside.with_name(aside.name + end))
        _keep(live, aside)
    new.replace(live)
    return was_there


def _keep(live: Path, aside: Path) -> None:
    try:
        os.link(live, aside)
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links
        make_private(aside)
        shutil.copyfile(live, aside)


def have_alone(live: Path) -> None:
    """Bring a database into its one file, which only who has it alone can. One that is damaged stays as it is.

    Raises StorageError while another process has it open.
    """
    try:
        with closing(sqlite3.connect(live, timeout=1)) as connection:
            connection.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.OperationalError as error:
        if "locked" not in str(error):
            raise StorageError(f"{live}: {error}.") from error
        raise StorageError(
            f"{live} is in use. Stop `newsletter serve`, the scheduler and whatever else uses it, and try again."
        ) from error
    except sqlite3.DatabaseError:
        return


@contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise StorageError(f"{path}: {error}. Is it a database, and is there room on the disk?") from error
