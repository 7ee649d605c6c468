"""What of the stored issues everybody may see."""

import json

from sqlalchemy import ColumnElement, Engine, and_, or_, select

from newsletter.database import reading
from newsletter.issues.values import IssueState
from newsletter.storage.issues import StoredIssue
from newsletter.storage.tables import issues, variants


def _is_public() -> ColumnElement[bool]:
    """Whether an issue has gone out to at least one reader, or is going."""
    return or_(
        issues.c.state.in_([IssueState.SENDING, IssueState.PAUSED, IssueState.SENT]),
        and_(issues.c.state == IssueState.CANCELLED, issues.c.has_left),
    )


def list_public(engine: Engine, *, is_rehearsal: bool) -> list[StoredIssue]:
    """Return the issues that the archive may show, oldest first; rehearsals only among rehearsals."""
    statement = select(issues).where(issues.c.is_rehearsal.in_({False, is_rehearsal}), _is_public())
    with reading(engine) as connection:
        rows = connection.execute(statement.order_by(issues.c.due_at, issues.c.number))
        return [StoredIssue.from_row(row) for row in rows]


def public_items(engine: Engine, *, is_rehearsal: bool) -> set[str]:
    """Return the keys of the items of every issue that the archive may show."""
    statement = (
        select(variants.c["items"])
        .join(issues, issues.c.number == variants.c.issue_number)
        .where(issues.c.is_rehearsal.in_({False, is_rehearsal}), _is_public())
    )
    with reading(engine) as connection:
        return {key for text in connection.execute(statement).scalars() for key in json.loads(text)}


def web_pages(engine: Engine, issue: str, *, is_rehearsal: bool) -> dict[str, str]:
    """Return the web versions of a public issue by variant name; of a real one before a rehearsed one."""
    wanted = and_(issues.c.id == issue, issues.c.is_rehearsal.in_({False, is_rehearsal}), _is_public())
    with reading(engine) as connection:
        number = connection.execute(
            select(issues.c.number).where(wanted).order_by(issues.c.is_rehearsal)
        ).scalar()
        rows = connection.execute(
            select(variants.c.name, variants.c.web).where(variants.c.issue_number == number)
        )
        return {row.name: row.web.decode() for row in rows}
