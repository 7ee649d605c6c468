"""An answer for everything that goes wrong: what happened and what to do, never how it happened.

People get a page; programs, under `/api/`, a problem in JSON.
"""

import logging
from collections.abc import Awaitable, Callable, Mapping

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from subscribers.errors import StorageError
from subscribers.web.problems import problem
from subscribers.web.reception import retry_after
from subscribers.web.site import Site

_log = logging.getLogger(__name__)

#: A mail program's one-click request is repeated, too.
RETRY_SOON: Mapping[str, str] = {"Retry-After": "60"}

ErrorHandler = Callable[[Request, Exception], Awaitable[Response]]

#: Status → title and text, as messages of the catalogues.
_SAID: Mapping[int, tuple[str, str]] = {
    403: ("That cannot be done here", "Please go back and use the links and buttons of the page."),
    404: ("There is no such page", "The address may have been cut off or changed on its way to you."),
    405: ("That cannot be done here", "Please go back and use the links and buttons of the page."),
    408: ("That took too long", "Please try again."),
    413: ("That was too much", "This page takes short forms only."),
    414: ("There is no such page", "The address may have been cut off or changed on its way to you."),
}
#: What too much came of.
TOO_MANY_REQUESTS = "From your network many requests came in the last hour. Please try again later."
TOO_MANY_SIGN_UPS = "From your network many sign-ups came in the last hour. Please try again later."
_FAILED = ("Something went wrong", "It is not your fault. Please try again in a few minutes.")
_NOT_UNDERSTOOD = ("That was not understood", "Please go back and try again.")


def too_many(site: Site, request: Request, text: str, *, lang: str = "") -> Response:
    """Return the page for whose network asked too much; *text*, a message of the catalogues, says for what."""
    page = site.page(
        request,
        "message.html",
        lang=lang,
        status=429,
        title="Please wait a little",
        texts=[text],
        contact=site.contact,
    )
    page.headers.update(retry_after())
    return page


def error_handlers(site: Site) -> dict[type[Exception], ErrorHandler]:
    """Return the handlers of a Starlette application."""

    async def refused(request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        return answer(request, status, getattr(error, "headers", None) or {})

    async def failed(request: Request, _error: Exception) -> Response:
        return answer(request, 500, {})

    async def unavailable(request: Request, error: Exception) -> Response:
        # What an operator must know of a database that is locked or full; its trace, for each visitor, would bury it.
        _log.error("database", extra={"fields": {"said": str(error)}})
        return answer(request, 503, RETRY_SOON)

    def answer(request: Request, status: int, headers: Mapping[str, str]) -> Response:
        # Not `request.url`, which a senseless Host cannot be made into.
        if request.scope["path"].removeprefix(site.base_path).startswith("/api/"):
            return problem(status, headers=headers)
        title, text = _SAID.get(status, _NOT_UNDERSTOOD if status < 500 else _FAILED)
        page = site.page(request, "message.html", status=status, title=title, texts=[text])
        page.headers.update(headers)
        return page

    return {HTTPException: refused, StorageError: unavailable, Exception: failed}
