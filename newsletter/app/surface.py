"""What stands between strangers and the pages: whom the settings trust, under which names, and how much one may hold."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any
from urllib.parse import SplitResult, urlsplit

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from newsletter.app.project import Project
from newsletter.settings.forms import address_of
from newsletter.web import health
from newsletter.web.connections import BoundedConnection, Bounds
from newsletter.web.security_txt import security_txt, security_txt_route
from subscribers.storage import heartbeats
from subscribers.web import SecurityHeaders
from subscribers.web.clients import Clients, read_networks
from subscribers.web.cors import CrossOrigin
from subscribers.web.entrance import MAX_HEADER_BYTES, Entrance, host_name

#: Signing up.
JSON_PATH = "/api/subscriptions"
CHALLENGE_PATH = "/api/challenge"
#: Those that pages of other sites may call.
JSON_PATHS = (JSON_PATH, CHALLENGE_PATH)


def surface(
    project: Project, app: ASGIApp, refuse: Callable[[Request, Exception], Awaitable[Response]]
) -> ASGIApp:
    """Return *app* behind everything that requests pass first; *refuse* makes a page of an HTTPException."""
    url = _address(project)
    prefixes = {"", url.path.rstrip("/")}
    app = CrossOrigin(
        app=app,
        paths={f"{prefix}{path}" for prefix in prefixes for path in JSON_PATHS},
        origins=frozenset(project.settings.site.cors_origins),
    )
    app = Entrance(
        app=app,
        origin=f"{url.scheme}://{url.netloc}",
        hosts={host_name(url.netloc)},
        open_paths={f"{prefix}{health.PATH}" for prefix in prefixes},
        refuse=refuse,
    )
    app = Clients(app=app, trusted=read_networks(project.settings.site.trusted_proxies), scheme=url.scheme)
    return SecurityHeaders(app, is_https=url.scheme == "https")


def watching_routes(project: Project) -> list[Route]:
    """Return the routes for who looks after the site, and for who finds a hole in it."""
    routes = [
        health.health_route(
            health.Health(
                scheduler_seen=partial(heartbeats.last_beat, project.engine, heartbeats.SCHEDULER),
                overdue_jobs=partial(heartbeats.overdue_jobs, project.engine),
                now=lambda: datetime.now(UTC),
            )
        )
    ]
    newsletter = project.settings.newsletter
    if contact := address_of(newsletter.reply_to):
        url = _address(project)
        routes.append(
            security_txt_route(
                lambda: security_txt(
                    contact.addr_spec,
                    site=f"{url.scheme}://{url.netloc}",
                    languages=newsletter.languages,
                    now=datetime.now(UTC),
                )
            )
        )
    return routes


def server_options(project: Project) -> dict[str, Any]:
    """Return what uvicorn is told besides the application."""
    trusted = read_networks(project.settings.site.trusted_proxies)
    bounds = Bounds(trusted=trusted, head_bytes=MAX_HEADER_BYTES)
    return {
        # Tokens stand in paths: no access log, and no server's name for strangers. Our own handler masks what is left.
        "access_log": False,
        "log_config": None,
        "server_header": False,
        "http": partial(BoundedConnection, bounds),
        "ws": "none",
        "h11_max_incomplete_event_size": bounds.head_bytes,
        "timeout_keep_alive": 10,
        # `Clients` does it, and believes nobody but those of the settings.
        "proxy_headers": False,
    }


def _address(project: Project) -> SplitResult:
    """Return `public_url` with its host as it stands in requests (RFC 5891)."""
    url = urlsplit(project.public_url)
    host = url.hostname or ""
    try:
        in_ascii = host.encode("idna").decode("ascii")
    except UnicodeError:
        return url
    return url._replace(netloc=url.netloc.lower().replace(host, in_ascii))
