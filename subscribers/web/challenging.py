"""What a page carries whose form needs a solved challenge; and the routes of the challenge, which are there only if there is one."""

import json
from collections.abc import Mapping, Sequence

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from subscribers.challenges import Challenge
from subscribers.web.reception import Reception
from subscribers.web.security import page_policy
from subscribers.web.site import Site

#: The field of forms and of JSON that holds the solution.
SOLUTION_FIELD = "challenge"
#: What a person reads whose solution is missing, too old, used up or wrong.
UNSOLVED = (
    "It could not be checked that a person sends this. Please press the button once more. If that does not help,"
    " write to {contact}."
)


def challenge_text(reception: Reception) -> str:
    """Return a new challenge for a form's script; "" when nothing has to be solved."""
    challenge = reception.challenge
    return "" if challenge is None else json.dumps(challenge.make(reception.now()))


def page_headers(reception: Reception, *, sites: Sequence[str] = ()) -> Mapping[str, str]:
    """Return the headers of a page with a form, which *sites* may frame: the challenge's script, if there is one, may run."""
    has_script = reception.challenge is not None
    return page_policy(sites, has_script=has_script) if sites or has_script else {}


def challenge_routes(site: Site, challenge: Challenge | None) -> list[Route]:
    """Return the routes of the script and of challenges for programs."""
    if challenge is None:
        return []

    async def script(_request: Request) -> Response:
        return Response(
            site.render("web/challenge.js", {}),
            media_type="text/javascript",
            headers={"Cache-Control": "public, max-age=3600"},
        )

    async def give(_request: Request) -> Response:
        return JSONResponse(challenge.make(site.now()))

    return [Route("/challenge.js", script), Route("/api/challenge", give)]
