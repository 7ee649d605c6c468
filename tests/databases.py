"""Databases for tests: a fresh one with every table, on SQLite and on a real PostgreSQL.

The variable NEWSLETTER_TEST_POSTGRESQL holds the address of a server whose user may create databases, such as
`postgresql+psycopg://postgres@127.0.0.1/postgres`. Without it the tests start a server of their own, and skip what
needs one, loudly, when they cannot; with `required` they fail then.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from newsletter.database import open_database
from newsletter.storage.schema import prepare
from tests.postgresql import NoServerError, embedded_server
from tests.server import Server, address_for_driver

VARIABLE = "NEWSLETTER_TEST_POSTGRESQL"
REQUIRED = "required"


_VISIT = """
import contextlib, sqlite3, sys
with contextlib.closing(sqlite3.connect(sys.argv[1])) as connection:
    print(*connection.execute(sys.argv[2]).fetchone())
"""


def come_and_go(database: Path, question: str = "SELECT count(*) FROM sqlite_master") -> str:
    """Open a SQLite file in a process of its own, ask, and close it: the last one who does deletes the log. Return the answer."""
    command = [sys.executable, "-c", _VISIT, str(database), question]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Server]:
    """A PostgreSQL server whose fresh databases have every table."""
    address = os.environ.get(VARIABLE, "")
    try:
        with _server(address) as server:
            yield server.prepared(_make_tables)
    except NoServerError as error:
        if address == REQUIRED:
            raise
        pytest.skip(f"no PostgreSQL to test with: {error}")


@contextmanager
def _server(address: str) -> Iterator[Server]:
    if address in {"", REQUIRED}:
        with embedded_server() as own, _connected(own) as server:
            yield server
    else:
        with _connected(address) as server:
            yield server
            server.drop_all()


@contextmanager
def _connected(address: str) -> Iterator[Server]:
    with psycopg.connect(address_for_driver(address), autocommit=True) as connection:
        yield Server(address=address, connection=connection)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with every table, to be copied."""
    path = tmp_path_factory.mktemp("database") / "template.db"
    _make_tables(f"sqlite:///{path}")
    return path


def _make_tables(address: str) -> None:
    engine = open_database(address)
    prepare(engine)
    engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a fresh database with every table: each test runs on SQLite and on PostgreSQL."""
    if request.param == "postgresql":
        server: Server = request.getfixturevalue("postgresql")
        with server.database() as address:
            yield address
    else:
        path = tmp_path / "var" / "newsletter.db"
        path.parent.mkdir()
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
