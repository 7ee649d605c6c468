"""The pages for readers and the sender of their mails, put together for tests: everything real but the provider."""

from collections.abc import Sequence
from dataclasses import dataclass
from secrets import token_bytes

from sqlalchemy import Engine
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import Route
from starlette.types import ASGIApp

from newsletter.rendering.pipeline.environment import load_templates
from newsletter.rendering.theme import Theme
from newsletter.rendering.words.texts import load_texts
from subscribers.intake import Intake
from subscribers.mailboxes import Pseudonyms
from subscribers.mailing import Mailroom
from subscribers.stamps import Stamps
from subscribers.storage import SubscriberStorage
from subscribers.storage.confirming import ConfirmationStorage
from subscribers.storage.inviting import invite, last_invitation
from subscribers.storage.mail_queue import MailLimits, MailQueue
from subscribers.storage.requests import RequestStorage
from subscribers.suppression import SuppressionKeys
from subscribers.tokens import TokenKeys
from subscribers.web import Desk, Reception, SecurityHeaders, Site, error_handlers, subscriber_routes
from tests.subscribers.browser import OFFER, Clock
from tests.subscribers.postman import Mailboxes


@dataclass(frozen=True)
class House:
    """What belongs to one newsletter."""

    clock: Clock
    site: Site
    desk: Desk
    mailboxes: Mailboxes
    mailroom: Mailroom

    def app(self) -> ASGIApp:
        """Return the pages, and one that is broken."""

        async def fail(_request: object) -> None:
            raise RuntimeError("SELECT email FROM subscribers in /usr/lib/secret.py")

        routes = [*subscriber_routes(self.site, self.desk), Route("/broken", fail)]
        app = Starlette(routes=routes, exception_handlers=error_handlers(self.site))
        return SecurityHeaders(app, is_https=True)


def build(engine: Engine, secrets: Sequence[str], suppression_keys: SuppressionKeys) -> House:
    """Return a newsletter whose readers are those of *engine*; *secrets*: its keys, the newest first."""
    clock, mailboxes = Clock(), Mailboxes()
    templates = load_templates()
    pseudonyms = Pseudonyms.from_secrets(secrets)
    site = Site(
        name="Network Newsletter",
        storage=SubscriberStorage(engine),
        keys=TokenKeys.from_secrets(secrets),
        offer=OFFER,
        digest_of=lambda scope: scope.partition("-")[0] if scope.partition("-")[0] in OFFER.digests else None,
        render=templates.render,
        words=lambda lang: load_texts(templates.folders, lang),
        theme=Theme(),
        now=clock,
        contact="editors@example.org",
        privacy_url="https://example.org/privacy",
        privacy_version="2026-11",
    )
    desk = Desk(
        reception=Reception(
            intake=Intake(RequestStorage(engine).store, clock),
            pseudonyms=pseudonyms,
            stamps=Stamps.from_secrets(secrets),
            offer=OFFER,
            networks=_networks,
            per_ip_hour=60,
            consent_text=lambda lang: f"I agree ({lang}).",
            new_ref=new_ref,
            now=clock,
        ),
        confirmations=ConfirmationStorage(
            engine, suppression_keys, pseudonyms.of_mailbox, journal=lambda _entry: None
        ),
        sender="Network <hello@example.org>",
        subject_of=lambda kind, lang: f"{kind} ({lang})",
        controller="The network",
        embed_sites=("https://example.org",),
        latest_issue=lambda: "https://news.example.org/issues/monthly-2026-10",
        copy_of=lambda reader: {"email": reader.email},
        erase=lambda _ref: None,
    )
    mailroom = Mailroom(
        queue=MailQueue(engine, suppression_keys),
        subscribers=site.storage,
        courier=mailboxes,
        keys=site.keys,
        limits=MailLimits(per_address_day=3, per_domain_hour=300, global_hour=1000),
        public_url="",
        invite=lambda refs, now: invite(engine, refs, pseudonyms.of_mailbox, now),
        last_invitation=lambda: last_invitation(engine),
        new_ref=new_ref,
        clock=clock,
    )
    return House(clock, site, desk, mailboxes, mailroom)


def new_ref() -> bytes:
    """Return a new random reference."""
    return token_bytes(12)


def _networks(request: Request) -> list[str]:
    """Return what a test says of where a request comes from; the program itself believes proxies only."""
    address = request.headers.get("x-test-network", "192.0.2.1")
    return [address, f"{address.rpartition('.')[0]}.0/24"]
