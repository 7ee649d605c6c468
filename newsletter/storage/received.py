"""What became of the last issues for one reader, as far as the ledger tells."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, and_, func, select

from newsletter.database import reading
from newsletter.delivery.states import DeliveryState
from newsletter.issues.values import IssueState
from newsletter.storage.issues import NO_VARIANT
from newsletter.storage.tables import choices, deliveries, issues
from subscribers.storage import subscribers, subscriptions


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """An issue of a digest that the reader asked for at some time."""

    issue: str
    issue_state: IssueState
    started_at: datetime
    #: When they asked for the digest, and when they left it.
    wished_at: datetime
    ended_at: datetime | None
    #: The issue had nothing to say to somebody with the topics that they have now.
    is_empty_for_them: bool
    #: None: there is no delivery to them.
    delivery: DeliveryState | None
    reason: str
    #: What was reported after it was accepted ("" for nothing), and in whose words.
    outcome: str
    words: str


def last_issues(engine: Engine, subscriber_id: int, *, is_rehearsal: bool, limit: int) -> list[Passage]:
    """Return the last issues that were started of the digests that a reader asked for at some time, newest first."""
    statement = (
        select(
            issues.c.id,
            issues.c.state,
            issues.c.started_at,
            subscriptions.c.created_at.label("wished_at"),
            subscriptions.c.ended_at,
            choices.c.variant,
            deliveries.c.state.label("delivery"),
            deliveries.c.reason,
            deliveries.c.outcome,
            deliveries.c.outcome_reason,
        )
        .select_from(subscriptions)
        .join(subscribers, subscribers.c.id == subscriptions.c.subscriber_id)
        .join(issues, issues.c.digest == subscriptions.c.digest)
        .outerjoin(
            deliveries,
            and_(
                deliveries.c.issue_number == issues.c.number,
                deliveries.c.subscriber_id == subscriptions.c.subscriber_id,
            ),
        )
        .outerjoin(
            choices,
            and_(
                choices.c.issue_number == issues.c.number,
                choices.c.lang == subscribers.c.lang,
                choices.c.topics == func.coalesce(subscriptions.c.topics, ""),
            ),
        )
        .where(
            subscriptions.c.subscriber_id == subscriber_id,
            issues.c.started_at.is_not(None),
            issues.c.is_rehearsal.in_({False, is_rehearsal}),
        )
        .order_by(issues.c.started_at.desc(), issues.c.number.desc())
        .limit(limit)
    )
    with reading(engine) as connection:
        return [
            Passage(
                issue=row.id,
                issue_state=IssueState(row.state),
                started_at=row.started_at,
                wished_at=row.wished_at,
                ended_at=row.ended_at,
                is_empty_for_them=row.variant == NO_VARIANT,
                delivery=None if row.delivery is None else DeliveryState(row.delivery),
                reason=row.reason or "",
                outcome=row.outcome or "",
                words=row.outcome_reason or "",
            )
            for row in connection.execute(statement)
        ]
