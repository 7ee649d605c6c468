"""When the mails of readers were handed to the provider: as their batch was claimed, seconds before it took them."""

from collections.abc import Collection
from datetime import datetime
from itertools import islice

from sqlalchemy import Engine, and_, select

from newsletter.database import reading
from newsletter.storage import holds
from newsletter.storage.holds import Stream
from newsletter.storage.tables import batches, deliveries

#: Readers a statement.
_AT_ONCE = 1_000


def handed_over(engine: Engine, number: int, readers: Collection[int]) -> dict[int, datetime]:
    """Return when the issue *number* was handed over for each of *readers* to whom it went."""
    within = and_(
        batches.c.issue_number == deliveries.c.issue_number,
        batches.c.variant == deliveries.c.variant,
        deliveries.c.subscriber_id.between(batches.c.first_subscriber, batches.c.last_subscriber),
    )
    statement = (
        select(deliveries.c.subscriber_id, batches.c.claimed_at)
        .join(batches, within)
        .where(deliveries.c.issue_number == number, batches.c.claimed_at.is_not(None))
    )
    found: dict[int, datetime] = {}
    left = iter(readers)
    with reading(engine) as connection:
        while some := list(islice(left, _AT_ONCE)):
            rows = connection.execute(statement.where(deliveries.c.subscriber_id.in_(some)))
            found.update((row.subscriber_id, row.claimed_at) for row in rows)
    return found


def sent_to(engine: Engine, number: int, domain: str, most: int) -> int:
    """Return how many readers of *domain* may have got the issue *number*; counting ends at *most*."""
    with reading(engine) as connection:
        return holds.sent_to(connection, Stream(number, domain), most)
