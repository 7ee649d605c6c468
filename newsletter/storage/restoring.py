"""After a restored backup: issues that are known to have left count as sent, whatever the database makes of them."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Engine, and_, func, insert, select, update

from newsletter.database import reading, writing
from newsletter.delivery.states import BatchState, DeliveryState
from newsletter.issues.values import Issue, IssueState
from newsletter.storage import issues as issue_store
from newsletter.storage.inclusions import rows_of
from newsletter.storage.recording import finish
from newsletter.storage.tables import batches, deliveries, inclusions, issues

_REASON = "it had left when a backup was restored that did not know"


def claims_of_left(engine: Engine) -> dict[str, int]:
    """Return how often batches were claimed of each issue of which the database itself knows that it left, by its id."""
    with reading(engine) as connection:
        rows = connection.execute(
            select(issues.c.id, func.coalesce(func.sum(batches.c.attempts), 0))
            .outerjoin_from(issues, batches, batches.c.issue_number == issues.c.number)
            .where(issues.c.has_left, ~issues.c.is_rehearsal)
            .group_by(issues.c.id)
        )
        return {issue: int(claims) for issue, claims in rows}


def has_batches(engine: Engine, number: int) -> bool:
    """Whether the audience of a stored issue was written down to its end."""
    with reading(engine) as connection:
        found = connection.execute(select(batches.c.id).where(batches.c.issue_number == number).limit(1))
        return found.first() is not None


def enter(engine: Engine, name: str, issue: Issue | None, now: datetime) -> int:
    """Store an issue of which nobody knows who its readers were; return its number.

    The items of *issue* belong to it from now on, so they do not go out again. None: only the name is left of it.
    """
    key, _, period = name.partition("-")
    with writing(engine) as connection:
        is_this = and_(issues.c.id == name, ~issues.c.is_rehearsal)
        number = connection.execute(select(issues.c.number).where(is_this)).scalar()
        if number is None:
            row = {
                "id": name,
                "is_rehearsal": False,
                "digest": issue.digest.key if issue else key[:64],
                "period": issue.period if issue else period or name,
                "state": IssueState.HELD,
                "reason": _REASON,
                "due_at": issue.due_at if issue else now,
                "created_at": now,
            }
            number = connection.execute(insert(issues).values(row).returning(issues.c.number)).scalar_one()
        has = select(inclusions.c.key, inclusions.c.lang).where(inclusions.c.issue_number == number)
        known = {tuple(row) for row in connection.execute(has)}
        counted = rows_of(number, issue) if issue else []
        if missing := [row for row in counted if (row["key"], row["lang"]) not in known]:
            connection.execute(insert(inclusions), missing)
    return int(number)


def hold_begun(engine: Engine, reason: str, *, besides: Collection[str]) -> list[str]:
    """Hold what was on its way to readers; return these issues. *besides*: of these another decision is asked for."""
    under_way = (IssueState.FREEZING, IssueState.SENDING, IssueState.PAUSED)
    with writing(engine) as connection:
        held = connection.execute(
            update(issues)
            .where(issues.c.state.in_(under_way), ~issues.c.is_rehearsal, issues.c.id.not_in(besides))
            .values(state=IssueState.HELD, reason=reason)
            .returning(issues.c.id)
        )
        return sorted(held.scalars())


def let_go_on(engine: Engine, number: int) -> None:
    """Let an issue that was held on its way go on from where it was."""
    to = IssueState.SENDING if has_batches(engine, number) else IssueState.FREEZING
    issue_store.set_state(engine, number, to)


def end_as_sent(engine: Engine, number: int, provider: str, now: datetime) -> int:
    """Let a stored issue count as sent; return how many of its readers have no outcome and are in doubt from now on.

    Resumable: what was done before a crash stays done.
    """
    issue_store.set_state(engine, number, IssueState.HELD, reason=_REASON)
    in_doubt = 0
    for batch in _open_batches(engine, number):
        with writing(engine) as connection:
            row = connection.execute(select(batches).where(batches.c.id == batch)).one()
            still_open = and_(
                deliveries.c.issue_number == row.issue_number,
                deliveries.c.variant == row.variant,
                deliveries.c.subscriber_id.between(row.first_subscriber, row.last_subscriber),
                deliveries.c.state.in_([DeliveryState.QUEUED, DeliveryState.SENDING]),
            )
            in_doubt += int(
                connection.execute(
                    select(func.count()).select_from(deliveries).where(still_open)
                ).scalar_one()
            )
            connection.execute(
                update(deliveries).where(still_open).values(state=DeliveryState.UNKNOWN, reason=_REASON)
            )
            if row.state == BatchState.QUEUED:
                connection.execute(
                    update(batches)
                    .where(batches.c.id == batch)
                    .values(
                        state=BatchState.SENDING,
                        # A doubt is told with its time: when the request left, or at the least when it came to light.
                        claimed_at=func.coalesce(batches.c.claimed_at, now),
                        # Unclaimed as far as is known, it need not be the request that left: an event proves its reader's mail.
                        in_parts=row.in_parts or not row.attempts,
                    )
                )
            finish(connection, batch, retry_at=None, answer=_REASON)
    with writing(engine) as connection:
        this = issues.c.number == number
        connection.execute(update(issues).where(this).values(provider=provider, has_left=True))
        # One that was cancelled stays so.
        was_held = and_(this, issues.c.state == IssueState.HELD)
        connection.execute(update(issues).where(was_held).values(state=IssueState.SENT, finished_at=now))
    return in_doubt


def _open_batches(engine: Engine, number: int) -> list[int]:
    with reading(engine) as connection:
        return list(
            connection.execute(
                select(batches.c.id).where(
                    batches.c.issue_number == number,
                    batches.c.state.in_([BatchState.QUEUED, BatchState.SENDING]),
                )
            ).scalars()
        )
