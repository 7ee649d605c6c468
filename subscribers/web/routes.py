"""The routes for readers: signing up, personal links, and the style sheet of all pages."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from subscribers.requests import CONFIRM_TIME, MANAGE_TIME, Kind
from subscribers.storage.confirming import ConfirmationStorage
from subscribers.tokens import Purpose
from subscribers.values import Subscriber
from subscribers.web.api import SubscriptionsRoute
from subscribers.web.challenging import challenge_routes
from subscribers.web.confirming import BlockPage, ConfirmPage
from subscribers.web.joining import SignUpPage
from subscribers.web.links import METHODS, personal_page
from subscribers.web.managing import ManagePage
from subscribers.web.preferences import PreferencesPage
from subscribers.web.reception import Reception
from subscribers.web.site import Site
from subscribers.web.unsubscribing import UnsubscribePage


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What signing up and personal data need besides the site."""

    reception: Reception
    confirmations: ConfirmationStorage
    #: Of the mails, as their headers say it.
    sender: str
    #: Kind of a mail and language → its subject.
    subject_of: Callable[[Kind, str], str]
    controller: str = ""
    #: Which sites may frame `/embed`.
    embed_sites: tuple[str, ...] = ()
    #: The address of the latest issue's page; "" for none. May ask the database.
    latest_issue: Callable[[], str]
    #: Everything that is stored of a reader, as JSON values.
    copy_of: Callable[[Subscriber], Mapping[str, object]] = field(repr=False)
    #: Erases the reader that links call so.
    erase: Callable[[bytes], None] = field(repr=False)


def subscriber_routes(site: Site, desk: Desk) -> list[Route]:
    """Return the routes of *site*."""

    async def style(_request: Request) -> Response:
        text = site.render("web/style.css", {"theme": site.theme})
        return Response(text, media_type="text/css", headers={"Cache-Control": "public, max-age=3600"})

    joining = SignUpPage(
        site=site,
        reception=desk.reception,
        sender=desk.sender,
        subject_of=desk.subject_of,
        controller=desk.controller,
        embed_sites=desk.embed_sites,
    )
    return [
        Route("/style.css", style),
        Route("/", joining.show),
        Route("/embed", joining.embed),
        Route("/subscribe", joining.subscribe, methods=["POST"]),
        Route("/api/subscriptions", SubscriptionsRoute(site, desk.reception).answer, methods=["POST"]),
        *challenge_routes(site, desk.reception.challenge),
        *_personal_routes(site, desk),
    ]


def _personal_routes(site: Site, desk: Desk) -> list[Route]:
    """Return the routes that tokens open."""
    confirm = ConfirmPage(
        site,
        desk.reception,
        desk.confirmations,
        controller=desk.controller,
        latest_issue=desk.latest_issue,
    )
    manage = ManagePage(
        site=site,
        reception=desk.reception,
        sender=desk.sender,
        subject_of=desk.subject_of,
        copy_of=desk.copy_of,
        erase=desk.erase,
    )
    pages = {
        "unsubscribe": personal_page(site, Purpose.UNSUBSCRIBE, UnsubscribePage(site).answer),
        "preferences": personal_page(site, Purpose.PREFERENCES, PreferencesPage(site).answer),
        "confirm": personal_page(
            site, Purpose.CONFIRM, confirm.answer, max_age=CONFIRM_TIME, too_old=confirm.too_old
        ),
        "block": personal_page(
            site, Purpose.BLOCK, BlockPage(site, desk.reception.stamps, desk.confirmations).answer
        ),
        "manage": personal_page(
            site, Purpose.MANAGE, manage.answer, max_age=MANAGE_TIME, too_old=manage.too_old
        ),
    }
    return [
        Route("/manage", manage.ask, methods=["GET", "POST"]),
        # `path`, so that a slash appended on the way belongs to the parameter: a redirect would break one-click.
        *(Route(f"/{name}/{{token:path}}", page, methods=METHODS) for name, page in pages.items()),
    ]
