"""The token in a link, as it arrives after gateways and mail programs had their way with it."""

import re
from collections.abc import Awaitable, Callable
from datetime import timedelta

from starlette.requests import Request
from starlette.responses import Response

from subscribers.errors import ExpiredTokenError, UnknownTokenError
from subscribers.tokens import Purpose, Token
from subscribers.web.site import Site

#: What comes after the token was appended on the way: `/`, `.`, `&data=…`.
_TOKEN = re.compile(r"[A-Za-z0-9_-]*")

METHODS = ("GET", "HEAD", "POST", "OPTIONS")

Endpoint = Callable[[Request], Awaitable[Response]]
Answer = Callable[[Request, Token], Awaitable[Response]]


def personal_page(
    site: Site,
    purpose: Purpose,
    answer: Answer,
    *,
    max_age: timedelta | None = None,
    too_old: Answer | None = None,
) -> Endpoint:
    """Return the endpoint that lets *answer* speak when the path ends in a token of ours for *purpose*.

    It answers by itself what has nothing to do with anybody: OPTIONS, dead links, links of test mails. A token that is
    older than *max_age* is *too_old*'s to answer.
    """

    async def respond(request: Request) -> Response:
        if request.method == "OPTIONS":
            return Response(status_code=204, headers={"Allow": ", ".join(METHODS)})
        found = _TOKEN.match(request.path_params["token"])
        text = found[0] if found else ""
        try:
            return await answer(request, site.keys.read(purpose, text, now=site.now(), max_age=max_age))
        except ExpiredTokenError:
            assert too_old is not None
            return await too_old(request, site.keys.read(purpose, text, now=site.now()))
        except UnknownTokenError:
            return (
                _test_link(site, request) if _is_of_test(site, text) else _dead_link(site, request, purpose)
            )

    return respond


def _is_of_test(site: Site, text: str) -> bool:
    try:
        site.keys.read(Purpose.TEST, text, now=site.now())
    except UnknownTokenError:
        return False
    return True


def _dead_link(site: Site, request: Request, purpose: Purpose) -> Response:
    """Offer another link by mail: to readers by `/manage`, to who was about to confirm by the sign-up form."""
    texts = ["It may have been cut off or changed on its way to you. Please use the link in the latest mail."]
    return site.page(
        request,
        "message.html",
        status=404,
        title="This link does not work",
        texts=texts,
        contact=site.contact,
        offers_link=True,
        offers_sign_up=purpose is Purpose.CONFIRM,
    )


def _test_link(site: Site, request: Request) -> Response:
    return site.page(
        request,
        "message.html",
        title="This was a test mail",
        texts=["In the mail that readers get, this link is for them alone. Nothing has changed."],
    )
