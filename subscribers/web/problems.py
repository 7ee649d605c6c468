"""Errors for programs: `application/problem+json` (RFC 9457). `id` says what it is; texts are for people."""

from collections.abc import Mapping
from http import HTTPStatus

from starlette.responses import JSONResponse, Response

#: Status → id.
_IDS: Mapping[int, str] = {
    400: "not-understood",
    404: "not-found",
    405: "method-not-allowed",
    408: "too-slow",
    413: "too-large",
    414: "too-large",
    415: "not-json",
    422: "invalid",
    429: "too-many-requests",
    431: "too-large",
    500: "failed",
    503: "unavailable",
}

_MEDIA_TYPE = "application/problem+json; charset=utf-8"


def problem(
    status: int, *, id_: str = "", detail: str = "", headers: Mapping[str, str] | None = None
) -> Response:
    """Return the answer that something went wrong. *id_*: "" is the usual one of *status*."""
    body = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "id": id_ or _IDS.get(status, "not-understood" if status < 500 else "failed"),
    }
    if detail:
        body["detail"] = detail
    return JSONResponse(body, status_code=status, headers=headers, media_type=_MEDIA_TYPE)
