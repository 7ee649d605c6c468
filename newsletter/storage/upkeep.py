"""Keeping the database quick, small and whole; a PostgreSQL server sees to itself, but for figures that are asked for."""

from sqlalchemy import Engine, text

from newsletter.database import connected, reading, writing

#: Rows of an index that are looked at: enough for a plan, and over in milliseconds.
_SAMPLE = 1_000
#: How long other writers wait for the one try to shorten the log.
_PATIENCE_MS = 100
#: What is named of a damage: more of it says no more.
_MOST = 5


def analyse(engine: Engine) -> None:
    """Let the database count what its plans rest on."""
    with writing(engine) as connection:
        if engine.dialect.name == "sqlite":
            connection.execute(text(f"PRAGMA analysis_limit={_SAMPLE}"))
        connection.execute(text("ANALYZE"))


def checkpoint(engine: Engine) -> bool:
    """Bring SQLite's write-ahead log into its file and cut it off; False while somebody reads or writes."""
    if engine.dialect.name != "sqlite":
        return True
    with connected(engine) as connection:
        # By the driver: it is done outside of a transaction.
        driver = connection.connection.driver_connection
        assert driver is not None
        before = driver.execute("PRAGMA busy_timeout").fetchone()[0]
        driver.execute(f"PRAGMA busy_timeout={_PATIENCE_MS}")
        try:
            is_busy, *_ = driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        finally:
            driver.execute(f"PRAGMA busy_timeout={before}")
    return not is_busy


def find_damage(engine: Engine) -> tuple[str, ...]:
    """Return what is damaged in a SQLite file, in its own words; it is read to its end, and keeps nobody from writing.

    Raises StorageError when it cannot be read any more.
    """
    if engine.dialect.name != "sqlite":
        return ()
    with reading(engine) as connection:
        found = connection.execute(text(f"PRAGMA integrity_check({_MOST})")).scalars().all()
    return tuple(words for words in found if words != "ok")
