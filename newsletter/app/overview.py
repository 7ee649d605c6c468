"""Where things stand and what comes next: what bare `newsletter` says."""

from collections.abc import Iterator
from datetime import datetime

from newsletter.app.desk import Desk
from newsletter.app.project import Project
from newsletter.app.pulse import pulse_in_words, scheduler_seen_at
from newsletter.app.readers import stats
from newsletter.app.status import current
from newsletter.issues.assembly import Plan
from newsletter.issues.digests import Approval
from newsletter.issues.values import IssueState


def lines(project: Project, now: datetime) -> Iterator[str]:
    """Yield what a person who comes back wants to know, then the next step."""
    desk = Desk(project, now)
    readers = stats(project) if project.has_database else None
    yield f"{project.settings.newsletter.name} in {project.root}"
    rehearsal = " (a rehearsal)" if project.is_rehearsal else ""
    yield (
        f"Items: {len(desk.collection.items):,}. Active readers: {readers.active if readers else 0:,}. "
        f"Provider: {project.settings.provider.name}{rehearsal}."
    )
    yield pulse_in_words(scheduler_seen_at(project), now, project.settings.newsletter.timezone)
    under_way = current(desk)
    if under_way and under_way.state is not IssueState.SENT:
        yield f"{under_way.id} is {under_way.state}: newsletter status"
    on_their_way = {stored.id: stored for stored in desk.stored.values() if stored.is_held_on_its_way}
    for stored in on_their_way.values():
        yield f"{stored.id} is held: {stored.reason}"
    plan, *others = desk.open_plans()
    for held in others:
        if held.standing.state is IssueState.HELD:
            yield f"{held.issue.id} is held: {held.standing.reason}"
    zone = project.settings.newsletter.timezone
    due = plan.issue.due_at.astimezone(zone)
    state = ": ".join(filter(None, (plan.standing.state, plan.standing.reason)))
    yield f"Next: {plan.issue.id} on {due:%A %Y-%m-%d %H:%M}, items: {len(plan.issue.stories)}, {state}"
    yield from (f"  {step}" for step in _steps(desk, plan, has_readers=bool(readers and readers.active)))


def _steps(desk: Desk, plan: Plan, *, has_readers: bool) -> Iterator[str]:
    name = plan.issue.id
    if not desk.collection.items:
        yield 'Write a first item:   newsletter new news "Title"'
        return
    if plan.errors:
        yield f"See what is wrong:    newsletter check {name}"
    yield f"Look at it:           newsletter build {name}"
    if not has_readers:
        yield "Bring readers in:     newsletter subscribers import FILE"
    yield f"Send yourself a test: newsletter test {name} --to ADDRESS"
    if step := _letting_go(plan, has_readers=has_readers):
        yield step


def _letting_go(plan: Plan, *, has_readers: bool) -> str | None:
    """Return the step that brings *plan* nearer to its readers; None: another one comes first."""
    name, state = plan.issue.id, plan.standing.state
    if plan.errors:
        return None
    if state is IssueState.SKIPPED:
        return None if plan.issue_file.skip else 'Write another item:   newsletter new news "Title"'
    if state is IssueState.HELD:
        return f"Let it go:            newsletter release {name}"
    if plan.issue.digest.approval is Approval.REQUIRED and state is not IssueState.APPROVED:
        return f"Approve it:           newsletter approve {name}"
    return f"Send it:              newsletter send {name}" if has_readers else None
