"""Why readers were refused, in the provider's words."""

from sqlalchemy import Engine, and_, func, select

from newsletter.database import reading
from newsletter.delivery.states import DeliveryState
from newsletter.storage.tables import batches, deliveries

#: Words that name a message or a time differ from reader to reader: only the most frequent are of use.
MOST = 10
#: For a refusal without words.
NO_REASON = "no reason was given"


def by_reason(engine: Engine, issue_number: int) -> dict[str, int]:
    """Return how many readers were refused, by reason, the most frequent first; at most ten reasons.

    Batches that are under way do not count yet, as everywhere.
    """
    # By way of the batches: few have refusals, and each is one range of the deliveries' key.
    is_in = and_(
        deliveries.c.issue_number == batches.c.issue_number,
        deliveries.c.variant == batches.c.variant,
        deliveries.c.subscriber_id.between(batches.c.first_subscriber, batches.c.last_subscriber),
    )
    count = func.count()
    statement = (
        select(deliveries.c.reason, count)
        .select_from(batches)
        .join(deliveries, is_in)
        .where(
            batches.c.issue_number == issue_number,
            batches.c.rejected > 0,
            deliveries.c.state == DeliveryState.REJECTED,
        )
        .group_by(deliveries.c.reason)
        .order_by(count.desc(), deliveries.c.reason)
        .limit(MOST)
    )
    with reading(engine) as connection:
        return {reason or NO_REASON: readers for reason, readers in connection.execute(statement)}
