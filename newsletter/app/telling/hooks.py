"""Addresses of the settings that are called: what comes back is of no interest, only whether it was taken."""

import base64
import http.client
import urllib.error
import urllib.request
from email.message import Message
from typing import IO
from urllib.parse import SplitResult, unquote, urlsplit

_LIMIT_S = 10.0


def call(url: str, body: bytes | None = None) -> str:
    """Ask for *url*, or post *body*, which is JSON, to it; return why that failed, "" when it did not.

    Neither a user or password in *url* nor its path is repeated: each may be a secret. No proxy, no redirect.
    """
    parts = urlsplit(url)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirects())
    try:
        with opener.open(_request(parts, body), timeout=_LIMIT_S):
            return ""
    except urllib.error.HTTPError as error:
        with error:
            return f"{parts.hostname} answered {error.code}"
    except (OSError, http.client.HTTPException, ValueError) as error:
        return f"{parts.hostname} cannot be reached: {_reason(error)}"


def _request(parts: SplitResult, body: bytes | None) -> urllib.request.Request:
    place = parts.netloc.rpartition("@")[2]
    request = urllib.request.Request(parts._replace(netloc=place).geturl(), data=body)  # noqa: S310 - http or https: the settings see to it
    if body is not None:
        request.add_header("Content-Type", "application/json")
    if parts.username:
        words = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        request.add_header("Authorization", f"Basic {base64.b64encode(words.encode()).decode()}")
    return request


def _reason(error: Exception) -> str:
    """Return the system's words: what else an exception says may quote the address."""
    reason = getattr(error, "reason", error)
    if isinstance(reason, TimeoutError):
        return f"no answer within {_LIMIT_S:.0f} seconds"
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
