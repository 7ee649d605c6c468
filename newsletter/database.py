"""Opens the database: SQLite in WAL mode by default, PostgreSQL by another URL.

Several processes write one SQLite file (site, scheduler, commands). So every transaction takes the write lock
when it begins, unless its connection says that it only reads (`reading`): a transaction that reads first and
writes later would fail with SQLITE_BUSY_SNAPSHOT as soon as somebody else wrote in between.
"""

import os
import sqlite3
import sys
import time
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
    "address_for_tools",
    "connected",
    "database_url",
    "make_private",
    "name_of_database",
    "open_beside",
    "open_database",
    "reading",
    "translated",
    "writing",
]

#: How long a writer waits for another one. Our own transactions stay below 100 ms.
BUSY_TIMEOUT_S = 30
#: Between two looks whether another writer is done.
_LOOK_S = 0.001
#: Where a connection remembers which file it has open.
_FILE = "file"


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
    event.listen(engine, "do_connect", _refuse_missing)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def open_beside(url: str, name: str) -> Engine:
    """Return an engine for the database *name* on the server of *url*."""
    return open_database(make_url(url).set(database=name))


def name_of_database(url: str) -> str:
    """Return what a server calls the database at *url*."""
    parsed = make_url(url)
    return parsed.database or parsed.username or ""


def address_for_tools(url: str, *, name: str = "") -> str:
    """Return *url* as PostgreSQL's own tools want it, without a password; *name*: of another database on that server."""
    parsed = make_url(url).set(drivername="postgresql", database=name or name_of_database(url))
    # To SQLAlchemy None means: as it is.
    bare = URL.create(parsed.drivername, parsed.username, None, parsed.host, parsed.port, parsed.database)
    options = {key: value for key, value in parsed.query.items() if key != "password"}
    return bare.set(query=options).render_as_string()


def make_private(path: Path) -> None:
    """Make an empty file for a database, unless it is there; SQLite gives the files that it puts beside it the same mode.

    It holds addresses: nobody else on this machine reads it. Raises OSError.
    """
    # One that is there is never opened: closing it would drop the locks of whoever has it open in this process (POSIX),
    # and another process could delete the log that they go on writing to.
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDONLY, 0o600))


def _refuse_missing(_dialect: object, _record: object, arguments: Any, _options: object) -> None:
    """Open no database that was deleted: SQLite would make an empty one of that name."""
    if arguments[0] not in {"", ":memory:"} and not Path(arguments[0]).exists():
        raise sqlite3.OperationalError("the file is gone")


def _prepare_sqlite(connection: Any, record: Any) -> None:
    if path := connection.execute("PRAGMA database_list").fetchone()[2]:
        record.info[_FILE] = _identity(path)
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
    _refuse_ghost(connection)
    if only_reads:
        driver.execute("BEGIN")
    else:
        _begin_writing(driver, connection.engine.url.database or "")


def _refuse_ghost(connection: Connection) -> None:
    """Begin nothing in a file that was deleted or replaced: it lives on for whoever has it open, and nobody else sees what is written."""
    info = connection.info
    if _FILE in info and (found := _identity(connection.engine.url.database or "")) != info[_FILE]:
        # The next transaction opens what is there then.
        connection.invalidate()
        raise sqlite3.OperationalError("another file is in its place" if found else "the file is gone")


def _identity(path: str) -> tuple[int, int] | None:
    """Return what tells a file from another one of that name; None: there is none."""
    try:
        found = Path(path).stat()
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino


def _begin_writing(driver: sqlite3.Connection, database: str) -> None:
    """Take the write lock; who wants it queues for a turn at it, and who has the turn looks every millisecond.

    SQLite's own wait sleeps up to 100 ms between two looks, so that who writes slice after slice (a freeze, an import,
    a send loop) would shut everybody else out for seconds. In a queue that has to wait for its turn as well.
    """
    until = time.monotonic() + BUSY_TIMEOUT_S
    driver.execute("PRAGMA busy_timeout=0")
    try:
        with _turn(f"{database}-turn", until):
            while not _begun_writing(driver, is_last=time.monotonic() >= until):
                time.sleep(_LOOK_S)
    finally:
        driver.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_S * 1000}")


@contextmanager
def _turn(path: str, until: float) -> Iterator[None]:
    """Lock the file *path*. Where that cannot be, or not in time, the quickest gets the write lock.

    Not by a library: it takes as long as a small transaction.
    """
    try:
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError:
        yield
        return
    try:
        while not _locked(file) and time.monotonic() < until:
            time.sleep(_LOOK_S)
        yield
    finally:
        os.close(file)


def _locked(file: int) -> bool:
    if sys.platform == "win32":  # which has no locks of this kind
        return True
    import fcntl

    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _begun_writing(driver: sqlite3.Connection, *, is_last: bool) -> bool:
    try:
        driver.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError as error:
        # The primary code: the extended ones tell who holds it.
        if is_last or error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
            raise
        return False
    return True


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
