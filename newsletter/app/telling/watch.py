"""What is wrong now, as the database, the keys and the disk show it: each look begins anew, and nothing need be remembered."""

import shutil
from collections.abc import Iterator
from datetime import datetime

from newsletter.app.gateways import in_words, recent_gateways
from newsletter.app.halting import BY_A_PERSON
from newsletter.app.letters import token_keys
from newsletter.app.project import Project
from newsletter.app.readers import check_suppression_keys
from newsletter.app.restoring import ahead, refuse_restored
from newsletter.app.sending import nothing_accepted
from newsletter.app.telling import matters
from newsletter.app.telling.book import Book
from newsletter.app.telling.decisions import advised, became, decided_lately, held_issues, sentence
from newsletter.app.telling.incidents import over, over_beside, report, report_beside
from newsletter.app.telling.message import Message
from newsletter.app.telling.moments import counted
from newsletter.app.telling.notices import tell, was_told
from newsletter.delivery.disorder import held_domains
from newsletter.errors import IssueError, StorageError
from newsletter.issues.values import IssueState
from newsletter.storage import incidents, issues, job_records, troubles
from subscribers.errors import KeysError
from subscribers.errors import StorageError as ReadersStorageError
from subscribers.storage import left_waiting
from subscribers.storage.heartbeats import overdue_jobs

#: With less than the first the disk counts as full, with more than the second no longer.
_LITTLE, _ENOUGH = 100_000_000, 200_000_000

#: What is looked for each time: what is not found any more is over.
WATCHED = (
    matters.KEYS,
    matters.RESTORED,
    matters.STOPPED,
    matters.PROVIDER,
    matters.DOUBTS,
    matters.BOUNCES,
    matters.TRANSACTIONAL,
    matters.LAPSED,
    matters.JOB,
    matters.OVERDUE,
    matters.INTEGRITY,
    matters.HELD,
)
#: The job that fails when the database is damaged, which is more than a job's trouble.
INTEGRITY_JOB = "check_integrity"


def notice_what_is_wrong(project: Project, book: Book, now: datetime) -> None:
    """Look what is wrong, and tell what is news, or over."""
    _look_at_disk(project, book, now)
    try:
        project.refuse_lost_database()
        if project.has_database:
            _look_at_database(project, now)
    except (StorageError, ReadersStorageError) as error:
        report_beside(project, book, Message(matter=matters.DATABASE, words=str(error)), now)
    else:
        back = Message(matter=matters.DATABASE, words="It can be used again, and everything goes on.")
        over_beside(project, book, back, now)


def _look_at_disk(project: Project, book: Book, now: datetime) -> None:
    var = project.settings.var
    free = shutil.disk_usage(var if var.exists() else project.root).free
    words = f"{free // 1_000_000:,} MB are left where {var} lies."
    if free < _LITTLE:
        report_beside(project, book, Message(matter=matters.DISK, words=words), now)
    elif free > _ENOUGH:
        over_beside(project, book, Message(matter=matters.DISK, words=words), now)


def _look_at_database(project: Project, now: datetime) -> None:
    found = {trouble.name: trouble for trouble in (*troubles_now(project, now), *held_issues(project, now))}
    known = incidents.open_incidents(project.engine)
    for name in found.keys() - {incident.name for incident in known}:
        report(project, advised(project, found[name], now), now)
    for incident in known:
        kind, _, about = incident.name.partition(" ")
        matter = next((matter for matter in WATCHED if matter.name == kind), None)
        if matter and incident.name not in found:
            words = became(project, about) if matter is matters.HELD else ""
            over(project, Message(matter=matter, about=about, words=words), now)
    for news in (*decided_lately(project, now), *_gateways(project, now)):
        # Most have been told: only what has not takes its turn at writing.
        if not was_told(project, news):
            tell(project, advised(project, news, now), now)


def _gateways(project: Project, now: datetime) -> Iterator[Message]:
    for gateway in recent_gateways(project, now):
        about = f"{gateway.domain}, {gateway.issue}"
        yield Message(matter=matters.GATEWAY, about=about, words=in_words(gateway))


def troubles_now(project: Project, now: datetime) -> Iterator[Message]:
    """Yield what is wrong that the database knows of."""
    engine = project.engine
    # What jobs say that fail for something that is told apart: one cause is one mail.
    causes: list[str] = []
    try:
        token_keys(project)
        check_suppression_keys(project)
    except KeysError as error:
        causes.append(str(error))
        # There was one: to make another is what must not be done.
        yield Message(matter=matters.KEYS, words=str(error).partition(" Make ")[0])
    try:
        refuse_restored(project)
    except IssueError as error:
        causes.append(str(error))
        words = f"{', '.join(ahead(project))} left before, says var/sent.journal, and the database does not know all of it."
        yield Message(matter=matters.RESTORED, words=words)
    for issue, words in troubles.not_taken(engine, now).items():
        causes.append(nothing_accepted(issue))
        yield Message(matter=matters.PROVIDER, about=issue, words=f"The service said: {words}")
    yield from _troubles_of_issues(project, now)
    for domain in held_domains(engine):
        words = f"Half of the readers at {domain}, or more, bounced for good."
        yield Message(matter=matters.BOUNCES, about=domain, words=words)
    if count := left_waiting.waiting(engine, now):
        people = counted(count, "person waits", "people wait")
        words = f"{people} for a mail that the e-mail service has not taken for ten minutes."
        yield Message(matter=matters.TRANSACTIONAL, words=words)
    if count := left_waiting.lapsed(engine, now):
        words = f"{counted(count, 'request was', 'requests were')} given up within a day."
        yield Message(matter=matters.LAPSED, words=words)
    for job, words in job_records.failing(engine, now).items():
        if job == INTEGRITY_JOB:
            yield Message(matter=matters.INTEGRITY, words=words)
        elif not any(cause in words for cause in causes):
            yield Message(matter=matters.JOB, about=job, words=words)
    for job in overdue_jobs(engine, now):
        yield Message(
            matter=matters.OVERDUE, about=job, words="It has been at work for longer than it may be."
        )


def _troubles_of_issues(project: Project, now: datetime) -> Iterator[Message]:
    engine = project.engine
    for stored in issues.list_all(engine, is_rehearsal=project.is_rehearsal):
        if stored.state is IssueState.PAUSED and stored.reason != BY_A_PERSON:
            yield Message(matter=matters.STOPPED, about=stored.id, words=sentence(stored.reason))
    for issue, readers in troubles.left_in_doubt(engine, now).items():
        yield Message(
            matter=matters.DOUBTS,
            about=issue,
            words=f"{counted(readers, 'reader is', 'readers are')} in doubt.",
        )
