"""`release --restored`: what left after a backup was made counts as sent, and its readers are in doubt."""

from dataclasses import dataclass, replace
from datetime import datetime
from threading import Event

from newsletter.app.desk import Desk
from newsletter.app.making import audience_of, make, start
from newsletter.app.project import Project
from newsletter.app.restoring import ahead, claims_of_left, journal
from newsletter.app.sending import freeze
from newsletter.delivery.providers import open_provider
from newsletter.errors import ContentError, IssueError, RenderingError, TemplateError
from newsletter.issues.assembly import Plan
from newsletter.issues.calendar.periods import current_id
from newsletter.issues.states import BEGUN
from newsletter.issues.values import Issue, IssueState
from newsletter.storage import restoring
from newsletter.storage.issues import StoredIssue


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """An issue that counts as sent from now on."""

    issue: str
    #: Readers without an outcome.
    in_doubt: int
    #: The backup was made before the audience was written down: these are the readers of now.
    is_audience_of_now: bool = False
    #: Why nobody knows who the readers were; "" when somebody does.
    no_readers_because: str = ""


def release_restored(project: Project, now: datetime) -> list[Counted]:
    """Let every issue that the journal knows count as sent; its readers without an outcome are in doubt.

    Nothing is sent. Resumable: until an issue counts as sent, the journal is ahead of the database, and nothing goes out.
    """
    counted = []
    for issue, provider in ahead(project).items():
        desk = Desk(project, now)
        counted.append(_release(desk, issue, provider))
        journal(project).note(issue, provider, claims_of_left(project)[issue], now)
    return counted


def _release(desk: Desk, name: str, provider: str) -> Counted:
    engine, stored = desk.project.engine, _stored(desk, name)
    if stored is not None and _has_audience(desk, stored):
        in_doubt = restoring.end_as_sent(engine, stored.number, provider, desk.now)
        return Counted(issue=name, in_doubt=in_doubt)
    if desk.project.is_rehearsal:
        raise IssueError(
            f"{name} left through `{provider}`, and `{desk.project.settings.provider.name}` is a rehearsal. Set the real "
            "provider again, so that the readers can be listed, and repeat: newsletter release --restored"
        )
    try:
        number, why_not = _frozen(desk, name, stored).number, ""
    except (IssueError, ContentError, TemplateError, RenderingError) as error:
        number, why_not = restoring.enter(engine, name, _issue(desk, name), desk.now), str(error)
    in_doubt = restoring.end_as_sent(engine, number, provider, desk.now)
    return Counted(issue=name, in_doubt=in_doubt, is_audience_of_now=not why_not, no_readers_because=why_not)


def _stored(desk: Desk, name: str) -> StoredIssue | None:
    stored = desk.stored.get(name)
    return None if stored is None or stored.is_rehearsal else stored


def _has_audience(desk: Desk, stored: StoredIssue) -> bool:
    """Whether the backup knows all the readers of an issue; one that ended without any has none to come."""
    if stored.state in BEGUN:
        return stored.state is not IssueState.FREEZING
    return restoring.has_batches(desk.project.engine, stored.number)


def _frozen(desk: Desk, name: str, stored: StoredIssue | None) -> StoredIssue:
    """Store an issue and its audience as they are now, as its start did.

    Raises IssueError, ContentError, TemplateError or RenderingError when it cannot be built any more.
    """
    project = desk.project
    provider = open_provider(project.settings.provider, project.settings.var)
    if stored is None or stored.state is not IssueState.FREEZING:
        plan = _plan(desk, name)
        if plan.errors:
            raise IssueError("\n".join(map(str, plan.errors)))
        # It left: what is wrong with it changes nothing about that.
        stored = start(make(desk, plan, audience_of(desk, plan, desk.now)), desk.now)
    return freeze(project, stored, provider, Event(), lambda: desk.now)


def _issue(desk: Desk, name: str) -> Issue | None:
    """Return the issue with what can still be read of it; None: its digest or its file is gone."""
    try:
        return _plan(desk, name).issue
    except IssueError:
        return None


def _plan(desk: Desk, name: str) -> Plan:
    """Return an issue as the files make it now, under the name with which it left: its digest may have another key since."""
    plan = desk.plan(current_id(name, desk.project.settings.digests), is_early=True)
    return replace(plan, issue=replace(plan.issue, id=name))
