"""A project on a database of either kind, and an account at a service."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Table, insert

from newsletter.app import open_project
from newsletter.app.project import Project
from tests.app.known_person import fill, put_files
from tests.app.looks import Looks
from tests.app.old_rows import Add
from tests.command_line import at_mailgun
from tests.stand_in.account import Account, running
from tests.stand_in.services import SERVICES
from tests.stand_in.services.mailgun import MailgunApi


@pytest.fixture
def on_either(sample: Path, database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Project]:
    """The sample project without readers, on SQLite and on PostgreSQL."""
    monkeypatch.setenv("NEWSLETTER_DATABASE__URL", database)
    project = open_project(sample)
    yield project
    project.engine.dispose()


@pytest.fixture
def project(sample: Path, database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Project]:
    """The sample project on either database, with a reader about whom a lot is known, and another one."""
    monkeypatch.setenv("NEWSLETTER_DATABASE__URL", database)
    project = open_project(sample)
    fill(project.engine)
    put_files(project.settings.var)
    yield project
    project.engine.dispose()


@pytest.fixture
def add(on_either: Project) -> Add:
    def add(table: Table, **values: Any) -> None:
        with on_either.engine.begin() as connection:
            connection.execute(insert(table), values)

    return add


@pytest.fixture
def postmark() -> Iterator[Account]:
    """An account at Postmark."""
    with running(SERVICES["postmark"]()) as account:
        yield account


@pytest.fixture
def looks(with_readers: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Looks]:
    """A scheduler that has seen the sample project, with its three readers, a day before the next issue is due."""
    with running(MailgunApi()) as service:
        yield Looks.at(at_mailgun(with_readers, service.url, monkeypatch), service)
