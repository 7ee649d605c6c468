"""What the clock decided about issues that were due, in words for editors; the rows of `issues` say what it was."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import groupby

from newsletter.app.project import Project
from newsletter.app.telling import matters
from newsletter.app.telling.message import Message
from newsletter.issues.values import IssueState
from newsletter.storage import incidents, issues
from newsletter.storage.issues import StoredIssue

#: What was decided longer ago is no news, also for a program that has just been installed.
_LATELY = timedelta(days=3)
_BECAME = {
    IssueState.FREEZING: "goes out now",
    IssueState.SENDING: "goes out now",
    IssueState.SENT: "was sent",
    IssueState.CANCELLED: "was cancelled",
}


def held_issues(project: Project, now: datetime) -> Iterator[Message]:
    """Yield the issues that wait for a person."""
    stored = _stored(project)
    for held in stored:
        if held.state is IssueState.HELD:
            missed = [other for other in _overtaken(stored) if _were_decided_together(held, other)]
            parts = (_sentence(held.reason), _how_long(project, held, now), _listed(missed))
            yield Message(matter=matters.HELD, about=held.id, words="\n\n".join(filter(None, parts)))


def became(project: Project, issue: str) -> str:
    """Return what became of an issue that was held."""
    stored = issues.find(project.engine, issue, is_rehearsal=project.is_rehearsal)
    if stored is None:
        return f"{issue} waits for its time again."
    words = f"{issue} {_BECAME.get(stored.state, f'is {stored.state}')}"
    return f"{words}: {_sentence(stored.reason)}" if stored.reason else f"{words}."


def decided_lately(project: Project, now: datetime) -> Iterator[Message]:
    """Yield what became of issues without anybody being asked."""
    stored = [each for each in _stored(project) if now - each.created_at <= _LATELY]
    for each in stored:
        if each.state is IssueState.SKIPPED:
            yield Message(matter=matters.SKIPPED, about=each.id, words=_sentence(each.reason))
    held = [each for each in stored if each.state is IssueState.HELD]
    for _, group in groupby(_overtaken(stored), key=lambda each: (each.digest, each.created_at)):
        missed = [each for each in group if not _was_held(project, each)]
        # Those that a held issue took the place of are in the mail about that one.
        if missed and not any(_were_decided_together(each, missed[0]) for each in held):
            about = missed[0].id if len(missed) == 1 else f"{missed[0].id} … {missed[-1].id}"
            yield Message(matter=matters.OVERTAKEN, about=about, words=_listed(missed))


def _stored(project: Project) -> list[StoredIssue]:
    return issues.list_all(project.engine, is_rehearsal=project.is_rehearsal)


def _overtaken(stored: Iterable[StoredIssue]) -> list[StoredIssue]:
    found = [each for each in stored if each.state is IssueState.SUPERSEDED]
    return sorted(found, key=lambda each: (each.digest, each.created_at, each.due_at))


def _were_decided_together(one: StoredIssue, other: StoredIssue) -> bool:
    return (one.digest, one.created_at) == (other.digest, other.created_at)


def _was_held(project: Project, stored: StoredIssue) -> bool:
    """Whether people were told of it already; what became of it then is in the mail that says that it is over."""
    return incidents.was_opened(project.engine, Message(matter=matters.HELD, about=stored.id, words="").name)


def _listed(missed: Iterable[StoredIssue]) -> str:
    return "\n".join(f"{each.id} was missed: {_sentence(each.reason)}" for each in missed)


def _sentence(reason: str) -> str:
    return f"{reason.rstrip('.')}."


def _how_long(project: Project, held: StoredIssue, now: datetime) -> str:
    digest = project.settings.digests.get(held.digest)
    if digest is None or held.started_at:
        return ""
    until = held.due_at + timedelta(hours=digest.max_lateness_hours)
    if now > until:
        return "It is too late for it to go out by itself."
    return f"Until {local(project, until)} it goes out by itself as soon as the cause is gone."


def local(project: Project, at: datetime) -> str:
    """Return a time as people in the newsletter's time zone say it."""
    zone = project.settings.newsletter.timezone
    return f"{at.astimezone(zone):%a %Y-%m-%d %H:%M} ({zone.key})"
