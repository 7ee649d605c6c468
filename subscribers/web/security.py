"""The headers that every answer carries, whoever wrote it."""

from collections.abc import Sequence

from starlette.types import ASGIApp, Message, Receive, Scope, Send

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none';"
    " frame-ancestors 'none'; object-src 'none'"
)

SECURITY_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "X-Robots-Tag": "noindex",
    "Cache-Control": "no-store",
}
#: A year, in seconds.
_TRANSPORT_SECURITY = "max-age=31536000; includeSubDomains"


def page_policy(sites: Sequence[str] = (), *, has_script: bool = False) -> dict[str, str]:
    """Return the headers of a page that *sites*, and nobody else, may show in a frame; *has_script*: one of ours runs on it."""
    ancestors = " ".join(sites) or "'none'"
    policy = CONTENT_SECURITY_POLICY.replace("frame-ancestors 'none'", f"frame-ancestors {ancestors}")
    if has_script:
        policy = policy.replace("default-src 'none';", "default-src 'none'; script-src 'self';")
    return {"Content-Security-Policy": policy}


class SecurityHeaders:
    """Wraps a whole application, so that its error pages carry the headers too.

    A header that an answer sets itself stays as it is: archive and media pages have wider policies.
    """

    def __init__(self, app: ASGIApp, *, is_https: bool) -> None:
        self._app = app
        headers = SECURITY_HEADERS | ({"Strict-Transport-Security": _TRANSPORT_SECURITY} if is_https else {})
        self._headers = [(name.lower().encode(), value.encode()) for name, value in headers.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, adding what is missing."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = {name for name, _ in message["headers"]}
                message["headers"] += [header for header in self._headers if header[0] not in own]
            await send(message)

        await self._app(scope, receive, send_with_headers if scope["type"] == "http" else send)
