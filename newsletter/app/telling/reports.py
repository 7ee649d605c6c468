"""A day after an issue was sent, the editors hear what became of it."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from newsletter.app.project import Project
from newsletter.app.status import Status, status_of
from newsletter.app.telling import matters
from newsletter.app.telling.message import Message
from newsletter.app.telling.moments import counted, local
from newsletter.app.telling.notices import tell, was_told
from newsletter.issues.values import IssueState
from newsletter.rendering.blocks import heading, listed, literal
from newsletter.storage import issues

#: Most of what services report has come in by then.
_AFTER = timedelta(days=1)
#: Of what was sent longer ago nobody asks, least of all when the program has just been installed.
_LATELY = timedelta(days=4)


def report_on_sent_issues(project: Project, now: datetime) -> None:
    """Tell what became of each issue that was sent a day ago."""
    if not project.has_database:
        return
    for stored in issues.list_all(project.engine, is_rehearsal=project.is_rehearsal):
        if stored.state is not IssueState.SENT or stored.finished_at is None:
            continue
        if _AFTER <= now - stored.finished_at <= _LATELY:
            message = Message(matter=matters.REPORT, about=stored.id, words="")
            if not was_told(project, message):
                words = report_words(project, status_of(project, stored, now), stored.finished_at)
                tell(project, Message(matter=matters.REPORT, about=stored.id, words=words), now)


def report_words(project: Project, found: Status, finished_at: datetime) -> str:
    """Return the figures of an issue, and where it can be read."""
    return "\n\n".join(_paragraphs(project, found, finished_at))


def _paragraphs(project: Project, found: Status, finished_at: datetime) -> Iterator[str]:
    yield f"The last mail of it left on {local(project, finished_at)}."
    figures = {
        "accepted by the e-mail service": found.accepted,
        "refused by it": found.rejected,
        "in doubt": found.unknown,
        "left out because they had left": found.skipped,
        "known to be delivered": found.delivered,
        "bounced": found.bounced,
        "complained": found.complained,
        "unsubscribed": found.unsubscribed,
    }
    always = {"accepted by the e-mail service", "unsubscribed"}
    yield f"Of {counted(found.audience, 'reader', 'readers')}:"
    yield listed(f"{count:,} {name}" for name, count in figures.items() if count or name in always)
    if found.refused:
        yield heading("Why readers were refused")
        yield listed(f"{count:,}: {words}" for words, count in found.refused.items())
    if project.settings.site.archive != "off":
        yield literal("It can be read here", f"{project.public_url}/issues/{found.issue}")
