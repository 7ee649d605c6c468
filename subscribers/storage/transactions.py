"""Transactions: one that reads, one that writes; what the driver raises becomes a StorageError."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from typing import Any

from sqlalchemy import URL, Connection, CursorResult, Engine, func, select
from sqlalchemy.exc import DBAPIError

from subscribers.errors import StorageError

#: Rows of one statement: SQLite takes 32,766 values in all, PostgreSQL 65,535.
_VALUES = 500


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Open a transaction that only reads.

    On SQLite the engine may take the write lock at the beginning of every other transaction; `only_reads` asks it
    not to.
    """
    with translated(engine), engine.execution_options(only_reads=True).connect() as connection:
        yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """Open a transaction that writes: committed at the end, or not at all."""
    with translated(engine), engine.begin() as connection:
        yield connection


def have_alone(connection: Connection, what: str) -> None:
    """Wait until nobody else does something with *what*, and let others wait until the transaction ends.

    *what*: the unique form of an address, or a name. SQLite has one writer anyway; on PostgreSQL there is no row that could be
    locked, of an address that is nobody's yet.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(what, 0))))


def execute_many(connection: Connection, statement: str, rows: Sequence[tuple[object, ...]]) -> int:
    """Run *statement*, with `?` for its parameters, once for each of *rows*; return how many rows it wrote.

    The driver alone does it: what SQLAlchemy does to each value of each row takes longer than the database.
    """
    if not rows:
        return 0
    marker = "?" if connection.dialect.paramstyle == "qmark" else "%s"
    return connection.exec_driver_sql(statement.replace("?", marker), list(rows)).rowcount


def execute_values(
    connection: Connection, statement: str, parameters: Sequence[object], rows: Sequence[tuple[object, ...]]
) -> None:
    """Run *statement*, with `?` for each of *parameters* and then `VALUES (?)` for all of *rows*; without rows, nothing.

    By the driver alone, as in `execute_many`, and in half the time: what all rows share is handed over once.
    """
    marker = "?" if connection.dialect.paramstyle == "qmark" else "%s"
    for start in range(0, len(rows), _VALUES):
        part = rows[start : start + _VALUES]
        row = f"({','.join('?' * len(part[0]))})"
        listed = f"VALUES {','.join([row] * len(part))}"
        text = statement.replace("VALUES (?)", listed).replace("?", marker)
        connection.exec_driver_sql(text, (*parameters, *chain.from_iterable(part)))


def execute_in(
    connection: Connection, statement: str, parameters: Sequence[object], keys: Sequence[object]
) -> None:
    """Run *statement*, with `?` for each of *parameters* and then `IN (?)` for all of *keys*.

    By the driver alone, as in `execute_many`.
    """
    _found_in(connection, statement, parameters, keys)


def select_in(
    connection: Connection, statement: str, parameters: Sequence[object], keys: Sequence[object]
) -> list[tuple[Any, ...]]:
    """Run *statement* as `execute_in` does, and return what it finds."""
    return [tuple(row) for row in _found_in(connection, statement, parameters, keys)]


def _found_in(
    connection: Connection, statement: str, parameters: Sequence[object], keys: Sequence[object]
) -> CursorResult[Any]:
    marker = "?" if connection.dialect.paramstyle == "qmark" else "%s"
    # No key is NULL, so without keys nothing is found.
    listed = f"IN ({','.join('?' * len(keys)) or 'NULL'})"
    text = statement.replace("IN (?)", listed).replace("?", marker)
    return connection.exec_driver_sql(text, (*parameters, *keys))


@contextmanager
def translated(engine: Engine, into: type[Exception] = StorageError) -> Iterator[None]:
    """Turn what the driver of *engine* raises into an error that says where, what and what to do."""
    try:
        yield
    # The driver's own: SQLAlchemy passes on as it is what is raised where a transaction begins.
    except (DBAPIError, sqlite3.Error) as error:
        raise into(f"{_name(engine.url)}: {_explained(error)}") from error


def _name(url: URL) -> str:
    """Return what a person calls a database: its file, or its address without the password."""
    is_file = url.get_backend_name() == "sqlite" and url.database
    return str(url.database) if is_file else url.render_as_string()


def _explained(error: DBAPIError | sqlite3.Error) -> str:
    """Return what the driver says, and what a person can do about it."""
    # Its first line only: the rest may quote addresses.
    said = error.orig if isinstance(error, DBAPIError) else error
    reason = str(said).partition("\n")[0].rstrip(".")
    remedy = "Is the disk full, or the folder read-only?"
    if "locked" in reason:
        remedy = "Another process has been writing for too long; try again."
    elif "resolve host" in reason:
        remedy = "Is the name of the host in `[database] url` right?"
    elif "connect" in reason:
        remedy = "Is the database server running, and `[database] url` right?"
    elif "in its place" in reason:
        remedy = "From now on that one is used; try again."
    elif "is gone" in reason:
        remedy = "Put it back, or bring a backup: newsletter restore FILE"
    elif "no such table" in reason or "does not exist" in reason:
        remedy = "Run: newsletter migrate"
    elif "malformed" in reason or "not a database" in reason:
        remedy = "Put a backup in its place."
    return f"{reason}. {remedy}"
