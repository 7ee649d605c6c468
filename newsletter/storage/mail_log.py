"""Which issues went to one reader, and what became of them."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, and_, select

from newsletter.storage.tables import deliveries, issues


def deliveries_to(connection: Connection, subscriber_id: int) -> list[Mapping[str, Any]]:
    """Return the deliveries to a reader as JSON values, oldest first; rehearsals are told as such."""
    # Outer issues, each with an index look-up: there are few issues, and many deliveries.
    its = and_(deliveries.c.issue_number == issues.c.number, deliveries.c.subscriber_id == subscriber_id)
    rows = connection.execute(
        select(
            issues, deliveries.c.state.label("its_state"), deliveries.c.outcome, deliveries.c.outcome_reason
        )
        .join(deliveries, its)
        .order_by(issues.c.number)
    )
    return [
        {
            "issue": row.id,
            "is_rehearsal": row.is_rehearsal,
            "started_at": row.started_at.isoformat() if row.started_at else None,
            "state": row.its_state,
            "outcome": row.outcome,
            "words": row.outcome_reason,
        }
        for row in rows
    ]
