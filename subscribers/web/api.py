"""`POST /api/subscriptions`: signing up by JSON. The same answer whatever is known of the address; problems as RFC 9457 has them."""

from collections.abc import Mapping
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from subscribers.errors import AddressError
from subscribers.web.bodies import read_body
from subscribers.web.forms import MAX_BODY_BYTES
from subscribers.web.json_bodies import read_json
from subscribers.web.reception import Reception, retry_after
from subscribers.web.site import Site

_MOST_NAMES = 100


class ProblemError(Exception):
    """Why a body is refused: *field* in its words."""

    def __init__(self, name: str, detail: str) -> None:
        super().__init__(detail)
        self.name = name
        self.detail = detail


class SubscriptionsRoute:
    """The route of one site."""

    def __init__(self, site: Site, reception: Reception) -> None:
        self._site = site
        self._reception = reception

    async def answer(self, request: Request) -> Response:
        """Answer a POST."""
        content_type = request.headers.get("content-type", "").partition(";")[0].strip().casefold()
        if content_type != "application/json":
            raise HTTPException(415)
        body = read_json(await read_body(request, most=MAX_BODY_BYTES))
        try:
            return await self._sign_up(request, body)
        except ProblemError as error:
            return problem(422, error.detail, field=error.name)
        except AddressError as error:
            return problem(422, str(error), field="email", reason=error.reason)

    async def _sign_up(self, request: Request, body: Mapping[str, Any]) -> Response:
        reception = self._reception
        email = body.get("email")
        if not isinstance(email, str):
            raise ProblemError("email", "`email` is a text: the address.")
        if body.get("consent") is not True:
            raise ProblemError("consent", "`consent` is true when the person agreed to get the newsletter.")
        topics = _names(body, "topics")
        if topics == ():
            raise ProblemError("topics", "`topics` is empty: leave it out for all topics, or name some.")
        wanted = body.get("lang") or ""
        if not isinstance(wanted, str):
            raise ProblemError("lang", "`lang` is a language, as `en`.")
        lang = reception.language(wanted, self._site.language(request, None))
        choice = reception.choice(
            digests=_names(body, "digests") or (), topics=topics, lang=lang, entry="api"
        )
        if not await reception.sign_up(request, reception.address(email), lang, choice):
            return problem(429, "Too many sign-ups came from this network.", headers=retry_after())
        return JSONResponse(
            {"status": "accepted", "message": "A mail is on its way that asks to confirm."}, status_code=202
        )


def _names(body: Mapping[str, Any], name: str) -> tuple[str, ...] | None:
    """Return a list of keys; None when there is none."""
    found = body.get(name)
    if found is None:
        return None
    if (
        not isinstance(found, list)
        or not all(isinstance(each, str) for each in found)
        or len(found) > _MOST_NAMES
    ):
        raise ProblemError(name, f"`{name}` is a list of keys.")
    return tuple(found)


def problem(
    status: int, detail: str, *, headers: Mapping[str, str] | None = None, **more: object
) -> JSONResponse:
    """Return what is wrong as RFC 9457 (application/problem+json) has it."""
    content = {"type": "about:blank", "status": status, "detail": detail, **more}
    return JSONResponse(
        content, status_code=status, media_type="application/problem+json", headers=dict(headers or {})
    )
