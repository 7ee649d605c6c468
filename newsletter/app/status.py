"""How an issue stands: readers, not batches."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from newsletter.app.desk import Desk
from newsletter.app.gateways import REMEDY, gateways_of
from newsletter.app.project import Project
from newsletter.app.pulse import scheduler_seen_at
from newsletter.database import Engine
from newsletter.delivery.gateways import Gateway
from newsletter.delivery.presence import senders_present
from newsletter.errors import IssueError, UsageError
from newsletter.issues.states import BEGUN, ENDED, UNDER_WAY
from newsletter.issues.values import IssueState
from newsletter.storage import doubts, issues, pace, refusals, remaining, tallies
from newsletter.storage.issues import StoredIssue

#: What the audience consists of.
COUNTED = ("queued", "sending", "accepted", "rejected", "unknown", "skipped")


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
    #: Of the unknown: those whom no person has said to leave in doubt.
    undecided: int = 0
    skipped: int = 0
    delivered: int = 0
    bounced: int = 0
    complained: int = 0
    unsubscribed: int = 0
    started_at: datetime | None = None
    finished_at: datetime | None = None
    #: Readers by the provider's words, the most frequent ten.
    refused: Mapping[str, int] = field(default_factory=dict)
    #: Whose mail servers seem to have unsubscribed readers, when that was looked at.
    gateways: tuple[Gateway, ...] = ()
    #: How many senders are at work on it, on whatever machine.
    senders: int = 0
    #: While they are: readers a second lately, and how long the rest takes at that; None: unknown.
    per_second: float | None = None
    seconds_left: int | None = None
    #: When the scheduler last showed a sign of life; None: never.
    scheduler_seen_at: datetime | None = None

    @property
    def is_under_way(self) -> bool:
        """Whether it goes on by itself, as long as somebody sends."""
        return self.state in UNDER_WAY

    @property
    def is_left_alone(self) -> bool:
        """Whether it is to be sent, and no sender is at work on it."""
        return self.state == IssueState.SENDING and not self.senders

    @property
    def ended(self) -> int:
        """How many readers wait for nothing any more, those in doubt among them."""
        return self.audience - self.queued - self.sending


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
            scheduler_seen_at=scheduler_seen_at(project),
        )
    return replace(status_of(project, stored, now), gateways=tuple(gateways_of(project, stored)))


def status_of(project: Project, stored: StoredIssue, now: datetime) -> Status:
    """Return how a stored issue stands."""
    engine, number = project.engine, stored.number
    counts = issues.counts(engine, number)
    if stored.state is IssueState.FREEZING:
        counts["queued"] = stored.audience
    reason, senders, per_second = stored.reason, 0, None
    if stored.state is IssueState.SENDING:
        reason = reason or remaining.waiting_for(engine, number)
        senders = senders_present(engine, project.settings.var / "locks", number)
        per_second = pace.per_second(engine, number, now) if senders else None
    still_open = counts["queued"] + counts["sending"]
    return Status(
        issue=stored.id,
        state=stored.state,
        reason=reason,
        rehearsal=stored.is_rehearsal,
        audience=sum(counts.values()),
        **counts,
        **_outcomes(engine, number),
        undecided=doubts.undecided(engine, number),
        started_at=stored.started_at,
        finished_at=stored.finished_at,
        refused=refusals.by_reason(engine, number) if counts["rejected"] else {},
        gateways=(),
        senders=senders,
        per_second=per_second and round(per_second, 3),
        scheduler_seen_at=scheduler_seen_at(project),
        seconds_left=math.ceil(still_open / per_second) if per_second else None,
    )


def _outcomes(engine: Engine, number: int) -> dict[str, int]:
    found = tallies.outcomes(engine, number)
    return {name: found.get(name, 0) for name in ("delivered", "bounced", "complained", "unsubscribed")}


def look_again(project: Project, found: Status, now: datetime) -> Status:
    """Return how the issue of *found* stands now, without a look at the files: they change nothing of a begun one."""
    stored = issues.find(project.engine, found.issue, is_rehearsal=project.is_rehearsal)
    return replace(status_of(project, stored, now), gateways=found.gateways) if stored else found


def next_steps(found: Status) -> list[str]:
    """Return what a person can do about an issue that stands like this, in words."""
    steps = []
    if found.is_left_alone:
        steps.append(
            f"No sender is at work on it. Go on with: newsletter send {found.issue} (the scheduler does so by itself)"
        )
    if found.state == IssueState.FREEZING:
        steps.append(f"Go on with: newsletter send {found.issue}")
    if found.state == IssueState.PAUSED:
        steps.append(f"Let it go on with: newsletter resume {found.issue}")
    if found.gateways:
        steps.append(REMEDY)
    if found.undecided:
        steps.append(about_doubts(found.issue, found.undecided))
    return steps


def about_doubts(issue: str, undecided: int) -> str:
    """Return how many readers of an issue are in doubt, and what to do about it, in words."""
    count = "1 reader is" if undecided == 1 else f"{undecided:,} readers are"
    return (
        f"{count} in doubt: the provider may have accepted their mail. Decide with: "
        f"newsletter resolve {issue} --unknown resend|leave"
    )


def current(desk: Desk) -> StoredIssue | None:
    """Return the issue that is being sent or paused, else the last one sent."""
    stored = desk.stored.values()
    under_way = [issue for issue in stored if issue.state in BEGUN - ENDED]
    sent = [issue for issue in stored if issue.state is IssueState.SENT]
    candidates = under_way or sorted(sent, key=lambda issue: issue.finished_at or issue.created_at)
    return candidates[-1] if candidates else None


def require_name(name: str) -> None:
    """Raise UsageError for an empty name, as an unset variable of a script leaves it: it must not mean the next issue."""
    if not name:
        raise UsageError("Which issue? Its name is empty. See: newsletter issues")


def begun(project: Project, name: str | None, now: datetime) -> StoredIssue:
    """Return the stored issue *name*, or the one that is being sent.

    Raises IssueError when there is none.
    """
    desk = Desk(project, now)
    stored = desk.stored.get(name) if name else current(desk)
    if stored is None:
        raise IssueError(f"{name} was not started." if name else "No issue was started yet.")
    return stored
