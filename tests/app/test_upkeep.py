"""The database is kept quick, small and whole."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from threading import Event

import pytest
from sqlalchemy import text

from newsletter.app import open_project, upkeep
from newsletter.app.project import Project
from newsletter.database import reading, writing
from newsletter.errors import StorageError
from newsletter.storage.upkeep import checkpoint
from subscribers.storage.heartbeats import SCHEDULER, beat
from tests.app.old_rows import NOW


@pytest.fixture
def project(sample: Path) -> Iterator[Project]:
    """The sample project with a SQLite database."""
    project = open_project(sample)
    beat(project.engine, SCHEDULER, NOW)
    yield project
    project.engine.dispose()


def log_of(project: Project) -> Path:
    return Path(f"{project.database_file}-wal")


def test_the_log_is_short_after_a_checkpoint_and_everything_still_there(project: Project) -> None:
    before = log_of(project).stat().st_size

    upkeep.checkpoint(project, Event())

    assert before > 0
    assert log_of(project).stat().st_size == 0
    with reading(project.engine) as connection:
        assert connection.execute(text("SELECT count(*) FROM heartbeats")).scalar_one() == 1


def test_who_reads_for_long_is_waited_for_and_then_told_of(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upkeep, "_TRIES", 2)
    monkeypatch.setattr(upkeep, "_PAUSE_S", 0)
    with reading(project.engine) as connection:
        connection.execute(text("SELECT count(*) FROM heartbeats")).scalar_one()
        beat(project.engine, SCHEDULER, NOW)

        with pytest.raises(StorageError, match="cannot be cut off"):
            upkeep.checkpoint(project, Event())
        # Nobody has been shut out meanwhile.
        beat(project.engine, SCHEDULER, NOW)

    assert checkpoint(project.engine)


def test_a_server_is_asked_for_nothing_but_figures(on_either: Project) -> None:
    upkeep.analyse(on_either)
    upkeep.checkpoint(on_either, Event())
    upkeep.check_integrity(on_either)

    with writing(on_either.engine) as connection:
        is_server = connection.dialect.name == "postgresql"
        table = "pg_class WHERE reltuples >= 0" if is_server else "sqlite_stat1"
        assert connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() > 0


def test_a_damaged_database_is_told_with_what_to_do(project: Project) -> None:
    upkeep.check_integrity(project)
    checkpoint(project.engine)
    project.engine.dispose()
    file = project.database_file
    assert file is not None
    with closing(sqlite3.connect(file)) as connection:
        root = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'heartbeats'").fetchone()[
            0
        ]
        size = connection.execute("PRAGMA page_size").fetchone()[0]
    with file.open("r+b") as pages:
        pages.seek((root - 1) * size)
        pages.write(bytes([0x0D]) + b"\xff" * 20)

    with pytest.raises(StorageError, match=r"damaged|malformed") as caught:
        upkeep.check_integrity(project)

    assert "backup" in str(caught.value)
