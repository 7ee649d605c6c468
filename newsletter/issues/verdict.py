"""What becomes of an issue that is due: it goes, waits a moment, is held or is skipped."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from newsletter.errors import Level, Problem
from newsletter.issues.assembly import Plan
from newsletter.issues.calendar.backlog import Due
from newsletter.issues.standing import Cause, summary
from newsletter.issues.values import IssueState


class Kind(StrEnum):
    """What is to be done."""

    GO = "go"
    #: Nothing yet: it is looked at again in a moment.
    WAIT = "wait"
    #: A person is asked; when the cause is gone in time, it goes by itself.
    HOLD = "hold"
    #: Its items wait for the next issue.
    SKIP = "skip"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What becomes of an issue, and why."""

    kind: Kind
    cause: Cause | None = None
    #: For people; it says what to do where something can be done.
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the plan of an issue does not know."""

    #: How many readers would get something.
    readers: int
    #: When the files have been left alone for long enough; None: they have.
    rests_at: datetime | None = None
    #: Why the content could not be brought; "": it was.
    update_failure: str = ""
    #: When a backup was last restored.
    restored_at: datetime | None = None
    #: What the rules of `check` found in the finished issue; empty as long as nothing is rendered.
    findings: tuple[Problem, ...] = ()
    #: What would not work for readers: lines of the self-check; empty as long as it was not made.
    defects: tuple[str, ...] = ()


def decide(plan: Plan, due: Due, facts: Facts, now: datetime) -> Verdict:
    """Return what becomes of the issue *due*, which *plan* would make.

    What is cheap to know comes first, so that nothing is rendered of an issue that does not go: ask again with the
    findings and the self-check once it was.
    """
    is_restless = facts.rests_at is not None and now < facts.rests_at
    if is_restless and not plan.lateness:
        return Verdict(kind=Kind.WAIT, reason="its files were changed a moment ago")
    if facts.update_failure:
        return hold(Cause.UPDATE, facts.update_failure)
    verdict = _by_its_standing(plan, facts)
    was_restored = facts.restored_at is not None and due.due_at <= facts.restored_at
    if was_restored and verdict.kind is not Kind.SKIP:
        return hold(Cause.RESTORED, _restored(plan.issue.id))
    if is_restless and verdict.cause is Cause.LATE:
        return hold(Cause.LATE, f"{verdict.reason}. Its files were changed a moment ago")
    return verdict


def hold(cause: Cause, reason: str) -> Verdict:
    """Return that a person is asked."""
    return Verdict(kind=Kind.HOLD, cause=cause, reason=reason)


def _by_its_standing(plan: Plan, facts: Facts) -> Verdict:
    standing = plan.standing
    if standing.cause in {None, Cause.LATE, Cause.APPROVAL} and not facts.readers:
        # Freezing it would count its items as sent to nobody.
        return Verdict(
            kind=Kind.SKIP, cause=Cause.NO_READERS, reason="nobody would get anything: what there is waits"
        )
    if standing.state is IssueState.SKIPPED:
        return Verdict(kind=Kind.SKIP, cause=standing.cause, reason=standing.reason)
    if standing.cause is not None:
        return hold(standing.cause, standing.reason)
    if errors := [finding for finding in facts.findings if finding.level is Level.ERROR]:
        return hold(Cause.ERRORS, summary(errors))
    if facts.defects:
        return hold(Cause.SELF_CHECK, "; ".join(facts.defects))
    return Verdict(kind=Kind.GO)


def _restored(issue: str) -> str:
    return (
        "was due before the database was restored from a backup, which does not know whether it went out. "
        f"newsletter send {issue} sends it, newsletter cancel {issue} ends it"
    )
