"""What is wrong is told once, and once more when it is over."""

import logging
from datetime import datetime

from newsletter.app.project import Project
from newsletter.app.telling.alarm import Alarm, raise_alarm
from newsletter.app.telling.book import Book
from newsletter.app.telling.message import Message
from newsletter.app.telling.moments import lasted, noticed
from newsletter.app.telling.notices import deliver, recipients, titled
from newsletter.database import writing
from newsletter.storage import incidents, notices
from newsletter.storage.notices import Notice, NoticeKind

_log = logging.getLogger(__name__)


def report(project: Project, message: Message, now: datetime) -> bool:
    """Tell that something is wrong; False when that is known.

    Recorded and filed in one transaction: a scheduler that is killed leaves both or neither, and of two one tells.
    """
    audience = message.matter.audience
    subject, text = titled(project, message.title), message.text(noticed=noticed(project, now))
    people = recipients(project, audience)
    with writing(project.engine) as connection:
        incident = incidents.open_incident(connection, message.name, message.facts, now)
        if incident is None:
            return False
        key = f"{incident.name}#{incident.id}"
        notices.file(connection, key, people, subject=subject, text=text, now=now)
    _log.warning("incident", extra={"fields": {"name": message.name, "words": message.words}})
    if message.matter.is_urgent or not people:
        _alarm(project, Alarm(subject=subject, text=text, incident=message.name))
    return True


def over(project: Project, message: Message, now: datetime) -> bool:
    """Tell that something is over, in the words of *message*; False when it was not open, or only for a moment yet."""
    matter = message.matter
    subject = titled(project, f"Over: {message.title}")
    people = recipients(project, matter.audience)
    with writing(project.engine) as connection:
        incident = incidents.close_incident(connection, message.name, now)
        if incident is None:
            return False
        text = _over(
            project, message.facts or f"What was told then:\n\n{incident.words}", incident.opened_at, now
        )
        notices.file(
            connection, f"{incident.name}#{incident.id}:over", people, subject=subject, text=text, now=now
        )
    _log.info("over", extra={"fields": {"name": message.name}})
    if matter.is_urgent or not people:
        _alarm(project, Alarm(subject=subject, text=text, incident=message.name, is_over=True))
    return True


def report_beside(project: Project, book: Book, message: Message, now: datetime) -> None:
    """Tell what the database may not be able to keep: at once, by mail and by every other way."""
    if book.open(message.name, now):
        _log.error("incident", extra={"fields": {"name": message.name, "words": message.words}})
        text = message.text(noticed=noticed(project, now))
        _tell_now(project, message, message.title, text, now)


def over_beside(project: Project, book: Book, message: Message, now: datetime) -> None:
    """Tell that it is over, if it was told at all."""
    if begun_at := book.close(message.name):
        _log.info("over", extra={"fields": {"name": message.name}})
        text = _over(project, message.facts, begun_at, now)
        _tell_now(project, message, f"Over: {message.title}", text, now, is_over=True)


def _over(project: Project, words: str, begun_at: datetime, now: datetime) -> str:
    return f"{lasted(project, begun_at, now)}\n\n{words}"


def _tell_now(
    project: Project, message: Message, title: str, text: str, now: datetime, *, is_over: bool = False
) -> None:
    subject = titled(project, title)
    for recipient in recipients(project, message.matter.audience):
        mail = Notice(
            id=0,
            key=message.name,
            recipient=recipient,
            kind=NoticeKind.WORDS,
            issue="",
            subject=subject,
            text=text,
            created_at=now,
            attempts=0,
        )
        if failure := deliver(project, mail, now).failure:
            _log.warning("notice", extra={"fields": {"key": message.name, "failure": failure}})
    _alarm(project, Alarm(subject=subject, text=text, incident=message.name, is_over=is_over))


def _alarm(project: Project, alarm: Alarm) -> None:
    """Raise the alarm, besides the mail."""
    if failures := raise_alarm(project.settings.alerts, alarm, project.root):
        _log.error("alarm", extra={"fields": {"name": alarm.incident, "failures": "; ".join(failures)}})
