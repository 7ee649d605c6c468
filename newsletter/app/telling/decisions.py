"""What the clock decided about issues that were due, in words for editors; the rows of `issues` say what it was."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import groupby

from newsletter.app.desk import Desk
from newsletter.app.project import Project
from newsletter.app.telling import matters
from newsletter.app.telling.matters import APPROVE, CANCEL, CHECK, RELEASE, SEND, Step
from newsletter.app.telling.message import Message
from newsletter.app.telling.moments import local
from newsletter.errors import NewsletterError
from newsletter.issues.assembly import Plan
from newsletter.issues.standing import Cause
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
#: What helps, by why an issue is held or skipped; what has to be mended elsewhere is in the reason.
_TOO_LATE = replace(SEND, label="Send it then, if it is too late for it to go out by itself")
_HELPS: dict[Cause, tuple[Step, ...]] = {
    Cause.EDITOR: (RELEASE, _TOO_LATE, CANCEL),
    Cause.ERRORS: (CHECK, _TOO_LATE, CANCEL),
    Cause.APPROVAL: (CHECK, APPROVE, _TOO_LATE, CANCEL),
    Cause.LATE: (CHECK, SEND, CANCEL),
    Cause.TOO_FEW: (replace(APPROVE, label="To have it all the same, approve it as it is"), SEND),
    Cause.SKIP: (replace(SEND, label="To have it all the same, take `skip` out of its file, and send it"),),
    Cause.NO_READERS: (Step("Bring readers in", "newsletter subscribers import FILE"), SEND),
}
_HELP_OTHERWISE = (CHECK, replace(SEND, label="Send it, once nothing is wrong"), CANCEL)
#: For one that had begun: the files change nothing about it.
_HELP_ON_ITS_WAY = (
    replace(SEND, label="Go on with it"),
    replace(CANCEL, label="End it; whoever has not got it does not get it"),
)
#: Where a reason goes on with what can be done, which the mail says apart.
_ADVICE = re.compile(r"(?:[.:] newsletter (?:send|approve) |\. `newsletter send` ).*", re.DOTALL)
#: How a reason begins that says nothing of whom.
_OF_THE_ISSUE = ("was ", "waits ")


def held_issues(project: Project, now: datetime) -> Iterator[Message]:
    """Yield the issues that wait for a person."""
    stored = _stored(project)
    for held in stored:
        if held.state is IssueState.HELD:
            missed = [other for other in _overtaken(stored) if _were_decided_together(held, other)]
            parts = (sentence(held.reason), _how_long(project, held, now), _listed(missed))
            yield Message(matter=matters.HELD, about=held.id, words="\n\n".join(filter(None, parts)))


def advised(project: Project, message: Message, now: datetime) -> Message:
    """Return *message*, of an issue that is held or skipped with what helps: that depends on why."""
    if message.matter not in {matters.HELD, matters.SKIPPED}:
        return message
    try:
        desk = Desk(project, now)
        is_on_its_way = message.about in desk.begun
        steps = _HELP_ON_ITS_WAY if is_on_its_way else _helps(desk.plan(message.about))
    except NewsletterError:
        # Why the files cannot be read is told in a mail of its own.
        steps = _HELP_OTHERWISE
    return replace(message, steps=steps)


def _helps(plan: Plan) -> tuple[Step, ...]:
    if plan.standing.cause is Cause.TOO_FEW and not plan.issue.stories:
        return ()
    return _HELPS.get(plan.standing.cause, _HELP_OTHERWISE) if plan.standing.cause else _HELP_OTHERWISE


def became(project: Project, issue: str) -> str:
    """Return what became of an issue that was held."""
    stored = issues.find(project.engine, issue, is_rehearsal=project.is_rehearsal)
    if stored is None:
        return f"{issue} waits for its time again."
    words = f"{issue} {_BECAME.get(stored.state, f'is {stored.state}')}"
    return f"{words}: {_ended(stored.reason)}" if stored.reason else f"{words}."


def decided_lately(project: Project, now: datetime) -> Iterator[Message]:
    """Yield what became of issues without anybody being asked."""
    stored = [each for each in _stored(project) if now - each.created_at <= _LATELY]
    for each in stored:
        if each.state is IssueState.SKIPPED:
            yield Message(matter=matters.SKIPPED, about=each.id, words=sentence(each.reason))
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
    return "\n".join(f"{each.id} was missed: {_ended(each.reason)}" for each in missed)


def sentence(reason: str) -> str:
    """Return why something was decided as a sentence, without what can be done about it."""
    facts = _ADVICE.sub("", reason)
    if facts.startswith(_OF_THE_ISSUE):
        facts = f"It {facts}"
    first = facts.partition(" ")[0]
    # What is no word is a file's name.
    return _ended(facts[:1].upper() + facts[1:] if first.isalpha() else facts)


def _ended(reason: str) -> str:
    return f"{reason.rstrip('.')}."


def _how_long(project: Project, held: StoredIssue, now: datetime) -> str:
    digest = project.settings.digests.get(held.digest)
    if digest is None or held.started_at:
        return ""
    until = held.due_at + timedelta(hours=digest.max_lateness_hours)
    if now > until:
        return "It is too late for it to go out by itself."
    return f"Until {local(project, until)} it goes out by itself as soon as the cause is gone."
