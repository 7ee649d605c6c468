"""Decisions of a person on an issue that was begun: pause, resume, cancel, and readers in doubt."""

from dataclasses import dataclass
from datetime import datetime

from newsletter.app.desk import Desk
from newsletter.app.project import Project
from newsletter.app.reported import draw_consequences
from newsletter.app.status import begun, require_name
from newsletter.database import Engine
from newsletter.delivery.doubts import doubt_dead
from newsletter.errors import IssueError
from newsletter.issues.states import is_legal
from newsletter.issues.values import IssueState
from newsletter.storage import deciding, doubts, issues, remaining, tallies
from newsletter.storage.issues import StoredIssue

#: Why an issue is paused that did not stop by itself.
BY_A_PERSON = "paused by a person"


def pause(project: Project, name: str | None, now: datetime) -> StoredIssue:
    """Stop claiming batches of an issue; those in hand are finished."""
    stored = begun(project, name, now)
    if stored.state is IssueState.FREEZING:
        raise IssueError(
            f"{stored.id} cannot be paused while its audience is written down; nothing leaves before. "
            f"Wait for that, or cancel it with: newsletter cancel {stored.id}"
        )
    if stored.state is not IssueState.PAUSED:
        _move(project, stored, IssueState.PAUSED, BY_A_PERSON)
    return issues.get(project.engine, stored.number)


def resume(project: Project, name: str | None, now: datetime) -> StoredIssue:
    """Let a paused issue go on; one whose last batches were in hand when it was paused is then sent."""
    stored = begun(project, name, now)
    if stored.state is not IssueState.PAUSED:
        raise IssueError(f"{stored.id} is {stored.state}, not paused.")
    # Before it goes on: a stop by itself counts from here.
    tallies.forgive(project.engine, stored.number)
    _move(project, stored, IssueState.SENDING, "")
    remaining.finish_issue(project.engine, stored.number, now)
    return issues.get(project.engine, stored.number)


def _move(project: Project, stored: StoredIssue, to: IssueState, reason: str) -> None:
    if not issues.set_state(project.engine, stored.number, to, reason=reason):
        state = issues.get(project.engine, stored.number).state
        raise IssueError(f"{stored.id} is {state}: it cannot be {to} any more.")


def require_cancellable(project: Project, name: str, now: datetime) -> None:
    """Raise IssueError unless the issue *name*, begun or not, can still be cancelled: nobody confirms what cannot be done."""
    require_name(name)
    desk = Desk(project, now)
    stored = desk.stored.get(name)
    state = stored.state if stored else desk.plan(name).standing.state
    if state is not IssueState.CANCELLED and not is_legal(state, IssueState.CANCELLED):
        raise _past_cancelling(name, state)


def _past_cancelling(name: str, state: IssueState) -> IssueError:
    return IssueError(f"{name} is {state}: it cannot be cancelled any more.")


def cancel(project: Project, name: str, now: datetime) -> str:
    """Cancel an issue, begun or not; return what became of its items, in words."""
    require_name(name)
    desk = Desk(project, now)
    stored = desk.stored.get(name)
    if stored is None:
        plan = desk.plan(name)
        if not deciding.cancel_unbegun(
            project.engine,
            plan.issue,
            "cancelled by a person",
            is_rehearsal=project.is_rehearsal,
            now=now,
        ):
            raise IssueError(f"{name} has just been started. Try again.")
        return "Its items wait for the next issue."
    if stored.state is IssueState.CANCELLED:
        return "It was cancelled before."
    if not issues.cancel(project.engine, stored.number, now=now, reason="cancelled by a person"):
        raise _past_cancelling(name, issues.get(project.engine, stored.number).state)
    if issues.get(project.engine, stored.number).has_left:
        return "Mails had left: its items count as sent, and nobody else gets it."
    return "Nothing had left: its items wait for the next issue."


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """How many readers in doubt a person has decided about."""

    readers: int
    #: Of those, who were erased since: nobody is left to mail.
    erased: int
    #: Besides: who have left since. Nothing is sent to them, and they stay in doubt.
    departed: int


def resolve(project: Project, name: str, *, resend: bool, now: datetime) -> Resolved:
    """End the doubts of an issue by a person's word.

    *resend*: the readers are queued again, or skipped where they were erased, and those who have left stay in doubt;
    otherwise all are left as they are, on record as unknown.
    """
    stored = begun(project, name, now)
    if resend and stored.state in {IssueState.CANCELLED, IssueState.SUPERSEDED}:
        raise IssueError(f"{name} is {stored.state}: nothing of it is sent any more. Choose --unknown leave.")
    engine = project.engine
    # What providers have reported may end a doubt that a person would otherwise decide about.
    draw_consequences(project, now)
    doubt_dead(engine, stored.number, project.settings.var / "locks")
    if not resend:
        return _leave(engine, stored.number)
    gone = doubts.departed(engine, stored.number, now)
    readers = erased = departed = 0
    for found in doubts.in_doubt(engine, stored.number, with_left=True):
        known = [reader.subscriber_id for reader in found.batch.recipients]
        again = [reader for reader in known if reader not in gone]
        staying = [reader for reader in known if reader in gone]
        departed += len(staying)
        if (again or found.erased) and doubts.settle(
            engine, found.batch, again=again, erased=found.erased, staying=staying, by="person"
        ):
            readers += len(again) + len(found.erased)
            erased += len(found.erased)
    return Resolved(readers=readers, erased=erased, departed=departed)


def _leave(engine: Engine, number: int) -> Resolved:
    readers = erased = 0
    for found in doubts.in_doubt(engine, number):
        if doubts.settle(engine, found.batch, by="person"):
            readers += len(found.batch.recipients) + len(found.erased)
            erased += len(found.erased)
    return Resolved(readers=readers, erased=erased, departed=0)
