"""JSON that strangers post: small, flat, of texts that can be stored; everything else is refused by its status."""

import json
import re
from collections.abc import Mapping

from starlette.exceptions import HTTPException
from starlette.requests import Request

from subscribers.web.bodies import read_body
from subscribers.web.forms import MAX_BODY_BYTES, MAX_FIELDS, MAX_VALUES

MAX_DEPTH = 5

#: Its end may be missing: a search that goes back for it would take quadratic time.
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"?', re.DOTALL)


async def read_json(request: Request) -> Mapping[str, object]:
    """Return the JSON object that *request* brings.

    Raises HTTPException 415 for another kind of body (a form of another site could send that without asking us first),
    413 for one that is too large, too deep or has too many fields or values, 400 for what is no JSON object.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().casefold()
    if kind != "application/json":
        raise HTTPException(415)
    body = await read_body(request, most=MAX_BODY_BYTES)
    try:
        text = body.decode("utf-8")
        _check_size(text)
        value = _DECODER.decode(text)
        # Half of a surrogate pair, which JSON can spell, no database takes.
        json.dumps(value, ensure_ascii=False).encode()
    except ValueError as error:
        raise HTTPException(400) from error
    if not isinstance(value, dict):
        raise HTTPException(400)
    if len(value) > MAX_FIELDS:
        raise HTTPException(413)
    return value


def _check_size(text: str) -> None:
    """Raise HTTPException 413 before anything is built of *text*."""
    marks = _STRING.sub("", text)
    depth = deepest = 0
    for mark in marks:
        depth += (mark in "[{") - (mark in "]}")
        deepest = max(deepest, depth)
    if deepest > MAX_DEPTH or marks.count(",") >= MAX_VALUES:
        raise HTTPException(413)


def _refuse(name: str) -> object:
    raise ValueError(f"{name} is no JSON")


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name stands twice")
    return found


_DECODER = json.JSONDecoder(parse_constant=_refuse, object_pairs_hook=_unique)
