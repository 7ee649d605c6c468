"""Addresses of the settings that are called: what comes back is of no interest, only whether it was taken."""

import base64
import urllib.error
import urllib.request
from urllib.parse import SplitResult, unquote, urlsplit

from newsletter.app.direct import UNREACHABLE, open_directly, why_unreachable

_LIMIT_S = 10.0


def call(url: str, body: bytes | None = None) -> str:
    """Ask for *url*, or post *body*, which is JSON, to it; return why that failed, "" when it did not.

    Neither a user or password in *url* nor its path is repeated: each may be a secret. No proxy, no redirect.
    """
    parts = urlsplit(url)
    try:
        with open_directly(_request(parts, body), _LIMIT_S):
            return ""
    except urllib.error.HTTPError as error:
        with error:
            return f"{parts.hostname} answered {error.code}"
    except UNREACHABLE as error:
        return f"{parts.hostname} cannot be reached: {why_unreachable(error, _LIMIT_S)}"


def _request(parts: SplitResult, body: bytes | None) -> urllib.request.Request:
    place = parts.netloc.rpartition("@")[2]
    request = urllib.request.Request(parts._replace(netloc=place).geturl(), data=body)  # noqa: S310 - http or https: the settings see to it
    if body is not None:
        request.add_header("Content-Type", "application/json")
    if parts.username:
        words = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        request.add_header("Authorization", f"Basic {base64.b64encode(words.encode()).decode()}")
    return request
