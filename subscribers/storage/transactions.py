"""Transactions: one that reads, one that writes; what the driver raises becomes a StorageError."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from subscribers.errors import StorageError


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Open a transaction that only reads.

    On SQLite the engine may take the write lock at the beginning of every other transaction; `only_reads` asks it
    not to.
    """
    with _translated(), engine.execution_options(only_reads=True).connect() as connection:
        yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """Open a transaction that writes: committed at the end, or not at all."""
    with _translated(), engine.begin() as connection:
        yield connection


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        raise StorageError(explained(error)) from error


def explained(error: DBAPIError) -> str:
    """Return what the driver says, and what a person can do about it."""
    # Its first line only: the rest may quote addresses.
    reason = str(error.orig).partition("\n")[0].rstrip(".")
    remedy = "Is the disk full, or the folder read-only?"
    if "locked" in reason:
        remedy = "Another process has been writing for too long; try again."
    elif "no such table" in reason or "does not exist" in reason:
        remedy = "Run: newsletter migrate"
    elif "malformed" in reason or "not a database" in reason:
        remedy = "Put a backup in its place."
    elif "connect" in reason:
        remedy = "Is the database server running, and `[database] url` right?"
    return f"database: {reason}. {remedy}"
