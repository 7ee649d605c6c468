"""Where providers report what became of mails: told from strangers, read, stored, and only then answered with 200."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from newsletter.delivery.events import Event, Posted, Receiver, diagnostic
from newsletter.errors import (
    ForgedEventError,
    ReplayedEventError,
    StorageError,
    TemporaryError,
    UnreadableEventError,
)
from subscribers.web.bodies import read_body

MAX_BODY_BYTES = 1024 * 1024
MAX_EVENTS = 10_000
#: Requests that are seen to at a time; the others wait. Readers' pages have threads of their own.
MAX_AT_A_TIME = 8

#: Neither an address nor a request's content is ever logged.
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhooks:
    """What the routes of providers need."""

    #: By the provider's name; also those without a secret, who believe nobody.
    receivers: Mapping[str, Receiver]
    #: Stores events for good and returns how many were not known yet.
    store: Callable[[Sequence[Event], datetime], int]
    #: Called after events were stored.
    on_stored: Callable[[], None]
    now: Callable[[], datetime]


def webhook_routes(webhooks: Webhooks) -> list[Route]:
    """Return the routes of *webhooks*."""
    limiter = CapacityLimiter(MAX_AT_A_TIME)

    async def receive(request: Request) -> Response:
        name = request.path_params["provider"]
        receiver = webhooks.receivers.get(name)
        if receiver is None:
            raise HTTPException(404)
        body = await read_body(request, most=MAX_BODY_BYTES)
        posted = Posted(headers=dict(request.headers), body=body)
        # Signatures and the database take their time; the pages of readers do not wait for it.
        return await run_sync(_take_in, webhooks, name, receiver, posted, limiter=limiter)

    return [Route("/webhooks/{provider}", receive, methods=["POST"])]


def _take_in(webhooks: Webhooks, name: str, receiver: Receiver, posted: Posted) -> Response:
    """Store what a request reports, and answer so that the provider tries again when, and only when, that would help."""
    now = webhooks.now()
    try:
        receiver.verify(posted, now)
        events = list(islice(receiver.read(posted, now), MAX_EVENTS + 1))
        if len(events) > MAX_EVENTS:
            return _refused(name, 413, f"more than {MAX_EVENTS:,} events")
        news = webhooks.store(events, now) if events else 0
    except Exception as error:  # also a bug in a receiver: nobody gets to see a traceback with what was sent
        return _refused(name, *_why(error))
    if news:
        webhooks.on_stored()
    return PlainTextResponse("stored\n")


def _why(error: Exception) -> tuple[int, str]:
    """Return the status that *error* is answered with, and what is logged of it."""
    match error:
        case ReplayedEventError():
            # Mailgun tries no more after a 406.
            return 406, str(error)
        case ForgedEventError(is_forbidden=True):
            return 403, diagnostic(str(error))
        case ForgedEventError():
            return 401, diagnostic(str(error))
        case UnreadableEventError():
            return 400, "it is in no form that the provider documents"
        case StorageError() | TemporaryError():
            # The provider tries again.
            return 503, str(error)
    return 500, f"{type(error).__name__} while it was read"


def _refused(name: str, status: int, reason: str) -> Response:
    _log.warning("A request to /webhooks/%s was answered with %d: %s", name, status, reason)
    headers = {"WWW-Authenticate": 'Basic realm="webhook"'} if status == 401 else {}
    return PlainTextResponse("refused\n", status_code=status, headers=headers)
