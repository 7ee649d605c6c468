"""Readers in a fresh database, and a real server with their pages."""

import http.client
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

import pytest
import uvicorn
from sqlalchemy import Engine, insert, select
from starlette.applications import Starlette
from starlette.routing import Route

from newsletter.rendering.environment import load_templates
from newsletter.rendering.texts import load_texts
from newsletter.rendering.theme import Theme
from subscribers.keys import new_key
from subscribers.offers import Offer
from subscribers.storage import (
    ImportStorage,
    SubscriberStorage,
    consent_records,
    subscribers,
    subscriptions,
)
from subscribers.suppression import SuppressionKeys
from subscribers.tokens import Purpose, TokenKeys
from subscribers.web import SecurityHeaders, Site, error_handlers, subscriber_routes

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
OFFER = Offer(
    digests={"monthly": "Monthly digest", "weekly": "Weekly digest"},
    topics={"finance": {"en": "Financial investigation", "fr": "Enquêtes financières"}, "green": {"en": "Green"}},
    languages=("en", "fr", "de"),
)


@pytest.fixture
def storage(engine: Engine) -> SubscriberStorage:
    return SubscriberStorage(engine)


@pytest.fixture
def import_storage(engine: Engine) -> ImportStorage:
    return ImportStorage(engine, SuppressionKeys.from_secrets([new_key()]))


AddReader = Callable[..., bytes]


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
            (id_,) = connection.execute(insert(subscribers), row).inserted_primary_key or ()
            for digest in digests:
                connection.execute(
                    insert(subscriptions),
                    {"subscriber_id": id_, "digest": digest, "created_at": row["created_at"]},
                )
        return ref

    return add


@dataclass
class Clock:
    """A clock that stands until it is moved."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Answer:
    """What a server answered."""

    status: int
    headers: http.client.HTTPMessage
    text: str


@dataclass
class Browser:
    """Asks the running server."""

    port: int
    keys: TokenKeys
    clock: Clock
    engine: Engine
    #: Sent with every request.
    headers: dict[str, str] = field(default_factory=dict)

    def token(self, ref: bytes, purpose: Purpose = Purpose.UNSUBSCRIBE, scope: str = "monthly-2026-11") -> str:
        return self.keys.make(purpose, ref, scope)

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        sent = self.headers | {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, body, sent)
        response = connection.getresponse()
        answer = Answer(response.status, response.headers, response.read().decode())
        connection.close()
        return answer

    def get(self, path: str, **headers: str) -> Answer:
        return self.ask("GET", path, **headers)

    def press(self, path: str, fields: dict[str, str | list[str]]) -> Answer:
        """Send a form as a browser does."""
        body = urlencode(fields, doseq=True).encode()
        return self.ask("POST", path, body, Content_Type="application/x-www-form-urlencoded")

    def state(self) -> list[tuple[object, ...]]:
        """Return everything that is stored about readers."""
        with self.engine.connect() as connection:
            return [
                tuple(row)
                for table in (subscribers, subscriptions, consent_records)
                for row in connection.execute(select(table))
            ]


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
        words=lambda lang: load_texts(templates.folders, lang).gettext,
        theme=Theme(),
        now=Clock(),
        contact="editors@example.org",
        privacy_url="https://example.org/privacy",
    )


@pytest.fixture
def browser(site: Site, engine: Engine) -> Iterator[Browser]:
    """A browser, and a server on a free port of this machine that it talks to."""

    async def fail(_request: object) -> None:
        raise RuntimeError("SELECT email FROM subscribers in /usr/lib/secret.py")

    app = Starlette(
        routes=[*subscriber_routes(site), Route("/broken", fail)], exception_handlers=error_handlers(site)
    )
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        SecurityHeaders(app, is_https=True), log_level="critical", lifespan="off", server_header=False
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    assert isinstance(site.now, Clock)
    yield Browser(listener.getsockname()[1], site.keys, site.now, engine)
    server.should_exit = True
    thread.join(timeout=10)
    listener.close()


@pytest.fixture
def write_list(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that writes a list to import."""

    def write(text: str, *, encoding: str = "utf-8", name: str = "readers.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(text.encode(encoding))
        return path

    return write
