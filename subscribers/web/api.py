"""`POST /api/subscriptions`: signing up by JSON. The same answer whatever is known of the address; problems as RFC 9457 has them."""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from subscribers.errors import AddressError
from subscribers.web.challenging import SOLUTION_FIELD
from subscribers.web.json_bodies import read_json
from subscribers.web.problems import problem
from subscribers.web.reception import Reception, retry_after
from subscribers.web.site import Site


class FieldError(Exception):
    """Why a body is refused: one of its fields is not what it must be."""

    def __init__(self, field: str, detail: str) -> None:
        super().__init__(detail)
        self.field = field


class SubscriptionsRoute:
    """The route of one site."""

    def __init__(self, site: Site, reception: Reception) -> None:
        self._site = site
        self._reception = reception

    async def answer(self, request: Request) -> Response:
        """Answer a POST."""
        body = await read_json(request)
        try:
            return await self._sign_up(request, body)
        except FieldError as error:
            return problem(422, id_=f"invalid-{error.field}", detail=str(error))
        except AddressError as error:
            return problem(422, id_=f"email-{error.reason}", detail=str(error))

    async def _sign_up(self, request: Request, body: Mapping[str, object]) -> Response:
        reception = self._reception
        email, wanted = body.get("email"), body.get("lang") or ""
        if not isinstance(email, str):
            raise FieldError("email", "`email` is a text: the address.")
        if body.get("consent") is not True:
            raise FieldError("consent", "`consent` is true when the person agreed to get the newsletter.")
        if not isinstance(wanted, str):
            raise FieldError("lang", "`lang` is a language, as `en`.")
        topics = _names(body, "topics")
        if topics == ():
            raise FieldError("topics", "`topics` is empty: leave it out for all topics, or name some.")
        lang = reception.language(wanted, self._site.language(request, None))
        choice = reception.choice(
            digests=_names(body, "digests") or (), topics=topics, lang=lang, entry="api"
        )
        address, solution = reception.new_address(email), body.get(SOLUTION_FIELD)
        if not await reception.is_solved(solution if isinstance(solution, str) else ""):
            raise FieldError(
                SOLUTION_FIELD,
                "`challenge` is the solution of one that /api/challenge gave, new and not used yet.",
            )
        if not await reception.sign_up(request, address, lang, choice):
            return problem(429, detail="Too many sign-ups came from this network.", headers=retry_after())
        return JSONResponse(
            {"status": "accepted", "message": "A mail is on its way that asks to confirm."},
            status_code=202,
            media_type="application/json; charset=utf-8",
        )


def _names(body: Mapping[str, object], field: str) -> tuple[str, ...] | None:
    """Return a list of keys; None when there is none."""
    found = body.get(field)
    if found is None:
        return None
    if not isinstance(found, list):
        raise FieldError(field, f"`{field}` is a list of keys.")
    names = tuple(each for each in found if isinstance(each, str))
    if len(names) < len(found):
        raise FieldError(field, f"`{field}` is a list of keys.")
    return names
