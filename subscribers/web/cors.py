"""Who may call the JSON route from a page of another site: the origins of the settings, letter by letter, and no others."""

from collections.abc import Set
from dataclasses import dataclass

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

#: Seconds for which a browser need not ask again.
_PREFLIGHT_AGE_S = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class CrossOrigin:
    """Wraps an application: answers of *paths*, errors too, may be read by pages of *origins*. Never with credentials."""

    app: ASGIApp
    paths: Set[str]
    origins: Set[str]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a browser's question beforehand, or what the application answers, with the permission."""
        if scope["type"] != "http" or scope["path"] not in self.paths:
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        origin = headers.get("origin", "")

        async def send_with_permission(message: Message) -> None:
            if message["type"] == "http.response.start":
                answered = MutableHeaders(scope=message)
                # Also where permission is refused: a cache must not hand one site's answer to another.
                answered.add_vary_header("Origin")
                if origin in self.origins:
                    answered["Access-Control-Allow-Origin"] = origin
            await send(message)

        is_asked_first = scope["method"] == "OPTIONS" and "access-control-request-method" in headers
        app = _preflight(is_allowed=origin in self.origins) if is_asked_first else self.app
        await app(scope, receive, send_with_permission)


def _preflight(*, is_allowed: bool) -> Response:
    if not is_allowed:
        return Response(status_code=204)
    headers = {
        "Access-Control-Allow-Methods": "POST",
        "Access-Control-Allow-Headers": "Content-Type",
        "Access-Control-Max-Age": str(_PREFLIGHT_AGE_S),
    }
    return Response(status_code=204, headers=headers)
