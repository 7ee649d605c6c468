"""A restored backup: the journal beside the database knows which issues left, and a person decides what counts."""

from dataclasses import dataclass
from datetime import datetime

from newsletter.app.desk import Desk
from newsletter.app.project import Project
from newsletter.delivery.journal import Journal
from newsletter.errors import IssueError
from newsletter.settings.model import REHEARSALS
from newsletter.storage import restoring


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """An issue that counts as sent from now on."""

    issue: str
    #: Readers without an outcome.
    in_doubt: int
    #: Whether the backup knows who its readers are.
    has_readers: bool


def journal(project: Project) -> Journal:
    """Return the record of what left, which no backup brings back."""
    return Journal(project.settings.var / "sent.journal")


def ahead(project: Project) -> dict[str, str]:
    """Return the issues of whose leaving the journal knows more than the database, each with its provider, oldest first."""
    written = journal(project)
    entries = {issue: provider for issue, provider in written.entries() if provider not in REHEARSALS}
    if not entries:
        return {}
    # The last line counts: a person's decision is noted, too.
    noted = {issue: claims for issue, provider, claims in written.claims() if provider not in REHEARSALS}
    known = _claims(project)
    return {
        issue: provider
        for issue, provider in entries.items()
        if issue not in known or known[issue] < noted.get(issue, 0)
    }


def _claims(project: Project) -> dict[str, int]:
    return restoring.claims_of_left(project.engine) if project.has_database else {}


def refuse_restored(project: Project) -> None:
    """Raise IssueError while the journal is ahead of the database: what is sent now could be sent twice."""
    if missing := ahead(project):
        raise IssueError(
            f"{', '.join(missing)} left before, says var/sent.journal, and the database does not know all of it: an older "
            "backup seems to have been restored. Nothing is sent until a person decides. To let what left count as sent: "
            "newsletter release --restored"
        )


def release_restored(project: Project, now: datetime) -> list[Counted]:
    """Let every issue that the journal knows count as sent; its readers without an outcome are in doubt."""
    counted = []
    for issue, provider in ahead(project).items():
        desk = Desk(project, now)
        stored = desk.stored.get(issue)
        if stored is not None and not stored.is_rehearsal:
            in_doubt = restoring.end_as_sent(project.engine, stored.number, provider, now)
            has_readers = True
        else:
            restoring.enter_as_sent(project.engine, desk.plan(issue).issue, provider, now)
            in_doubt, has_readers = 0, False
        journal(project).note(issue, provider, _claims(project)[issue], now)
        counted.append(Counted(issue=issue, in_doubt=in_doubt, has_readers=has_readers))
    return counted
