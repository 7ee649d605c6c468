"""A restored backup: the journal beside the database knows which issues left, and nothing is sent until a person decides."""

from newsletter.app.project import Project
from newsletter.delivery.journal import Journal
from newsletter.errors import IssueError
from newsletter.settings.model import REHEARSALS
from newsletter.storage import restoring


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
    known = claims_of_left(project)
    return {
        issue: provider
        for issue, provider in entries.items()
        if issue not in known or known[issue] < noted.get(issue, 0)
    }


def claims_of_left(project: Project) -> dict[str, int]:
    """Return how often batches were claimed of each issue of which the database knows that it left."""
    return restoring.claims_of_left(project.engine) if project.has_database else {}


def refuse_restored(project: Project) -> None:
    """Raise IssueError while the journal is ahead of the database: what is sent now could be sent twice."""
    if missing := ahead(project):
        raise IssueError(
            f"{', '.join(missing)} left before, says var/sent.journal, and the database does not know all of it: an older "
            "backup seems to have been restored. Nothing is sent until a person decides. To let what left count as sent: "
            "newsletter release --restored"
        )
