"""What lies ahead is looked at: the preview, the reminder, items that came after the approval. None of it delays an issue."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from threading import Event

from newsletter.app.checking import check
from newsletter.app.desk import Desk
from newsletter.app.making import Audience, audience_of
from newsletter.app.project import Project
from newsletter.app.telling import matters
from newsletter.app.telling.decisions import sentence
from newsletter.app.telling.incidents import over, report
from newsletter.app.telling.message import Message
from newsletter.app.telling.moments import local
from newsletter.app.telling.notices import tell, was_told
from newsletter.app.telling.preview import preview_steps, preview_words
from newsletter.app.updating import update
from newsletter.errors import ContentError, IssueError
from newsletter.issues.assembly import Plan
from newsletter.issues.calendar.agenda import calendar
from newsletter.issues.calendar.backlog import Due
from newsletter.issues.foresight import latecomers, preview_due, reminder_due
from newsletter.issues.values import IssueState, LeftOut
from newsletter.storage.notices import NoticeKind

#: A reminder comes so long ahead at most, also where there is no preview.
_A_DAY = timedelta(days=1)


def look_ahead(project: Project, now: datetime, stop: Event) -> None:
    """Bring the content, and tell editors what they should know of the issues that are due soon."""
    if not project.has_database:
        return
    failure = update(project, stop)
    if stop.is_set():
        return
    try:
        desk = Desk(project, now)
    except ContentError as error:
        failure = failure or str(error)
        report(project, Message(matter=matters.CONTENT, words=failure), now)
        return
    message = Message(matter=matters.CONTENT, words=failure)
    if failure:
        report(project, message, now)
    else:
        over(project, message, now)
    for due_at, plan in _soon(desk):
        _tell_of(desk, plan, due_at)


def tell_of_passed_over(project: Project, passed: Iterable[Due], now: datetime) -> None:
    """Tell that a changed schedule leaves issues to a person."""
    for due in passed:
        words = (
            f"By the schedule as it is now, it was due on {local(project, due.due_at)}, before the scheduler had seen "
            "that schedule."
        )
        tell(project, Message(matter=matters.PASSED_OVER, about=due.issue, words=words), now)


def _soon(desk: Desk) -> Iterator[tuple[datetime, Plan]]:
    """Yield the issues that are due soon and not decided."""
    newsroom = desk.project.newsroom
    undecided = {IssueState.HELD, IssueState.SKIPPED}
    for digest in newsroom.digests.values():
        until = desk.now + max(timedelta(hours=digest.preview_lead_hours), _A_DAY)
        if digest.paused:
            continue
        for name, due_at in calendar(digest, newsroom, desk.collection, desk.now):
            if due_at > until:
                break
            stored = desk.stored.get(name)
            if stored is None or stored.state in undecided:
                yield due_at, desk.plan(name)


def _tell_of(desk: Desk, plan: Plan, due_at: datetime) -> None:
    project, now, name = desk.project, desk.now, plan.issue.id
    due = local(project, due_at)
    if preview_due(due_at, plan.issue.digest, now):
        _preview(desk, plan, due)
    if reminder_due(due_at, plan, now):
        words = f"{name} is due on {due}. {sentence(plan.standing.reason)}"
        tell(project, Message(matter=matters.REMINDER, about=name, words=words), now)
    for entry in latecomers(plan):
        tell(project, _latecomer(plan, entry), now)


def _preview(desk: Desk, plan: Plan, due: str) -> None:
    """Have the preview sent; the issue in it is made when it leaves. Of one that would be skipped there are only words."""
    project, now, name = desk.project, desk.now, plan.issue.id
    if was_told(project, Message(matter=matters.PREVIEW, about=name, words="")):
        return
    report = check(project, name, now)
    message = Message(
        matter=matters.PREVIEW,
        about=name,
        words=preview_words(plan, report, _audience(desk, plan), due),
        steps=preview_steps(plan, report),
    )
    kind = NoticeKind.WORDS if plan.standing.state is IssueState.SKIPPED else NoticeKind.PREVIEW
    tell(project, message, now, kind=kind, issue=name)


def _audience(desk: Desk, plan: Plan) -> Audience | None:
    """Return who would get it; None when there are too many variants, which `check` says."""
    try:
        return audience_of(desk, plan, desk.now)
    except IssueError:
        return None


def _latecomer(plan: Plan, entry: LeftOut) -> Message:
    issue = plan.issue.id
    words = f"{issue} was approved with the items that it had then. {entry.path} is not among them; {plan.file_path} lists them."
    return Message(matter=matters.LATECOMER, about=f"{issue}, {entry.key}", words=words, issue=issue)
