"""Readers in a fresh database, and a real server with their pages."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, insert

from subscribers.keys import new_key
from subscribers.storage import (
    AdministrationStorage,
    ImportStorage,
    SubscriberStorage,
    subscribers,
    subscriptions,
)
from subscribers.suppression import SuppressionKeys
from subscribers.web import Desk, Site
from tests.subscribers.browser import NOW, AddReader, Browser, WriteList
from tests.subscribers.house import House, build
from tests.subscribers.importing import Import
from tests.subscribers.operators import SECRETS
from tests.subscribers.postman import Postman
from tests.web.serving import Served, serving


@pytest.fixture
def storage(engine: Engine) -> SubscriberStorage:
    return SubscriberStorage(engine)


@pytest.fixture
def import_storage(engine: Engine) -> ImportStorage:
    return ImportStorage(engine, SuppressionKeys.from_secrets([new_key()]))


@pytest.fixture
def add_reader(engine: Engine) -> AddReader:
    """Return a function that adds a reader, active and of the monthly digest unless told otherwise."""
    number = iter(range(1, 1000))

    def add(email: str = "", digests: tuple[str, ...] = ("monthly",), **values: object) -> bytes:
        count = next(number)
        ref = count.to_bytes(12)
        email = email or f"reader{count}@example.org"
        row = {
            "ref": ref,
            "email": email,
            "email_key": email.casefold(),
            "as_entered": email,
            "lang": "en",
            "state": "active",
            "created_at": NOW - timedelta(days=90),
            "confirmed_at": NOW - timedelta(days=89),
        } | values
        with engine.begin() as connection:
            key = connection.execute(insert(subscribers), row).inserted_primary_key
            assert key is not None
            for digest in digests:
                connection.execute(
                    insert(subscriptions),
                    {"subscriber_id": key[0], "digest": digest, "created_at": row["created_at"]},
                )
        return ref

    return add


@pytest.fixture
def secret() -> str:
    """The key that everything of this test is made with."""
    return new_key()


@pytest.fixture
def suppression_keys() -> SuppressionKeys:
    return SuppressionKeys.from_secrets([new_key()])


@pytest.fixture
def house(engine: Engine, secret: str, suppression_keys: SuppressionKeys) -> House:
    return build(engine, [secret], suppression_keys)


@pytest.fixture
def site(house: House) -> Site:
    return house.site


@pytest.fixture(scope="session")
def server() -> Iterator[Served]:
    """One server on a free port of this machine: starting it takes longer than most tests."""
    with serving() as served:
        yield served


@pytest.fixture
def desk(house: House) -> Desk:
    return house.desk


@pytest.fixture
def postman(house: House, browser: Browser) -> Postman:
    """Brings what the site was asked for to the mailboxes of the test."""
    return Postman(browser, house.mailroom, house.mailboxes)


@pytest.fixture
def browser(server: Served, house: House, engine: Engine) -> Browser:
    """A browser that talks to the pages of this test's readers."""

    server.app = house.app()
    return Browser(server.port, house.site.keys, house.clock, engine)


@pytest.fixture
def write_list(tmp_path: Path) -> WriteList:
    """Return a function that writes a list to import."""

    def write(text: str, *, encoding: str = "utf-8", name: str = "readers.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(text.encode(encoding))
        return path

    return write


@pytest.fixture
def importing(import_storage: ImportStorage, write_list: WriteList, engine: Engine) -> Import:
    return Import(import_storage, write_list, engine)


@pytest.fixture
def administration(engine: Engine) -> AdministrationStorage:
    return AdministrationStorage(engine, SuppressionKeys.from_secrets(SECRETS))
