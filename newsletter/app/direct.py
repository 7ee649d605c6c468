"""Requests that reach whom they are meant for, or nobody: through no proxy of this machine, and after no redirect."""

import http.client
import urllib.request
from email.message import Message
from typing import IO

#: What `open_directly` raises besides HTTPError, an answer that is no yes.
UNREACHABLE = (OSError, http.client.HTTPException, ValueError)


def open_directly(request: urllib.request.Request, limit_s: float) -> http.client.HTTPResponse:
    """Return the answer to *request*, which is http or https; a redirect is an answer, and raised as HTTPError."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirects())
    answer: http.client.HTTPResponse = opener.open(request, timeout=limit_s)
    return answer


def why_unreachable(error: Exception, limit_s: float) -> str:
    """Return the system's words for one of UNREACHABLE: what else an exception says may quote the address, and a secret in it."""
    reason = getattr(error, "reason", error)
    if isinstance(reason, TimeoutError):
        return f"no answer within {limit_s:.0f} seconds"
    return str(getattr(reason, "strerror", None) or type(reason).__name__)


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """Takes a redirect for the answer that it is."""

    def redirect_request(  # noqa: PLR0917 - the signature is the library's
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: Message,
        newurl: str,
    ) -> None:
        """Follow nothing."""
