"""How fast an issue goes out, from the ledger: by the batches that were claimed lately."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine, func, select

from newsletter.database import reading
from newsletter.delivery.states import BatchState
from newsletter.storage.tables import batches

#: Looked at one after the other, until a batch that has ended is found: a slow server takes minutes for one.
WINDOWS = (timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1))


@dataclass(frozen=True, slots=True, kw_only=True)
class Lately:
    """What happened in a window of time."""

    #: When the first of the batches that have ended was claimed; None: none has.
    first_claim: datetime | None
    #: How many readers have ended in them.
    readers: int
    #: When the batches that are under way were claimed.
    under_way: Sequence[datetime]


def per_second(engine: Engine, issue_number: int, now: datetime) -> float | None:
    """Return the readers a second of the last minute, or of the last minutes where that tells nothing; None: unknown."""
    for window in WINDOWS:
        lately = _lately(engine, issue_number, since=now - window)
        if lately.readers:
            return rate(lately, now)
    return None


def rate(lately: Lately, now: datetime) -> float | None:
    """Return the readers a second.

    The work that has ended was done until the batches that are under way were claimed, on the average; when none is,
    until *now*.
    """
    if lately.first_claim is None:
        return None
    first = lately.first_claim
    ends = [max(first, claimed_at) for claimed_at in lately.under_way] or [now]
    seconds = sum((end - first).total_seconds() for end in ends) / len(ends)
    return lately.readers / seconds if seconds > 0 else None


def _lately(engine: Engine, issue_number: int, *, since: datetime) -> Lately:
    ended = batches.c.accepted + batches.c.rejected + batches.c.unknown
    mine = batches.c.issue_number == issue_number
    is_under_way = batches.c.state == BatchState.SENDING
    with reading(engine) as connection:
        first, readers = connection.execute(
            select(func.min(batches.c.claimed_at), func.sum(ended)).where(
                mine, ~is_under_way, batches.c.claimed_at > since
            )
        ).one()
        under_way = (
            connection.execute(select(batches.c.claimed_at).where(mine, is_under_way, ~batches.c.is_ahead))
            .scalars()
            .all()
        )
    return Lately(first_claim=first, readers=int(readers or 0), under_way=under_way)
