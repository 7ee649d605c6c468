"""What a POST brings: read under a limit, in time, and understood generously."""

from collections.abc import Mapping, Sequence
from urllib.parse import parse_qs

from starlette.exceptions import HTTPException
from starlette.requests import Request

from subscribers.web.bodies import read_body

MAX_BODY_BYTES = 16 * 1024
MAX_FIELDS = 100

Form = Mapping[str, Sequence[str]]

_URL_ENCODED = "application/x-www-form-urlencoded"


async def read_form(request: Request) -> Form:
    """Return the fields of a form of ours; nothing for a body of any other kind, which says nothing that counts.

    So a mail program's one-click request (RFC 8058) may be multipart, plain text or empty. Raises HTTPException 413
    for a body that is too large, whatever its headers claim, and 408 for one that is too slow.
    """
    body = await read_body(request, most=MAX_BODY_BYTES)
    content_type = request.headers.get("content-type", "").partition(";")[0].strip().casefold()
    if content_type != _URL_ENCODED:
        return {}
    try:
        return parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=MAX_FIELDS)
    except ValueError as error:
        raise HTTPException(413) from error


def first(form: Form, field: str) -> str:
    """Return the first value of *field*, "" when there is none."""
    return next(iter(form.get(field, ())), "")
