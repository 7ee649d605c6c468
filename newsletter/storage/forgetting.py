"""Forgetting one person in the ledger: what happened stays, as a number; whose words and names were in it goes."""

import json
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, func, or_, select, update

from newsletter.storage import searching
from newsletter.storage.tables import batches, deliveries, events, issues
from subscribers.erasing import Names
from subscribers.storage.erasing import take_out_of

_NO_WORDS = {"reason": None, "provider_id": None, "outcome_reason": None}
_NOT_TRACEABLE = {"email": "", "delivery": "", "message": "", "diagnostic": ""}


def forget(connection: Connection, names: Names, *, subscriber_id: int | None, reference: str) -> None:
    """Take a person out of the ledger. *reference*: theirs as letters name it; "" when they were no reader."""
    if subscriber_id is not None:
        for number in connection.execute(select(issues.c.number)).scalars().all():
            # A statement an issue: the index begins with it.
            theirs = (deliveries.c.issue_number == number, deliveries.c.subscriber_id == subscriber_id)
            connection.execute(update(deliveries).where(*theirs).values(**_NO_WORDS))
        connection.execute(
            update(events).where(events.c.subscriber_id == subscriber_id).values(**_NOT_TRACEABLE)
        )
    # An event whose reader was looked for names nobody by address any more.
    is_named: ColumnElement[bool] = func.lower(events.c.email).in_(names.spellings)
    if reference:
        is_named = or_(is_named, events.c.delivery == reference)
    connection.execute(
        update(events).where(events.c.processed_at.is_(None), is_named).values(**_NOT_TRACEABLE)
    )
    for column in (batches.c.answer, issues.c.reason):
        take_out_of(connection, column, names)
    take_out_of(connection, batches.c.answer, names, with_local_part=True)


def wipe(engine: Engine, names: Names) -> bool:
    """Overwrite what a SQLite file still holds of deleted rows; return False when other processes kept it from being done.

    Rows are overwritten as they are deleted (`secure_delete`). What is left is the write-ahead log, which is cut off, and,
    rarely, a copy that SQLite made when it moved a row from page to page: where one is found, the file is written anew.
    PostgreSQL reuses the place in its own time (autovacuum).
    """
    if engine.dialect.name != "sqlite" or not engine.url.database:
        return True
    with engine.connect() as connection:
        driver: Any = connection.connection.driver_connection
        try:
            is_cut = _cut_log(driver)
            if not _holds(engine.url.database, sorted(names.spellings)):
                return is_cut
            return _write_anew(driver)
        # Somebody reads or writes for longer than we wait; or nobody could look.
        except (sqlite3.OperationalError, OSError, subprocess.CalledProcessError):
            return False


def write_anew(engine: Engine) -> None:
    """Write a SQLite file anew, without anything of deleted rows."""
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            _write_anew(connection.connection.driver_connection)


def _write_anew(driver: Any) -> bool:
    # Else it would be in memory as a whole.
    driver.execute("PRAGMA temp_store=FILE")
    driver.execute("VACUUM")
    driver.execute("PRAGMA temp_store=MEMORY")
    return _cut_log(driver)


def _cut_log(driver: Any) -> bool:
    is_busy, *_ = driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return not is_busy


def _holds(path: str, words: Sequence[str]) -> bool:
    """Whether a file that is open here holds one of *words*; `searching` says why another process has to look.

    Raises OSError and CalledProcessError when it could not.
    """
    # By its path and without the current folder, where an editor's files could pass for modules.
    command = [sys.executable, "-P", searching.__file__, path]
    answer = subprocess.run(  # noqa: S603 - our own file; the words, which are personal, go another way
        command, input=json.dumps(words).encode(), capture_output=True, check=True
    )
    return bool(json.loads(answer.stdout))
