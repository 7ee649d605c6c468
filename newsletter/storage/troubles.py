"""Issues that do not get on, as the ledger shows it."""

from datetime import datetime, timedelta

from sqlalchemy import Engine, exists, func, select

from newsletter.database import reading
from newsletter.delivery.states import BatchState
from newsletter.issues.values import IssueState
from newsletter.storage.tables import batches, issues

#: A batch that was put off so often has been for some minutes.
_TRIES = 6
#: For so long nothing else went out either.
_SILENCE = timedelta(minutes=10)
#: A doubt that a look-up or an event does not settle for so long is for a person.
_DOUBT = timedelta(hours=1)
#: A person who has not decided by then will not.
_OLD = timedelta(days=14)


def not_taken(engine: Engine, now: datetime) -> dict[str, str]:
    """Return the issues of which the provider takes nothing, each with its words."""
    is_put_off = (
        (batches.c.state == BatchState.QUEUED) & (batches.c.attempts >= _TRIES) & (batches.c.answer != "")
    )
    other = batches.alias()
    has_gone_out = exists().where(
        other.c.issue_number == issues.c.number,
        other.c.state.not_in([BatchState.QUEUED, BatchState.SENDING]),
        other.c.claimed_at > now - _SILENCE,
    )
    statement = (
        select(issues.c.id, func.min(batches.c.answer).label("words"))
        .join(batches, batches.c.issue_number == issues.c.number)
        .where(issues.c.state == IssueState.SENDING, is_put_off, ~has_gone_out)
        .group_by(issues.c.id)
    )
    with reading(engine) as connection:
        return {row.id: row.words for row in connection.execute(statement)}


def left_in_doubt(engine: Engine, now: datetime) -> dict[str, int]:
    """Return how many readers of issues that were sent lately wait for a person's decision."""
    statement = (
        select(issues.c.id, func.sum(batches.c.unknown))
        .join(batches, batches.c.issue_number == issues.c.number)
        .where(
            issues.c.state == IssueState.SENT,
            issues.c.finished_at.between(now - _OLD, now - _DOUBT),
            batches.c.state != BatchState.DONE,
            batches.c.unknown > 0,
        )
        .group_by(issues.c.id)
    )
    with reading(engine) as connection:
        return {issue: int(readers) for issue, readers in connection.execute(statement)}
