"""What is turned away before any page is asked: too long, by another name, by an open line."""

from collections.abc import Awaitable, Callable, Set
from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from subscribers.web.clients import read_address

MAX_URL_BYTES = 2 * 1024
MAX_HEADER_BYTES = 16 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Entrance:
    """Wraps an application; inside of `Clients`, which knows the scheme."""

    app: ASGIApp
    #: `https://news.example.org`, as links of ours begin: never made of what a request says.
    origin: str
    #: Host names by which requests may come, without ports; besides, this machine's own.
    hosts: Set[str]
    #: Asked by who looks after the site: under any name, over any line.
    open_paths: Set[str]
    #: Makes a page of an HTTPException.
    refuse: Callable[[Request, Exception], Awaitable[Response]]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer what is turned away, and let the application answer everything else."""
        answer = await self._turned_away(scope, receive) if scope["type"] == "http" else None
        await (answer or self.app)(scope, receive, send)

    async def _turned_away(self, scope: Scope, receive: Receive) -> Response | None:
        try:
            self._check(scope)
            return self._moved(scope)
        except HTTPException as error:
            return await self.refuse(Request(scope, receive), error)

    def _check(self, scope: Scope) -> None:
        """Raise HTTPException for a request whose head we do not take."""
        query = scope["query_string"]
        if len(scope["raw_path"]) + len(query) + bool(query) > MAX_URL_BYTES:
            raise HTTPException(414)
        names = {name for name, _ in scope["headers"]}
        if {b"content-length", b"transfer-encoding"} <= names:
            # A proxy that believes the other one would take the rest for a request of somebody else's (RFC 9112, 6.1).
            raise HTTPException(400, headers={"Connection": "close"})
        # As they stood on the wire: `name: value\r\n`.
        if sum(len(name) + len(value) + 4 for name, value in scope["headers"]) > MAX_HEADER_BYTES:
            raise HTTPException(431)
        if scope["method"] == "CONNECT":
            raise HTTPException(405, headers={"Allow": "GET, HEAD, POST, OPTIONS"})
        if scope["path"] not in self.open_paths and not self._is_ours(Headers(scope=scope).get("host", "")):
            raise HTTPException(400)

    def _is_ours(self, host: str) -> bool:
        name = host_name(host)
        if name in self.hosts or name == "localhost":
            return True
        address = read_address(name)
        return address is not None and address.is_loopback

    def _moved(self, scope: Scope) -> Response | None:
        """Lead who reads to https; refuse who writes: a redirect would come after everything was sent in the open."""
        if scope["scheme"] != "http" or self.origin.startswith("http:") or scope["path"] in self.open_paths:
            return None
        if scope["method"] not in {"GET", "HEAD"}:
            raise HTTPException(403)
        target = scope["raw_path"] + (b"?" + scope["query_string"] if scope["query_string"] else b"")
        # One slash: with two, a browser would take what follows for another host.
        return RedirectResponse(f"{self.origin}/{target.decode('ascii').lstrip('/')}", status_code=308)


def host_name(host: str) -> str:
    """Return the name in a Host field: lower-case, without port, brackets and the root's dot."""
    name = host.strip().casefold()
    if name.startswith("["):
        inner, bracket, _ = name[1:].partition("]")
        return inner if bracket else ""
    return name.partition(":")[0].rstrip(".")
