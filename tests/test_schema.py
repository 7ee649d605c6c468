"""The migrations make exactly the tables that the code uses."""

from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.util import CommandError
from sqlalchemy import MetaData, text

from newsletter.database import Engine, open_database
from newsletter.errors import StorageError
from newsletter.storage import schema
from newsletter.storage.tables import metadata
from subscribers.storage import metadata as subscribers_metadata


def test_the_migrations_make_the_tables_of_the_code(engine: Engine) -> None:
    both = MetaData()
    for tables in (subscribers_metadata, metadata):
        for table in tables.tables.values():
            table.to_metadata(both)

    with engine.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), both)

    assert differences == []


def test_the_newest_migration_is_the_one_that_the_program_names(engine: Engine) -> None:
    assert schema.current(engine) == schema.HEAD


def test_a_database_of_a_newer_version_is_left_alone(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    with pytest.raises(StorageError, match="newer version"):
        schema.prepare(engine)


def test_a_period_that_a_rename_gave_two_issues_keeps_the_newest(tmp_path: Path) -> None:
    engine = open_database("sqlite:///n.db", root=tmp_path)
    _migrate(engine, "0002")
    with engine.begin() as connection:
        for name in ("old-2026-11", "new-2026-11"):
            connection.execute(
                text(
                    "INSERT INTO issues (id, is_rehearsal, digest, period, state, due_at, created_at)"
                    f" VALUES ('{name}', 0, 'new', '2026-11', 'sent', '2026-11-03', '2026-11-03')"
                )
            )

    schema.prepare(engine)

    with engine.connect() as connection:
        rows = connection.execute(text("SELECT id, period FROM issues ORDER BY number"))
        periods = [(row.id, row.period) for row in rows]
    assert periods == [("old-2026-11", "old-2026-11"), ("new-2026-11", "2026-11")]


def _migrate(engine: Engine, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(schema.__file__).parent.parent / "migrations"))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def test_a_file_that_is_no_database_says_so(tmp_path: Path) -> None:
    (tmp_path / "newsletter.db").write_text("no database at all, but long enough to be looked at" * 20)

    with pytest.raises(StorageError, match="not a database"):
        schema.prepare(open_database("sqlite:///newsletter.db", root=tmp_path))


def test_nobody_else_on_the_machine_can_read_the_database(tmp_path: Path) -> None:
    engine = open_database("sqlite:///var/n.db", root=tmp_path)
    schema.prepare(engine)

    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = version_num"))
        modes = {file.stat().st_mode & 0o777 for file in (tmp_path / "var").iterdir()}

    assert modes == {0o600}


def test_nobody_else_can_read_the_copy_that_is_made_before_a_migration(tmp_path: Path) -> None:
    engine = open_database("sqlite:///n.db", root=tmp_path)
    schema.prepare(engine)
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM alembic_version"))
        connection.execute(text("INSERT INTO alembic_version VALUES ('0000')"))

    with pytest.raises(CommandError, match="0000"):
        schema.prepare(engine)

    (copy,) = tmp_path.glob("n.db.before-*")
    assert copy.stat().st_mode & 0o777 == 0o600
