"""The public site: pages for readers, the archive, images. It has no route to anything private."""

import socket
from collections.abc import Callable, Mapping
from contextlib import ExitStack, suppress
from datetime import UTC, datetime
from functools import cache, partial
from threading import Event
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import ASGIApp

from newsletter.app.calendars import find_event
from newsletter.app.letters import sender, token_keys, transactional_sender
from newsletter.app.log import log_lines
from newsletter.app.looks import theme
from newsletter.app.mailroom import MailClerk, open_mailroom, watched
from newsletter.app.metrics import metrics_text
from newsletter.app.project import Project
from newsletter.app.readers import check_suppression_keys, offer
from newsletter.app.reception import make_desk
from newsletter.app.reported import Clerk, receivers_of
from newsletter.app.surface import server_options, surface, watching_routes
from newsletter.delivery.events import Receiver
from newsletter.delivery.letter import list_id
from newsletter.errors import NewsletterError
from newsletter.issues.calendar.periods import parse_issue_id
from newsletter.rendering.pipeline.environment import load_templates
from newsletter.rendering.words.texts import load_texts
from newsletter.settings.forms import address_of
from newsletter.storage import events, issues
from newsletter.storage.archive import list_public, web_pages
from newsletter.web.archive import Archive, PastIssue, archive_routes
from newsletter.web.calendar import calendar_route
from newsletter.web.feed import feed_route
from newsletter.web.metrics import Counted, Tally, metrics_at
from newsletter.web.webhooks import Webhooks, webhook_routes
from subscribers.storage import SubscriberStorage
from subscribers.web import Site, error_handlers, subscriber_routes
from subscribers.web.languages import preferred_language


def make_site(
    project: Project,
    *,
    on_stored: Callable[[], None] = lambda: None,
    receivers: Mapping[str, Receiver] | None = None,
    answers: Tally | None = None,
    seen: Tally | None = None,
) -> ASGIApp:
    """Return the application that `newsletter serve` runs.

    *on_stored* is called after events of providers were stored. *receivers* by provider; None: those of the settings.
    *answers* counts what is answered, *seen* what tells of somebody at the door. Raises KeysError when links could not be read.
    """
    check_suppression_keys(project)
    answers, seen = answers or Tally(), seen or Tally()
    site = _site(project)
    archive = _archive(project, site)
    base_path = site.base_path
    routes: list[BaseRoute] = [
        Route("/help", partial(_help, project, site)),
        *archive_routes(archive),
        feed_route(archive, title=site.name, public_url=project.public_url),
        calendar_route(partial(find_event, project), site.now),
        *watching_routes(project),
        *webhook_routes(
            Webhooks(
                receivers=receivers_of(project) if receivers is None else receivers,
                store=partial(events.store, project.engine),
                on_stored=on_stored,
                now=site.now,
            )
        ),
        *subscriber_routes(site, make_desk(project, site, on_bait=partial(seen.add, "bait"))),
    ]
    if base_path:
        # `public_url` may have a path; a proxy may hand it on or take it off.
        routes = [Mount(base_path, routes=routes), *routes]
    handlers = error_handlers(site)
    app = Starlette(routes=routes, exception_handlers=handlers)
    # A redirect to the address with or without a slash would break one-click (RFC 8058, section 3.1).
    app.router.redirect_slashes = False
    whole = surface(project, app, refuse=handlers[HTTPException])
    return Counted(app=whole, base_path=base_path, answers=answers, events=seen)


def _site(project: Project) -> Site:
    settings = project.settings
    overrides = project.root / "templates"
    templates = load_templates(overrides if overrides.is_dir() else None)
    contact = address_of(settings.newsletter.reply_to or settings.newsletter.from_)
    return Site(
        name=settings.newsletter.name,
        base_path=urlsplit(project.public_url).path.rstrip("/"),
        storage=SubscriberStorage(project.engine),
        keys=token_keys(project),
        offer=offer(project),
        digest_of=partial(_digest_of, project),
        render=templates.render,
        # Read once: looking whether the files have changed costs as much as taking in a sign-up.
        words=cache(partial(load_texts, templates.folders)),
        theme=theme(project),
        now=lambda: datetime.now(UTC),
        timezone=settings.newsletter.timezone,
        contact=contact.addr_spec if contact else "",
        privacy_url=settings.site.privacy_url,
        privacy_version=settings.site.privacy_version,
        imprint_url=settings.site.imprint_url,
    )


