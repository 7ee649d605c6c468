"""What is brought along from the database that was in use to the backup that takes its place."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, insert, select

from newsletter.database import open_database
from newsletter.storage import schema
from subscribers.storage.carrying import carry_deeds
from subscribers.storage.tables import audit_records

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


@pytest.fixture
def replaced(tmp_path: Path) -> Iterator[Engine]:
    """The database that was in use."""
    engine = made(tmp_path / "replaced.db")
    yield engine
    engine.dispose()


@pytest.fixture
def older(tmp_path: Path) -> Iterator[Engine]:
    """The backup."""
    engine = made(tmp_path / "older.db")
    yield engine
    engine.dispose()


def made(path: Path) -> Engine:
    engine = open_database(f"sqlite:///{path}")
    schema.prepare(engine)
    return engine


def do(engine: Engine, **deeds: int) -> None:
    """Note deeds under their numbers, each at an hour of its own."""
    hours = {"show": 1, "export": 2, "erase": 3, "import": 4, "list": 5}
    rows = [
        {
            "id": number,
            "at": NOW + timedelta(hours=hours[action]),
            "actor": "operator",
            "action": action,
            "people": 1,
        }
        for action, number in deeds.items()
    ]
    with engine.begin() as connection:
        connection.execute(insert(audit_records), rows)


def deeds(engine: Engine) -> list[str]:
    with engine.connect() as connection:
        return list(connection.execute(select(audit_records.c.action).order_by(audit_records.c.at)).scalars())


def test_what_was_done_since_the_backup_comes_along_once_however_often_it_is_brought(
    replaced: Engine, older: Engine
) -> None:
    do(older, show=1)
    # PostgreSQL leaves numbers out when a transaction comes to nothing.
    do(replaced, show=1, export=3, erase=9)

    carry_deeds(replaced, older)
    once = deeds(older)
    carry_deeds(replaced, older)

    assert once == deeds(older) == ["show", "export", "erase"]


def test_what_was_done_with_the_backup_already_hides_nothing(replaced: Engine, older: Engine) -> None:
    do(older, show=1, list=2)
    do(replaced, show=1, export=2, erase=3)

    carry_deeds(replaced, older)

    assert deeds(older) == ["show", "export", "erase", "list"]


def test_a_backup_that_knew_of_nothing_gets_everything(replaced: Engine, older: Engine) -> None:
    do(replaced, export=1, erase=2)

    carry_deeds(replaced, older)

    assert deeds(older) == ["export", "erase"]
