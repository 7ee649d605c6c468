"""Whether the database has the tables that this version wants, and bringing it there."""

import sqlite3
from pathlib import Path

from sqlalchemy import Engine, inspect, text

from newsletter.database import make_private, reading, translated
from newsletter.errors import StorageError

#: The newest migration; a test holds it equal to the files. Alembic itself takes a second to import.
HEAD = "0003"


def current(engine: Engine) -> str | None:
    """Return the revision of the database, None for an empty one."""
    with reading(engine) as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def prepare(engine: Engine) -> None:
    """Make an empty database's tables, and bring an older SQLite file up to date after a backup beside it.

    Raises as `usable_revision`.
    """
    revision = usable_revision(engine)
    if revision == HEAD:
        return
    if revision is not None:
        _copy(engine, revision)
    migrate(engine)


def usable_revision(engine: Engine) -> str | None:
    """Return the revision of a database that this version can use, or bring to its own; None for an empty one.

    Raises StorageError for an older PostgreSQL database (`newsletter migrate` is a person's decision there) and for
    one of a newer version of the program.
    """
    revision = current(engine)
    if revision is None or revision == HEAD:
        return revision
    if revision > HEAD:
        raise StorageError(
            f"The database was made by a newer version ({revision}, this one knows {HEAD}). Install that version."
        )
    if engine.dialect.name != "sqlite":
        raise StorageError(
            f"The database is at {revision}, this version wants {HEAD}. Run: newsletter migrate"
        )
    return revision


def migrate(engine: Engine) -> None:
    """Run every migration that is missing."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent.parent / "migrations"))
    with translated(engine), engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _copy(engine: Engine, revision: str) -> None:
    """Copy a SQLite file as it is now, whoever writes it meanwhile."""
    source = engine.url.database
    if source is None:
        return
    target = Path(f"{source}.before-{HEAD}-was-{revision}")
    make_private(target)
    with sqlite3.connect(source) as original, sqlite3.connect(target) as copy:
        original.backup(copy)
    copy.close()
