"""The body of a request: read under a limit and in time, whatever its headers claim."""

import asyncio

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request

BODY_TIMEOUT_S = 20


async def read_body(request: Request, *, most: int, timeout_s: float = BODY_TIMEOUT_S) -> bytes:
    """Return a body of at most *most* bytes. Raises HTTPException 413 for a larger one, 408 for one that is too slow."""
    body = bytearray()
    try:
        async with asyncio.timeout(timeout_s):
            async for chunk in request.stream():
                body += chunk
                if len(body) > most:
                    raise HTTPException(413)
    except TimeoutError as error:
        raise HTTPException(408) from error
    except ClientDisconnect as error:
        raise HTTPException(400) from error
    return bytes(body)
