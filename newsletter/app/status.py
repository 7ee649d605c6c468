"""How an issue stands: readers, not batches."""

from dataclasses import dataclass
from datetime import datetime

from newsletter.app.desk import Desk
from newsletter.app.project import Project
from newsletter.errors import IssueError
from newsletter.issues.values import IssueState
from newsletter.storage import issues, sending
from newsletter.storage.issues import StoredIssue


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """The JSON of `newsletter status`.

    audience = queued + sending + accepted + rejected + unknown + skipped.
    """

    issue: str
    state: str
    reason: str
    rehearsal: bool
    audience: int = 0
    queued: int = 0
    sending: int = 0
    accepted: int = 0
    rejected: int = 0
    unknown: int = 0
    skipped: int = 0
    delivered: int = 0
    bounced: int = 0
    complained: int = 0
    unsubscribed: int = 0
    started_at: datetime | None = None
    finished_at: datetime | None = None


def status(project: Project, name: str | None, now: datetime) -> Status:
    """Return how the issue *name* stands; None: the one that is being sent, else the last one sent, else the next one."""
    desk = Desk(project, now)
    stored = desk.stored.get(name) if name else current(desk)
    if stored is None:
        plan = desk.plan(name)
        return Status(
            issue=plan.issue.id,
            state=plan.standing.state,
            reason=plan.standing.reason,
            rehearsal=project.is_rehearsal,
        )
    counts = issues.counts(project.engine, stored.number)
    if stored.state is IssueState.FREEZING:
        counts["queued"] = stored.audience
    return Status(
        issue=stored.id,
        state=stored.state,
        reason=stored.reason or sending.waiting_for(project.engine, stored.number),
        rehearsal=stored.is_rehearsal,
        audience=sum(counts.values()),
        **counts,
        started_at=stored.started_at,
        finished_at=stored.finished_at,
    )


def current(desk: Desk) -> StoredIssue | None:
    """Return the issue that is being sent or paused, else the last one sent."""
    under_way = {IssueState.FREEZING, IssueState.SENDING, IssueState.PAUSED}
    begun = [issue for issue in desk.stored.values() if issue.state in under_way]
    sent = [issue for issue in desk.stored.values() if issue.state is IssueState.SENT]
    candidates = begun or sorted(sent, key=lambda issue: issue.finished_at or issue.created_at)
    return candidates[-1] if candidates else None


def begun(project: Project, name: str | None, now: datetime) -> StoredIssue:
    """Return the stored issue *name*, or the one that is being sent.

    Raises IssueError when there is none.
    """
    desk = Desk(project, now)
    stored = desk.stored.get(name) if name else current(desk)
    if stored is None:
        raise IssueError(f"{name} was not started." if name else "No issue was started yet.")
    return stored
