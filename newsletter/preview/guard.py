"""Who may ask: a browser on this machine that was given the address, and nobody through it."""

import secrets
from dataclasses import dataclass, field

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from newsletter.preview.address import HOST

_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    # The address holds the token: nobody whom a mail links to gets to know it.
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "X-Robots-Tag": "noindex",
    "Cache-Control": "no-store",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """Wraps the page: whoever does not name this machine and the token gets 403 and nothing else."""

    app: ASGIApp
    token: str = field(repr=False)
    port: int

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, with the headers that each answer has unless it brings its own."""

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = {name for name, _ in message["headers"]}
                message["headers"] += [header for header in _RAW_HEADERS if header[0] not in own]
            await send(message)

        if scope["type"] != "http":
            return
        token, slash, rest = scope["path"].removeprefix("/").partition("/")
        if not self._admits(scope, token):
            await Response(status_code=403)(scope, receive, send_guarded)
        elif not slash:
            query = f"?{scope['query_string'].decode('latin-1')}" if scope["query_string"] else ""
            home = Response(status_code=307, headers={"Location": f"/{self.token}/{query}"})
            await home(scope, receive, send_guarded)
        else:
            await self.app({**scope, "path": f"/{rest}"}, receive, send_guarded)

    def _admits(self, scope: Scope, token: str) -> bool:
        """Whether a request names this machine (not a name that leads here: DNS rebinding), the token, and is our own."""
        headers = Headers(scope=scope)
        # ASCII only: `compare_digest` takes no other text.
        is_known = secrets.compare_digest(token.encode(), self.token.encode())
        is_here = headers.getlist("host") in [[f"{HOST}:{self.port}"], [f"localhost:{self.port}"]]
        is_ours = scope["method"] in {"GET", "HEAD"} or self._is_same_origin(headers)
        return is_known and is_here and is_ours

    def _is_same_origin(self, headers: Headers) -> bool:
        """Whether a request that changes something comes from our own page.

        A page without referrers has the origin `null`; then only what the browser itself says counts.
        """
        origin, site = headers.get("origin"), headers.get("sec-fetch-site")
        if site is not None and site != "same-origin":
            return False
        if origin is not None and origin != "null":
            return origin == f"http://{headers['host']}"
        return site is not None


_RAW_HEADERS = [(name.lower().encode(), value.encode()) for name, value in _HEADERS.items()]
