"""What editors got by mail, of a project in a rehearsal."""

from datetime import timedelta
from email.message import EmailMessage
from threading import Event

from newsletter.app.telling.ahead import look_ahead
from newsletter.app.telling.book import Book
from newsletter.app.telling.notices import mail_notices
from newsletter.app.telling.reports import report_on_sent_issues
from newsletter.app.telling.watch import notice_what_is_wrong
from tests.app.mailing import written
from tests.app.timeline import Timeline

EDITOR = "editor@example.org"


def tick(timeline: Timeline, after: timedelta) -> list[str]:
    """Let the scheduler tell what there is to tell, so long after the issue is due; return the subjects of all mails so far."""
    project, now = timeline.project, timeline.due + after
    notice_what_is_wrong(project, Book(project.settings.var / "incidents"), now)
    look_ahead(project, now, Event())
    report_on_sent_issues(project, now)
    mail_notices(project, now, Event())
    return [subject for subject, _ in received(timeline)]


def received(timeline: Timeline) -> list[tuple[str, EmailMessage]]:
    """Return the editor's mails with their subjects, without the newsletter's name."""
    name = timeline.project.settings.newsletter.name
    mails = [mail for mail in written(timeline.project) if mail["To"] == EDITOR]
    return sorted(
        ((str(mail["Subject"]).strip().removeprefix(f"{name}: "), mail) for mail in mails),
        key=lambda pair: pair[0],
    )


def only_mail(timeline: Timeline) -> EmailMessage:
    """Return the editor's one mail."""
    ((_, mail),) = received(timeline)
    return mail
