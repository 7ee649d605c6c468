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
        # Its first line only: the rest may quote addresses.
        reason = str(error.orig).partition("\n")[0].rstrip(".")
        raise StorageError(
            f"The readers' database: {reason}. Try again; then see: newsletter doctor"
        ) from error
