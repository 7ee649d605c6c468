"""Where the sample project has its database: a file or a server; copied and put back by hand, as operators do."""

import shlex
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pytest
from sqlalchemy import make_url

from newsletter.database import open_database
from tests.cli.typing_in import to_type, type_in
from tests.command_line import Run, at_mailgun
from tests.server import Server
from tests.stand_in.account import Account, running
from tests.stand_in.services.mailgun import MailgunApi

_BY_HAND = {
    "pg_restore": (
        "pg_dump --format=custom --file=copy {address}",
        "pg_restore --clean --if-exists --exit-on-error --no-owner --dbname={address} copy",
    ),
    "psql": (
        "pg_dump --clean --if-exists --no-owner --file=copy {address}",
        "psql --quiet --set=ON_ERROR_STOP=1 --file=copy {address}",
    ),
}
#: Each kind of database, and each way in which one is put back by hand.
HOMES = ("sqlite", *_BY_HAND)


class Home(Protocol):
    """A project with three readers, and its database."""

    @property
    def project(self) -> Path:
        """Its folder."""

    def change(self, statements: str) -> None:
        """Change the database behind the program's back."""

    def copy(self) -> None:
        """Copy the database as it is now."""

    def put_back(self) -> None:
        """Put the copy in its place, without the program."""

    def move(self, run: Run) -> None:
        """Make a backup and restore it as the program says, as on another machine."""


@dataclass
class FileHome:
    """A SQLite file."""

    project: Path

    def change(self, statements: str) -> None:
        """By the driver."""
        with closing(sqlite3.connect(self._live)) as connection:
            connection.executescript(statements)

    def copy(self) -> None:
        """By SQLite's own backup."""
        with closing(sqlite3.connect(self._live)) as source, closing(sqlite3.connect(self._copy)) as target:
            source.backup(target)

    def put_back(self) -> None:
        """By copying the file."""
        self._remove()
        shutil.copy(self._copy, self._live)

    def move(self, run: Run) -> None:
        """By `backup` and `restore`; nothing of the file stays beside it."""
        made = run("backup", "backup.tar", at=self.project)
        self._remove()
        restored = run("restore", "backup.tar", "--yes", at=self.project)
        assert (made.status, restored.status) == (0, 0), made.err + restored.err

    def _remove(self) -> None:
        for file in self._live.parent.glob("newsletter.db*"):
            file.unlink()

    @property
    def _live(self) -> Path:
        return self.project / "var" / "newsletter.db"

    @property
    def _copy(self) -> Path:
        return self.project / "copy.db"


@dataclass
class ServerHome:
    """A database on a PostgreSQL server."""

    project: Path
    address: str
    monkeypatch: pytest.MonkeyPatch
    #: How it is copied and put back by hand.
    by_hand: tuple[str, str]

    def change(self, statements: str) -> None:
        """By the driver."""
        engine = open_database(self.address)
        with engine.begin() as connection:
            connection.exec_driver_sql(statements)
        engine.dispose()

    def copy(self) -> None:
        """By PostgreSQL's own tools."""
        self._type(self.by_hand[0])

    def put_back(self) -> None:
        """By PostgreSQL's own tools."""
        self._type(self.by_hand[1])

    def move(self, run: Run) -> None:
        """By what `backup` and `restore` say is to be typed."""
        type_in(to_type(run("backup", "backup.dump", at=self.project).err), self.project)
        *commands, replay = to_type(run("restore", "backup.dump", "--yes", at=self.project).err)
        type_in(commands, self.project)
        name = str(make_url(self.address).database)
        self.monkeypatch.setenv("NEWSLETTER_DATABASE__URL", self.address.replace(name, f"{name}_restored"))
        replayed = run(*shlex.split(replay)[1:], at=self.project)
        assert replayed.status == 0, replayed.err

    def drop_moved(self) -> None:
        """Remove what `move` made on the server."""
        name = make_url(self.address).database
        self._type(f"dropdb --force --if-exists --maintenance-db={{address}} {name}_restored")

    def _type(self, command: str) -> None:
        type_in([command.format(address=shlex.quote(self.address.replace("+psycopg", "")))], self.project)


@pytest.fixture(params=HOMES[:2])
def home(
    request: pytest.FixtureRequest, run: Run, with_readers: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Home]:
    """The sample project with three readers, on SQLite and on PostgreSQL."""
    if request.param == "sqlite":
        yield FileHome(with_readers)
        return
    for file in (with_readers / "var").glob("newsletter.db*"):
        file.unlink()
    server: Server = request.getfixturevalue("postgresql")
    with server.database() as address:
        monkeypatch.setenv("NEWSLETTER_DATABASE__URL", address)
        agreed = ("--confirmed", "--evidence", "signed a list")
        run("subscribers", "import", "readers.csv", *agreed, at=with_readers)
        made = ServerHome(with_readers, address, monkeypatch, _BY_HAND[request.param])
        yield made
        made.drop_moved()


@pytest.fixture
def service() -> Iterator[Account]:
    """An account at Mailgun."""
    with running(MailgunApi()) as account:
        yield account


@pytest.fixture
def project(home: Home, service: Account, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The project at home, which sends through the service."""
    return at_mailgun(home.project, service.url, monkeypatch)
