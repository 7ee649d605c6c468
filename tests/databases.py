"""Databases for tests: a fresh one with every table, on SQLite and on a real PostgreSQL.

The variable NEWSLETTER_TEST_POSTGRESQL holds the address of a server whose user may create databases, such as
`postgresql+psycopg://postgres@127.0.0.1/postgres`. Without it the tests start a server of their own, and skip what
needs one, loudly, when they cannot; with `required` they fail then.
"""

import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.pool import NullPool

from newsletter.database import open_database
from newsletter.storage.schema import prepare
from tests.postgresql import NoServerError, embedded_server

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


@dataclass(frozen=True)
class Server:
    """A PostgreSQL server, and the database on it that is copied for each test: quicker than making its tables."""

    address: str
    template: str = "template0"

    @contextmanager
    def database(self) -> Iterator[str]:
        """Yield the address of a fresh copy."""
        name = f"newsletter_test_{secrets.token_hex(8)}"
        self._execute(f"CREATE DATABASE {name} TEMPLATE {self.template} ENCODING 'UTF8'")
        try:
            yield make_url(self.address).set(database=name).render_as_string(hide_password=False)
        finally:
            # Connections that a test left open are none of the next one's business.
            self._execute(f"DROP DATABASE {name} WITH (FORCE)")

    @contextmanager
    def copied(self) -> Iterator["Server"]:
        """Yield the server with a fresh copy as the database that is copied from then on."""
        with self.database() as address:
            yield replace(self, template=str(make_url(address).database))

    @property
    def template_address(self) -> str:
        """The address of the database that is copied; who copies it waits until nobody is connected to it."""
        return make_url(self.address).set(database=self.template).render_as_string(hide_password=False)

    def _execute(self, statement: str) -> None:
        engine = create_engine(self.address, isolation_level="AUTOCOMMIT", poolclass=NullPool)
        with engine.connect() as connection:
            connection.execute(text(statement))


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Server]:
    """A PostgreSQL server whose fresh databases have every table."""
    address = os.environ.get(VARIABLE, "")
    try:
        with _server(address) as server, server.copied() as prepared:
            _make_tables(prepared.template_address)
            yield prepared
    except NoServerError as error:
        if address == REQUIRED:
            raise
        pytest.skip(f"no PostgreSQL to test with: {error}")


@contextmanager
def _server(address: str) -> Iterator[Server]:
    if address in {"", REQUIRED}:
        with embedded_server() as own:
            yield Server(own)
    else:
        yield Server(address)


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
