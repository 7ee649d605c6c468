"""Opens the database: SQLite in WAL mode by default, PostgreSQL by another URL.

Several processes write one SQLite file (site, scheduler, commands). So every transaction takes the write lock
when it begins, unless its connection says that it only reads (`reading`): a transaction that reads first and
writes later would fail with SQLITE_BUSY_SNAPSHOT as soon as somebody else wrote in between.
"""

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url

from newsletter.errors import StorageError
from subscribers.storage import transactions

#: `Connection` and `Engine` are re-exported for annotations: other modules do not import SQLAlchemy.
__all__ = [
    "Connection",
    "Engine",
    "connected",
    "database_url",
    "make_private",
    "open_database",
    "reading",
    "translated",
    "writing",
]

#: How long a writer waits for another one. Our own transactions stay below 100 ms.
BUSY_TIMEOUT_S = 30


def database_url(url: str, root: Path) -> URL:
    """Return *url* with a SQLite file resolved against *root*.

    *url* is one that the settings have found in order.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite" and parsed.database:
        return parsed.set(database=str(root / parsed.database))
    return parsed


def open_database(url: str | URL, *, root: Path = Path()) -> Engine:
    """Return an engine for *url*; a SQLite file's folder is made.

    Raises StorageError when the folder cannot be made.
    """
    resolved = database_url(str(url), root) if isinstance(url, str) else url
    if resolved.get_backend_name() != "sqlite":
        return create_engine(resolved, hide_parameters=True)
    if resolved.database:
        try:
            Path(resolved.database).parent.mkdir(parents=True, exist_ok=True)
            make_private(Path(resolved.database))
        except OSError as error:
            raise StorageError(f"{resolved.database}: cannot be made: {error.strerror}.") from error
    engine = create_engine(
        resolved,
        connect_args={"timeout": BUSY_TIMEOUT_S, "check_same_thread": False},
        # A parameter may be an address, and what an exception says may be logged.
        hide_parameters=True,
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def make_private(path: Path) -> None:
    """Make an empty file for a database, unless it is there; SQLite gives the files that it puts beside it the same mode.

    It holds addresses: nobody else on this machine reads it. Raises OSError.
    """
    # One that is there is never opened: closing it would drop the locks of whoever has it open in this process (POSIX),
    # and another process could delete the log that they go on writing to.
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDONLY, 0o600))


def _prepare_sqlite(connection: Any, _record: object) -> None:
    # sqlite3 begins transactions by itself, and too late, unless told not to; `_begin_sqlite` does it.
    connection.isolation_level = None
    # `secure_delete`: of an erased person nothing stays in the file.
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "temp_store=MEMORY",
        "secure_delete=ON",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    only_reads = connection.get_execution_options().get("only_reads", False)
    # By the driver: this stands before every transaction of the send loop.
    driver = connection.connection.driver_connection
    assert driver is not None
    driver.execute("BEGIN" if only_reads else "BEGIN IMMEDIATE")


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Open a transaction that only reads: it sees one state of the database and keeps nobody waiting."""
    with translated(engine), engine.execution_options(only_reads=True).connect() as connection:
        yield connection


@contextmanager
def connected(engine: Engine) -> Iterator[Connection]:
    """Hold one connection for many transactions."""
    with translated(engine), engine.connect() as connection:
        yield connection


@contextmanager
def writing(bound: Engine | Connection) -> Iterator[Connection]:
    """Open a transaction that writes; it is committed at the end, or not at all."""
    if isinstance(bound, Connection):
        with translated(bound.engine), bound.begin():
            yield bound
    else:
        with translated(bound.engine), bound.begin() as connection:
            yield connection


def translated(engine: Engine) -> AbstractContextManager[None]:
    """Turn what the database's driver raises into a StorageError that says where, what and what to do."""
    return transactions.translated(engine, StorageError)
