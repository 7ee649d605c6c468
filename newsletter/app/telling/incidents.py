"""What is wrong is told once, and once more when it is over."""

import logging
from dataclasses import dataclass
from datetime import datetime

from newsletter.app.project import Project
from newsletter.app.telling.alarm import Alarm, raise_alarm
from newsletter.app.telling.book import Book
from newsletter.app.telling.matters import Audience, Matter
from newsletter.app.telling.notices import deliver, fit, recipients, titled
from newsletter.database import writing
from newsletter.delivery.words import without_addresses
from newsletter.storage import incidents, notices
from newsletter.storage.notices import Notice, NoticeKind

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """Something that is wrong now."""

    matter: Matter
    #: An issue, a domain, a job; "" where there is only one.
    about: str = ""
    #: What exactly, in a sentence or more.
    words: str

    @property
    def name(self) -> str:
        """What tells it from others."""
        return f"{self.matter.name} {self.about}".rstrip()

    @property
    def title(self) -> str:
        """The subject of its mail."""
        return self.matter.title.format(about=self.about)

    @property
    def text(self) -> str:
        """What is wrong, and what to do."""
        return f"{self.facts}\n\n{self.matter.remedy.format(about=self.about)}".strip()

    @property
    def facts(self) -> str:
        """What is wrong, without addresses; an editor's may name long files, which look like tokens."""
        is_editorial = self.matter.audience is Audience.EDITORS
        return without_addresses(self.words) if is_editorial else fit(self.words)


def report(project: Project, trouble: Trouble, now: datetime) -> bool:
    """Tell that something is wrong; False when that is known.

    Recorded and filed in one transaction: a scheduler that is killed leaves both or neither, and of two one tells.
    """
    audience = trouble.matter.audience
    subject, text = titled(project, trouble.title), trouble.text
    people = recipients(project, audience)
    with writing(project.engine) as connection:
        incident = incidents.open_incident(connection, trouble.name, trouble.facts, now)
        if incident is None:
            return False
        key = f"{incident.name}#{incident.id}"
        notices.file(connection, key, people, subject=subject, text=text, now=now)
    _log.warning("incident", extra={"fields": {"name": trouble.name, "words": trouble.words}})
    if trouble.matter.is_urgent or not people:
        _alarm(project, Alarm(subject=subject, text=text, incident=trouble.name))
    return True


def over(project: Project, trouble: Trouble, now: datetime) -> bool:
    """Tell that something is over, in the *words* of trouble; False when it was not open, or only for a moment yet."""
    matter = trouble.matter
    subject = titled(project, f"Over: {trouble.title}")
    people = recipients(project, matter.audience)
    with writing(project.engine) as connection:
        incident = incidents.close_incident(connection, trouble.name, now)
        if incident is None:
            return False
        text = trouble.facts or f"It began with: {incident.words}"
        notices.file(
            connection, f"{incident.name}#{incident.id}:over", people, subject=subject, text=text, now=now
        )
    _log.info("over", extra={"fields": {"name": trouble.name}})
    if matter.is_urgent or not people:
        _alarm(project, Alarm(subject=subject, text=text, incident=trouble.name, is_over=True))
    return True


def report_beside(project: Project, book: Book, trouble: Trouble, now: datetime) -> None:
    """Tell what the database may not be able to keep: at once, by mail and by every other way."""
    if book.open(trouble.name):
        _log.error("incident", extra={"fields": {"name": trouble.name, "words": trouble.words}})
        _tell_now(project, trouble, trouble.title, trouble.text, now)


def over_beside(project: Project, book: Book, trouble: Trouble, now: datetime) -> None:
    """Tell that it is over, if it was told at all."""
    if book.close(trouble.name):
        _log.info("over", extra={"fields": {"name": trouble.name}})
        _tell_now(project, trouble, f"Over: {trouble.title}", trouble.facts, now, is_over=True)


def _tell_now(
    project: Project, trouble: Trouble, title: str, text: str, now: datetime, *, is_over: bool = False
) -> None:
    subject = titled(project, title)
    for recipient in recipients(project, trouble.matter.audience):
        mail = Notice(
            id=0,
            key=trouble.name,
            recipient=recipient,
            kind=NoticeKind.WORDS,
            issue="",
            subject=subject,
            text=text,
            created_at=now,
            attempts=0,
        )
        if failure := deliver(project, mail, now).failure:
            _log.warning("notice", extra={"fields": {"key": trouble.name, "failure": failure}})
    _alarm(project, Alarm(subject=subject, text=text, incident=trouble.name, is_over=is_over))


def _alarm(project: Project, alarm: Alarm) -> None:
    """Raise the alarm, besides the mail."""
    if failures := raise_alarm(project.settings.alerts, alarm, project.root):
        _log.error("alarm", extra={"fields": {"name": alarm.incident, "failures": "; ".join(failures)}})
