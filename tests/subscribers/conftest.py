"""Readers in a fresh database, and a real server with their pages."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, insert
from starlette.applications import Starlette
from starlette.routing import Route

from newsletter.rendering.pipeline.environment import load_templates
from newsletter.rendering.theme import Theme
from newsletter.rendering.words.texts import load_texts
from subscribers.keys import new_key
from subscribers.storage import ImportStorage, SubscriberStorage, subscribers, subscriptions
from subscribers.suppression import SuppressionKeys
from subscribers.tokens import TokenKeys
from subscribers.web import SecurityHeaders, Site, error_handlers, subscriber_routes
from tests.subscribers.browser import NOW, OFFER, AddReader, Browser, Clock, WriteList
from tests.subscribers.importing import Import
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
def site(engine: Engine) -> Site:
    templates = load_templates()
    return Site(
        name="Network Newsletter",
        storage=SubscriberStorage(engine),
        keys=TokenKeys.from_secrets([new_key()]),
        offer=OFFER,
        digest_of=lambda scope: scope.partition("-")[0] if scope.partition("-")[0] in OFFER.digests else None,
        render=templates.render,
        words=lambda lang: load_texts(templates.folders, lang),
        theme=Theme(),
        now=Clock(),
        contact="editors@example.org",
        privacy_url="https://example.org/privacy",
    )


@pytest.fixture(scope="session")
def server() -> Iterator[Served]:
    """One server on a free port of this machine: starting it takes longer than most tests."""
    with serving() as served:
        yield served


@pytest.fixture
def browser(server: Served, site: Site, engine: Engine) -> Browser:
    """A browser that talks to the pages of this test's readers."""

    async def fail(_request: object) -> None:
        raise RuntimeError("SELECT email FROM subscribers in /usr/lib/secret.py")

    routes = [*subscriber_routes(site), Route("/broken", fail)]
    app = Starlette(routes=routes, exception_handlers=error_handlers(site))
    server.app = SecurityHeaders(app, is_https=True)
    assert isinstance(site.now, Clock)
    return Browser(server.port, site.keys, site.now, engine)


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
