"""The routes that personal links lead to, and the style sheet of all pages."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from subscribers.tokens import Purpose
from subscribers.web.links import METHODS, personal_page
from subscribers.web.preferences import PreferencesPage
from subscribers.web.site import Site
from subscribers.web.unsubscribing import UnsubscribePage


def subscriber_routes(site: Site) -> list[Route]:
    """Return the routes of *site*."""

    async def style(_request: Request) -> Response:
        text = site.render("web/style.css", {"theme": site.theme})
        return Response(text, media_type="text/css", headers={"Cache-Control": "public, max-age=3600"})

    unsubscribe = personal_page(site, Purpose.UNSUBSCRIBE, UnsubscribePage(site).answer)
    preferences = personal_page(site, Purpose.PREFERENCES, PreferencesPage(site).answer)
    # `path`, so that a slash appended on the way belongs to the parameter: a redirect would break one-click.
    return [
        Route("/style.css", style),
        Route("/unsubscribe/{token:path}", unsubscribe, methods=METHODS),
        Route("/preferences/{token:path}", preferences, methods=METHODS),
    ]
