"""What a POST brings: read under a limit, in time, and understood generously."""

from collections.abc import Mapping, Sequence
from urllib.parse import parse_qs

from starlette.exceptions import HTTPException
from starlette.requests import Request

from subscribers.web.bodies import read_body
from subscribers.web.multipart import read_multipart

MAX_BODY_BYTES = 16 * 1024
#: Names of fields.
MAX_FIELDS = 20
#: Values of one name are counted each: a form has one for every topic.
MAX_VALUES = 100

Form = Mapping[str, Sequence[str]]

_URL_ENCODED = "application/x-www-form-urlencoded"
_MULTIPART = "multipart/form-data"


async def read_form(request: Request) -> Form:
    """Return the fields of a form of ours; nothing for a body of any other kind, which says nothing that counts.

    So a mail program's one-click request (RFC 8058) may be plain text or empty. Raises HTTPException 413 for a body that
    is too large, whatever its headers claim, or has too many fields, and 408 for one that is too slow.
    """
    body = await read_body(request, most=MAX_BODY_BYTES)
    content_type = request.headers.get("content-type", "")
    kind = content_type.partition(";")[0].strip().casefold()
    if kind == _URL_ENCODED:
        form = _url_encoded(body)
    elif kind == _MULTIPART:
        form = _multipart(body, content_type)
    else:
        form = {}
    if len(form) > MAX_FIELDS or sum(map(len, form.values())) > MAX_VALUES:
        raise HTTPException(413)
    return form


def first(form: Form, field: str) -> str:
    """Return the first value of *field*, "" when there is none."""
    return next(iter(form.get(field, ())), "")


def _url_encoded(body: bytes) -> Form:
    text = body.decode("utf-8", "replace")
    try:
        return parse_qs(text, keep_blank_values=True, max_num_fields=MAX_VALUES)
    except ValueError as error:
        raise HTTPException(413) from error


def _multipart(body: bytes, content_type: str) -> Form:
    try:
        return read_multipart(body, content_type.encode("latin-1"))
    except ValueError:
        return {}
