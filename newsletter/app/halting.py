"""Decisions of a person on an issue that was begun: pause, resume, cancel, and readers in doubt."""

from datetime import datetime

from newsletter.app.desk import Desk
from newsletter.app.project import Project
from newsletter.app.status import begun
from newsletter.errors import IssueError
from newsletter.issues.values import IssueState
from newsletter.storage import issues, sending
from newsletter.storage.issues import StoredIssue


def pause(project: Project, name: str | None, now: datetime) -> StoredIssue:
    """Stop claiming batches of an issue; those in hand are finished."""
    return _move(project, begun(project, name, now), IssueState.PAUSED, "paused by a person")


def resume(project: Project, name: str | None, now: datetime) -> StoredIssue:
    """Let a paused issue go on."""
    stored = begun(project, name, now)
    if stored.state is not IssueState.PAUSED:
        raise IssueError(f"{stored.id} is {stored.state}, not paused.")
    return _move(project, stored, IssueState.SENDING, "")


def _move(project: Project, stored: StoredIssue, to: IssueState, reason: str) -> StoredIssue:
    if stored.state is not to and not issues.set_state(project.engine, stored.number, to, reason=reason):
        now = issues.get(project.engine, stored.number)
        raise IssueError(f"{stored.id} is {now.state} and cannot be {to}.")
    return issues.get(project.engine, stored.number)


def cancel(project: Project, name: str, now: datetime) -> str:
    """Cancel an issue, begun or not; return what became of its items, in words."""
    desk = Desk(project, now)
    stored = desk.stored.get(name)
    if stored is None:
        plan = desk.plan(name)
        issues.record(
            project.engine,
            plan.issue,
            IssueState.CANCELLED,
            is_rehearsal=project.is_rehearsal,
            reason="cancelled by a person",
            now=now,
        )
        return "Its items wait for the next issue."
    if stored.state is IssueState.CANCELLED:
        return "It was cancelled before."
    if not issues.cancel(project.engine, stored.number, now=now, reason="cancelled by a person"):
        raise IssueError(f"{name} is {stored.state} and cannot be cancelled.")
    if stored.has_left:
        return "Mails had left: its items count as sent, and nobody else gets it."
    return "Nothing had left: its items wait for the next issue."


def resolve(project: Project, name: str, *, resend: bool, now: datetime) -> int:
    """End the doubts of an issue by a person's word; return how many readers it was about.

    *resend*: they are queued again, otherwise they are left as they are, on record as unknown.
    """
    stored = begun(project, name, now)
    batches = sending.doubtful(project.engine, stored.number)
    for batch in batches:
        absent = [reader.subscriber_id for reader in batch.recipients] if resend else []
        sending.settle(project.engine, batch.id, accepted=[], absent=absent, by="person")
    if resend and batches and stored.state is IssueState.SENT:
        issues.set_state(project.engine, stored.number, IssueState.SENDING)
    return sum(len(batch.recipients) for batch in batches)
