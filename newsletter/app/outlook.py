"""What `send` would do with an issue as it stands, said and asked about before it is done."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from newsletter.app.desk import Desk
from newsletter.app.letters import token_keys
from newsletter.app.making import Made, audience_of, make, start
from newsletter.app.project import Project
from newsletter.app.readers import check_suppression_keys
from newsletter.app.restoring import refuse_restored
from newsletter.app.selfcheck import failures
from newsletter.app.sending import has_repeats
from newsletter.app.status import require_name
from newsletter.delivery.providers import open_provider
from newsletter.errors import IssueError, Problem
from newsletter.issues.assembly import Plan
from newsletter.issues.digests import Approval
from newsletter.issues.states import BEGUN, ENDED
from newsletter.issues.values import IssueState
from newsletter.storage import freezing, issues, restoring
from newsletter.storage.issues import StoredIssue


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What would happen."""

    project: Project
    issue: str
    subject: str
    #: Mails that would leave: to the whole audience, or to those still open of an issue that was begun.
    mails: int
    #: Readers by variant; empty for an issue that was begun.
    readers: Mapping[str, int]
    #: Readers whose choice leaves nothing to read.
    without: int
    #: Exactly one of the two: the issue as the files make it now, or as it was begun.
    made: Made | None
    stored: StoredIssue | None
    #: What nobody knows about it, for who decides; "" when there is nothing.
    unknown: str = ""
    #: It was sent before: there is nothing to do.
    is_over: bool = False

    def begin(self, now: datetime) -> StoredIssue:
        """Store what goes out, unless that was done before; return the stored issue."""
        if self.stored is not None:
            return _let_go_on(self.project, self.stored)
        assert self.made is not None
        return start(self.made, now)


def look_ahead(project: Project, name: str, now: datetime) -> Outlook:
    """Return what sending the issue *name* would do.

    Raises IssueError when it may not be sent, and says why and what to do; UsageError without a name.
    """
    require_name(name)
    # Before anything is stored: a missing secret is found out now, not when the audience is frozen.
    open_provider(project.settings.provider, project.settings.var)
    refuse_restored(project)
    desk = Desk(project, now)
    stored = desk.stored.get(name)
    if stored and (stored.state in BEGUN or stored.has_left or stored.is_held_on_its_way):
        return _outlook_of_begun(project, stored, now)
    return _outlook_of_draft(desk, desk.plan(name, is_early=True))


def _outlook_of_begun(project: Project, stored: StoredIssue, now: datetime) -> Outlook:
    refuse_unfit(project, stored)
    counts = issues.counts(project.engine, stored.number)
    still_open = counts["queued"] + counts["sending"]
    is_counted = stored.state is not IssueState.FREEZING
    if stored.is_held_on_its_way:
        is_counted = restoring.has_batches(project.engine, stored.number)
    if not is_counted:
        still_open = freezing.expected(project.engine, stored, now)
    return Outlook(
        project=project,
        issue=stored.id,
        subject=stored.subject,
        mails=still_open,
        readers={},
        without=0,
        made=None,
        stored=stored,
        unknown=stored.reason if stored.is_held_on_its_way else "",
        is_over=stored.state is IssueState.SENT and not has_repeats(project, stored, now),
    )


def refuse_unfit(project: Project, stored: StoredIssue) -> None:
    """Raise IssueError when an issue that was begun may not go on; what was sent has no need to."""
    name, state = stored.id, stored.state
    why = f": {stored.reason}" if stored.reason else ""
    if state is IssueState.SENT:
        return
    if state not in BEGUN - ENDED and not stored.is_held_on_its_way:
        raise IssueError(f"{name} is {state}{why}. Nothing was sent now.")
    if stored.is_rehearsal != project.is_rehearsal:
        raise IssueError(
            f"{name} is {state} for real, through `{stored.provider or 'a real provider'}`: it cannot be rehearsed "
            "any more. Set that provider again to go on with it."
        )
    if state is IssueState.PAUSED:
        raise IssueError(f"{name} is paused{why}. Let it go on with: newsletter resume {name}")


def _let_go_on(project: Project, stored: StoredIssue) -> StoredIssue:
    if stored.is_held_on_its_way:
        restoring.let_go_on(project.engine, stored.number)
    return issues.get(project.engine, stored.number)


def _outlook_of_draft(desk: Desk, plan: Plan) -> Outlook:
    project, name = desk.project, plan.issue.id
    _refuse_unready(plan)
    token_keys(project)
    if project.has_database:
        check_suppression_keys(project)
    audience = audience_of(desk, plan, desk.now)
    if not audience.readers:
        raise IssueError(
            f"{name} has no readers: nobody who is subscribed to {plan.issue.digest.key} would get anything. "
            "Bring readers in with `newsletter subscribers import FILE`."
        )
    made = make(desk, plan, audience)
    _refuse_errors(name, made.errors)
    if defects := failures(project, made.rendered):
        listed = "\n".join(defects)
        raise IssueError(f"{name} is not sent: it would not work for readers.\n{listed}")
    return Outlook(
        project=project,
        issue=name,
        subject=made.rendered.subject,
        mails=sum(audience.readers.values()),
        readers=audience.readers,
        without=audience.without,
        made=made,
        stored=None,
    )


def _refuse_unready(plan: Plan) -> None:
    """Raise IssueError when *plan* may not go out as it is."""
    name = plan.issue.id
    _refuse_errors(name, plan.errors)
    state, reason = plan.standing.state, plan.standing.reason
    if state is IssueState.HELD:
        raise IssueError(f"{name} is held: {reason}. Let it go with: newsletter release {name}")
    if state is IssueState.SKIPPED:
        raise IssueError(f"{name} is not sent: {reason}.")
    if plan.issue.digest.approval is Approval.REQUIRED and state is not IssueState.APPROVED:
        raise IssueError(f"{name} is not sent: {reason}. Approve it with: newsletter approve {name}")


def _refuse_errors(name: str, errors: Sequence[Problem]) -> None:
    if errors:
        listed = "\n".join(map(str, errors))
        raise IssueError(f"{name} is not sent: mend these first (newsletter check {name}).\n{listed}")
