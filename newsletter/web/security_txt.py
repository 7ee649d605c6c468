"""`/.well-known/security.txt` (RFC 9116): whom to tell of a hole."""

from collections.abc import Callable
from datetime import datetime, timedelta

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

PATH = "/.well-known/security.txt"
#: Section 2.5.5 recommends less than a year.
_VALID = timedelta(days=90)


def security_txt(contact: str, *, site: str, languages: tuple[str, ...], now: datetime) -> str:
    """Return the file. *contact*: a mailbox; *site*: the origin at which the file is."""
    # By the day: who asks twice gets the same file.
    expires = (now + _VALID).replace(hour=0, minute=0, second=0, microsecond=0)
    return (
        f"Contact: mailto:{contact}\n"
        f"Expires: {expires:%Y-%m-%dT%H:%M:%SZ}\n"
        f"Preferred-Languages: {', '.join(languages)}\n"
        f"Canonical: {site}{PATH}\n"
    )


def security_txt_route(text: Callable[[], str]) -> Route:
    """Return the route of what *text* returns."""

    async def answer(_request: Request) -> Response:
        return PlainTextResponse(text(), headers={"Cache-Control": "public, max-age=86400"})

    return Route(PATH, answer)
