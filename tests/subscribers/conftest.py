"""Readers in a fresh database, and a real server with their pages."""

import secrets
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, insert
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import Route

from newsletter.rendering.pipeline.environment import load_templates
from newsletter.rendering.theme import Theme
from newsletter.rendering.words.texts import load_texts
from subscribers.intake import Intake
from subscribers.keys import new_key
from subscribers.mailboxes import Pseudonyms
from subscribers.mailing import Mailroom
from subscribers.stamps import Stamps
from subscribers.storage import ImportStorage, SubscriberStorage, subscribers, subscriptions
from subscribers.storage.confirming import ConfirmationStorage
from subscribers.storage.inviting import invite, last_invitation
from subscribers.storage.mail_queue import MailLimits, MailQueue
from subscribers.storage.requests import RequestStorage
from subscribers.suppression import SuppressionKeys
from subscribers.tokens import TokenKeys
from subscribers.web import Desk, Reception, SecurityHeaders, Site, error_handlers, subscriber_routes
from tests.subscribers.browser import NOW, OFFER, AddReader, Browser, Clock, WriteList
from tests.subscribers.importing import Import
from tests.subscribers.postman import Mailboxes, Postman
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
def site(engine: Engine, secret: str) -> Site:
    templates = load_templates()
    return Site(
        name="Network Newsletter",
        storage=SubscriberStorage(engine),
        keys=TokenKeys.from_secrets([secret]),
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
def desk(engine: Engine, site: Site, secret: str, suppression_keys: SuppressionKeys) -> Desk:
    pseudonyms = Pseudonyms.from_secrets([secret])
    return Desk(
        reception=Reception(
            intake=Intake(RequestStorage(engine).store, site.now),
            pseudonyms=pseudonyms,
            stamps=Stamps.from_secrets([secret]),
            offer=OFFER,
            networks=_networks,
            per_ip_hour=60,
            consent_text=lambda lang: f"I agree ({lang}).",
            new_ref=lambda: secrets.token_bytes(12),
            now=site.now,
        ),
        confirmations=ConfirmationStorage(engine, suppression_keys, pseudonyms.of_mailbox),
        sender="Network <hello@example.org>",
        controller="The network",
        embed_sites=("https://example.org",),
        latest_issue=lambda: "https://news.example.org/issues/monthly-2026-10",
        copy_of=lambda reader: {"email": reader.email},
        erase=lambda _ref: None,
    )


def _networks(request: Request) -> list[str]:
    """Return what a test says of where a request comes from; the program itself believes proxies only."""
    address = request.headers.get("x-test-network", "192.0.2.1")
    return [address, f"{address.rpartition('.')[0]}.0/24"]


@pytest.fixture
def postman(
    engine: Engine, site: Site, desk: Desk, browser: Browser, suppression_keys: SuppressionKeys
) -> Postman:
    """Brings what the site was asked for to the mailboxes of the test."""
    mailboxes = Mailboxes()
    mailroom = Mailroom(
        queue=MailQueue(engine, suppression_keys),
        subscribers=site.storage,
        courier=mailboxes,
        keys=site.keys,
        limits=MailLimits(per_address_day=3, per_domain_hour=300, global_hour=1000),
        public_url="",
        invite=lambda refs, now: invite(engine, refs, desk.reception.pseudonyms.of_mailbox, now),
        last_invitation=lambda: last_invitation(engine),
        new_ref=lambda: secrets.token_bytes(12),
        clock=site.now,
    )
    return Postman(browser, mailroom, mailboxes)


@pytest.fixture
def browser(server: Served, site: Site, desk: Desk, engine: Engine) -> Browser:
    """A browser that talks to the pages of this test's readers."""

    async def fail(_request: object) -> None:
        raise RuntimeError("SELECT email FROM subscribers in /usr/lib/secret.py")

    routes = [*subscriber_routes(site, desk), Route("/broken", fail)]
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
