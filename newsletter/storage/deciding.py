"""What was decided of issues that have not begun: held, skipped, cancelled, overtaken by a later one.

Two schedulers and a person may decide at once. Whatever comes first that begins an issue wins: nothing here changes one
that is being frozen or sent, or of which a request has left.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, Insert, and_, case, delete, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from newsletter.database import writing
from newsletter.issues.states import UNBEGUN
from newsletter.issues.values import Issue, IssueState
from newsletter.storage.tables import inclusions, issues

#: What was decided so much later than it is now was decided by a clock that was wrong.
_CLOCKS_DIFFER = timedelta(hours=1)
_GONE_INTO = "its items are in {}"


def hold(engine: Engine, issue: Issue, reason: str, *, is_rehearsal: bool, now: datetime) -> bool:
    """Store that a person is to decide about an issue that is due; False when it was begun meanwhile.

    It takes the place of those before it that were held, as it would if it went.
    """
    with writing(engine) as connection:
        row = _row(issue, IssueState.HELD, reason)
        if enter(connection, issue, row, is_rehearsal=is_rehearsal, now=now) is None:
            return False
        supersede(connection, issue, is_rehearsal=is_rehearsal)
        return True


def skip(engine: Engine, issue: Issue, reason: str, *, is_rehearsal: bool, now: datetime) -> bool:
    """Store that an issue does not go out; its items wait for the next one. False when it was begun meanwhile."""
    with writing(engine) as connection:
        row = _row(issue, IssueState.SKIPPED, reason)
        return enter(connection, issue, row, is_rehearsal=is_rehearsal, now=now) is not None


def cancel_unbegun(engine: Engine, issue: Issue, reason: str, *, is_rehearsal: bool, now: datetime) -> bool:
    """Cancel an issue before it starts, and free its items; False when it was begun meanwhile."""
    with writing(engine) as connection:
        row = _row(issue, IssueState.CANCELLED, reason)
        number = enter(connection, issue, row, is_rehearsal=is_rehearsal, now=now)
        if number is not None:
            connection.execute(delete(inclusions).where(inclusions.c.issue_number == number))
        return number is not None


def note_overtaken(
    engine: Engine, missed: Sequence[Issue], by: str, *, is_rehearsal: bool, now: datetime
) -> None:
    """Store where the items of *missed* issues are, about which nobody had decided when they were due."""
    with writing(engine) as connection:
        for issue in missed:
            row = _row(issue, IssueState.SUPERSEDED, _GONE_INTO.format(by))
            connection.execute(_fresh(connection, issue, row, is_rehearsal=is_rehearsal, now=now))


def _row(issue: Issue, state: IssueState, reason: str) -> dict[str, Any]:
    return {
        "digest": issue.digest.key,
        "period": issue.period,
        "state": state,
        "reason": reason,
        "due_at": issue.due_at,
    }


def enter(
    connection: Connection, issue: Issue, row: Mapping[str, Any], *, is_rehearsal: bool, now: datetime
) -> int | None:
    """Give an issue its row, or its new state: one that was held or skipped has a row already, and its number stays.

    None: it was begun meanwhile, under whatever name its digest has had.
    """
    fresh = _fresh(connection, issue, row, is_rehearsal=is_rehearsal, now=now)
    number = connection.execute(fresh.returning(issues.c.number)).scalar()
    if number is not None:
        return int(number)
    number = number_of(connection, issue, is_rehearsal=is_rehearsal)
    may_enter = and_(issues.c.number == number, issues.c.state.in_(UNBEGUN), ~issues.c.has_left)
    return connection.execute(
        update(issues).where(may_enter).values(**row).returning(issues.c.number)
    ).scalar()


def _fresh(
    connection: Connection, issue: Issue, row: Mapping[str, Any], *, is_rehearsal: bool, now: datetime
) -> Insert:
    """Return the statement that gives an issue its first row, and does nothing when it has one."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    values = {"id": issue.id, "is_rehearsal": is_rehearsal, "created_at": now, **row}
    statement: Insert = dialect.insert(issues).values(**values).on_conflict_do_nothing()
    return statement


def number_of(connection: Connection, issue: Issue, *, is_rehearsal: bool) -> int:
    """Return the number of the row that *issue* has, by its id or by its digest's period."""
    same_period = and_(issues.c.digest == issue.digest.key, issues.c.period == issue.period)
    where = and_(issues.c.is_rehearsal == is_rehearsal, or_(issues.c.id == issue.id, same_period))
    return int(connection.execute(select(issues.c.number).where(where)).scalars().first() or 0)


def supersede(connection: Connection, issue: Issue, *, is_rehearsal: bool) -> list[str]:
    """Let *issue* take the place of its digest's held issues that were due before it; return their ids.

    Their items are free for it, unless a request has left. Specials neither take a place nor lose theirs.
    """
    if issue.is_special:
        return []
    words = case(
        (issues.c.has_left, f"{issue.id} came after it; what had left of it counts as sent"),
        else_=_GONE_INTO.format(issue.id),
    )
    is_before = and_(
        issues.c.digest == issue.digest.key,
        issues.c.is_rehearsal == is_rehearsal,
        issues.c.state == IssueState.HELD,
        issues.c.due_at < issue.due_at,
        # The period of a special is its name.
        issues.c.period != issues.c.id,
    )
    overtaken = connection.execute(
        update(issues)
        .where(is_before)
        .values(state=IssueState.SUPERSEDED, reason=words)
        .returning(issues.c.number, issues.c.id, issues.c.has_left)
    ).all()
    free = [row.number for row in overtaken if not row.has_left]
    connection.execute(delete(inclusions).where(inclusions.c.issue_number.in_(free)))
    return sorted(row.id for row in overtaken)


def take_back(engine: Engine, now: datetime) -> list[str]:
    """Forget what a clock that ran ahead decided of issues of which nothing has left; return their ids."""
    ahead = and_(
        issues.c.created_at > now + _CLOCKS_DIFFER,
        issues.c.state.in_((IssueState.HELD, IssueState.SKIPPED, IssueState.SUPERSEDED)),
        ~issues.c.has_left,
    )
    with writing(engine) as connection:
        numbers = select(issues.c.number).where(ahead)
        connection.execute(delete(inclusions).where(inclusions.c.issue_number.in_(numbers)))
        return list(connection.execute(delete(issues).where(ahead).returning(issues.c.id)).scalars())