def _digest_of(project: Project, scope: str) -> str | None:
    """Return the digest that a token's scope is about: the scope itself, or that of the issue."""
    digests = project.settings.digests
    renamed = {digest.rename_from: key for key, digest in digests.items() if digest.rename_from}
    if scope in digests or scope in renamed:
        return renamed.get(scope, scope)
    stored = issues.find(project.engine, scope, is_rehearsal=project.is_rehearsal)
    regular = parse_issue_id(scope, digests)
    key = stored.digest if stored else regular.digest if regular else None
    return renamed.get(key, key) if key else None


def _archive(project: Project, site: Site) -> Archive:
    archive = project.settings.site.archive
    return Archive(
        pages=lambda issue: _pages(project, issue) if archive != "off" else {},
        past_issues=lambda: _past_issues(project) if archive == "public" else [],
        choose_language=preferred_language,
        page=site.page,
        media=project.settings.var / "media",
        site_url=_origin(project.settings.newsletter.site_url),
        is_unlisted=archive != "public",
    )


def _pages(project: Project, issue: str) -> Mapping[str, str]:
    """Return the web versions that everybody may see: each language in full, in the order of the settings."""
    found = web_pages(project.engine, issue, is_rehearsal=project.is_rehearsal)
    return {lang: found[lang] for lang in project.settings.newsletter.languages if lang in found}


def _past_issues(project: Project) -> list[PastIssue]:
    sent = list_public(project.engine, is_rehearsal=project.is_rehearsal)
    return [
        PastIssue(id=issue.id, subject=issue.subject, sent_at=issue.started_at or issue.created_at)
        for issue in reversed(sent)
    ]


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


async def _help(project: Project, site: Site, request: Request) -> Response:
    who, answering = sender(project), transactional_sender(project)
    return site.page(
        request,
        "help.html",
        senders=list(dict.fromkeys([str(who.address), str(answering.address)])),
        host=urlsplit(project.public_url).hostname,
        list_ids=[list_id(who, digest) for digest in project.settings.digests],
        contact=site.contact,
    )


def serve(
    project: Project,
    host: str,
    port: int,
    *,
    is_sending: bool = False,
    metrics_port: int = 0,
    tell: Callable[[str], None],
    on_ready: Callable[[], None],
) -> None:
    """Serve the public site until it is stopped; *on_ready* is called when it can be reached.

    *is_sending*: mails that readers asked for are sent from here too; *tell* gets what keeps them from leaving.
    *metrics_port*: where this machine is told figures; 0: nowhere. Raises NewsletterError when nothing can listen at a port.
    """
    import uvicorn

    clerk, answers, seen = Clerk(project), Tally(), Tally()
    site = make_site(project, on_stored=clerk.call, answers=answers, seen=seen)
    config = uvicorn.Config(site, **server_options(project))
    server = uvicorn.Server(config)
    # Ctrl-C is how it is asked to stop; uvicorn passes it on when that is done.
    with ExitStack() as stack:
        stack.enter_context(log_lines())
        listener = stack.enter_context(_listener(host, port))
        if metrics_port:
            stack.enter_context(metrics_at(metrics_port, partial(metrics_text, project, answers, seen)))
        stack.enter_context(clerk.at_work())
        if is_sending:
            stop = Event()
            sender = MailClerk(project.engine, open_mailroom(project, stop=stop))
            stack.enter_context(sender.at_work(stop, tell))
        else:
            stack.enter_context(watched(project.engine, tell))
        stack.enter_context(suppress(KeyboardInterrupt))
        on_ready()
        server.run(sockets=[listener])


def _listener(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        reason = str(error.strerror).partition(" (")[0]
        raise NewsletterError(
            f"{host}:{port}: nothing can listen there: {reason}. Name another one with --host and --port."
        ) from error
