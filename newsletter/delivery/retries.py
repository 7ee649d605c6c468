"""When something of which nothing was accepted is tried again."""

import random
from datetime import datetime, timedelta

FIRST_S = 5.0
LONGEST_S = 900.0
#: What a provider may wish for at most: a wait of a year is a mistake of its own.
LONGEST_WISH_S = 86_400.0


def retry_at(tries: int, wish_s: float | None, now: datetime, jitter: float) -> datetime:
    """Return when to try again after *tries* tries.

    The waits double from 5 s to 15 min; *jitter* in [0, 1) spreads them by up to a quarter, so that many batches do
    not come back at once. The provider's own wish in seconds (`Retry-After`) is a lower bound.
    """
    waited = min(FIRST_S * 2 ** min(tries - 1, 10), LONGEST_S) * (1 + jitter / 4)
    wish = min(wish_s or 0.0, LONGEST_WISH_S)
    return now + timedelta(seconds=max(waited, wish))


def jitter() -> float:
    """Return a number in [0, 1) that spreads the tries of many."""
    return random.random()  # noqa: S311  # no secret
