"""A body of JSON from a stranger: an object, not deep."""

from collections.abc import Mapping
from typing import Any

import msgspec
from starlette.exceptions import HTTPException

MAX_DEPTH = 5


def read_json(body: bytes) -> Mapping[str, Any]:
    """Return the object that *body* holds. Raises HTTPException 400 for anything else, and for what is nested deeper than `MAX_DEPTH`."""
    try:
        found = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise HTTPException(400) from error
    if not isinstance(found, dict) or _depth(found) > MAX_DEPTH:
        raise HTTPException(400)
    return found


def _depth(value: object) -> int:
    level, depth = [value], 0
    while level:
        depth += 1
        level = [
            inner
            for outer in level
            for inner in (
                outer.values() if isinstance(outer, dict) else outer if isinstance(outer, list) else ()
            )
        ]
    return depth - 1
