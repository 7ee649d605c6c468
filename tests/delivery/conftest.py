"""What sends a frozen issue."""

import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from newsletter.database import Engine, open_database
from newsletter.delivery.allowance import Allowance
from newsletter.delivery.journal import Journal
from newsletter.delivery.post import Post
from newsletter.delivery.providers.base import Provider
from newsletter.delivery.states import BATCH_TRANSITIONS, DELIVERY_TRANSITIONS
from newsletter.issues.states import TRANSITIONS
from newsletter.storage.issues import StoredIssue
from tests.delivery.frozen_issue import Clock, letters
from tests.server import Server

#: Of each table the changes of state that are legal.
LEGAL: Mapping[str, Mapping[Any, str]] = {
    "issues": TRANSITIONS,
    "batches": BATCH_TRANSITIONS,
    "deliveries": DELIVERY_TRANSITIONS,
}


@pytest.fixture(scope="session")
def postgresql(postgresql: Server) -> Server:
    """A PostgreSQL server whose fresh databases write down each change of a state."""
    return postgresql.prepared(_watch)


@pytest.fixture(scope="session")
def sqlite_template(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file that writes down each change of a state."""
    path = shutil.copy(sqlite_template, tmp_path_factory.mktemp("database") / "watching.db")
    _watch(f"sqlite:///{path}")
    return Path(path)


def _watch(address: str) -> None:
    engine = open_database(address)
    with engine.begin() as connection:
        for statement in _watching(engine.dialect.name, LEGAL):
            connection.exec_driver_sql(statement)
    engine.dispose()


@pytest.fixture(autouse=True)
def _only_legal_transitions(request: pytest.FixtureRequest) -> Iterator[None]:
    """Hold every change of state that the database sees against the tables of legal ones."""
    if "engine" not in request.fixturenames:
        yield
        return
    engine: Engine = request.getfixturevalue("engine")
    yield
    with engine.connect() as connection:
        seen = connection.exec_driver_sql("SELECT DISTINCT what, old, new FROM seen").all()
    assert [row for row in seen if (row.old, row.new) not in LEGAL[row.what]] == []


def _watching(dialect: str, tables: Iterable[str]) -> Iterator[str]:
    """Yield the statements that have the database write down each change of a state."""
    yield "CREATE TABLE seen (what TEXT, old TEXT, new TEXT)"
    if dialect == "sqlite":
        for table in tables:
            yield (
                f"CREATE TRIGGER seen_{table} AFTER UPDATE OF state ON {table} WHEN old.state <> new.state"
                f" BEGIN INSERT INTO seen VALUES ('{table}', old.state, new.state); END"
            )
        return
    yield (
        "CREATE FUNCTION see() RETURNS trigger LANGUAGE plpgsql AS"
        " 'BEGIN INSERT INTO seen VALUES (TG_TABLE_NAME, OLD.state, NEW.state); RETURN NULL; END'"
    )
    for table in tables:
        yield (
            f"CREATE TRIGGER see AFTER UPDATE OF state ON {table}"
            " FOR EACH ROW WHEN (OLD.state <> NEW.state) EXECUTE FUNCTION see()"
        )


MakePost = Callable[[StoredIssue, Provider], Post]


@pytest.fixture
def post(engine: Engine, tmp_path: Path) -> MakePost:
    """Make what `send_issue` takes."""

    def make(stored: StoredIssue, provider: Provider) -> Post:
        return Post(
            engine=engine,
            issue=stored,
            letters=letters(engine, stored),
            provider=provider,
            allowance=Allowance(provider=provider.name),
            connections=3,
            locks_folder=tmp_path / "locks",
            journal=Journal(tmp_path / "sent.journal"),
            clock=Clock(),
            stop=Event(),
        )

    return make
