"""A restored backup: nothing that the database may have forgotten goes out again before a person decides.

Three things tell of one: the journal beside the database, which knows which issues left; a mark that `restore` sets in the
database; and a count of the scheduler's ticks, in the database and beside it, which tells when one was put back by other means.
It is a count and not a time: clocks may go back. Not known is a whole machine that was put back together with its `var/`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from newsletter.app.project import Project
from newsletter.database import Engine
from newsletter.delivery.journal import Journal
from newsletter.errors import IssueError
from newsletter.files import write_whole
from newsletter.settings.model import REHEARSALS
from newsletter.storage import marks, restoring

#: Why an issue waits that was under way in a backup.
ON_ITS_WAY = (
    "it was on its way when the backup was made that was restored, and who got it since is not known: some may get it "
    "twice. `newsletter send` goes on with it, `newsletter cancel` ends it"
)


def journal(project: Project) -> Journal:
    """Return the record of what left, which no backup brings back."""
    return Journal(project.settings.var / "sent.journal")


def ahead(project: Project) -> dict[str, str]:
    """Return the issues of whose leaving the journal knows more than the database, each with its provider, oldest first."""
    return _unknown_to(claims_of_left(project), project) if journal(project).entries() else {}


def _unknown_to(known: Mapping[str, int], project: Project) -> dict[str, str]:
    """Return the issues of whose leaving the journal knows more than a database that knows of these claims."""
    written = journal(project)
    entries = {issue: provider for issue, provider in written.entries() if provider not in REHEARSALS}
    # The last line counts: a person's decision is noted, too.
    noted = {issue: claims for issue, provider, claims in written.claims() if provider not in REHEARSALS}
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


def note_restored(project: Project, engine: Engine, now: datetime) -> list[str]:
    """Note that a backup was restored into the database *engine*, and hold what was on its way in it; return these issues.

    What the journal knows to have left waits for `release --restored`.
    """
    unknown = _unknown_to(restoring.claims_of_left(engine), project)
    held = restoring.hold_begun(engine, ON_ITS_WAY, besides=unknown)
    marks.mark(engine, marks.RESTORED, now)
    return held


def restored_at(project: Project) -> datetime | None:
    """Return when a backup was last restored; what was due before may have gone out. Of a rehearsal nobody got anything."""
    if project.is_rehearsal or not project.has_database:
        return None
    mark = marks.marked(project.engine, marks.RESTORED)
    return mark.at if mark else None


def count_tick(project: Project, now: datetime) -> None:
    """Count a tick of the scheduler in the database, and then beside it."""
    number = marks.count_up(project.engine, marks.TICKS, now)
    write_whole(_ticks_file(project), str(number).encode(), is_durable=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class PutBack:
    """A database that went back without `restore`."""

    #: How many ticks were counted beside it.
    ticks: int
    #: What was on its way in it, and is held now.
    held: list[str]


def notice_foreign_restore(project: Project, now: datetime) -> PutBack | None:
    """Return that the database went back without `restore`, by more than a tick; it counts as restored at *now* then."""
    mark = marks.marked(project.engine, marks.TICKS)
    counted = _ticks(project)
    if (mark.number if mark else 0) >= counted - 1:
        return None
    held = note_restored(project, project.engine, now)
    marks.mark(project.engine, marks.TICKS, now, number=counted)
    return PutBack(ticks=counted, held=held)


def forget_ticks(project: Project) -> None:
    """Begin to count anew: the database that is put in place has a count of its own."""
    _ticks_file(project).unlink(missing_ok=True)


def _ticks(project: Project) -> int:
    try:
        text = _ticks_file(project).read_text(encoding="ascii")
    except FileNotFoundError:
        return 0
    return int(text) if text.isdecimal() else 0


def _ticks_file(project: Project) -> Path:
    return project.settings.var / "scheduler.ticks"
