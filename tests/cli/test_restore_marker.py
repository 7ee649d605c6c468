"""After a restore nothing goes out by itself that may have gone out before, also on another machine."""

import json
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event

import pytest

from newsletter.app import jobs, open_project
from newsletter.app.outlook import look_ahead
from newsletter.app.publishing import publish
from newsletter.app.sending import freeze
from newsletter.app.timetable import Moment
from newsletter.delivery.providers import open_provider
from newsletter.issues.values import IssueState
from newsletter.storage import issues, marks, notices
from newsletter.storage.issues import StoredIssue
from tests.command_line import Run, at_mailgun, next_issue
from tests.stand_in.account import Account, running
from tests.stand_in.services.mailgun import MailgunApi

NOT_KNOWN = "who got it since is not known"


@pytest.fixture
def service() -> Iterator[Account]:
    with running(MailgunApi()) as account:
        yield account


@pytest.fixture
def project(with_readers: Path, service: Account, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The sample project, which sends through a service."""
    return at_mailgun(with_readers, service.url, monkeypatch)


@pytest.fixture
def begun(run: Run, project: Path) -> str:
    """The next issue, its audience written down; nothing of it has left."""
    opened, now = open_project(project), datetime.now(UTC)
    stored = look_ahead(opened, next_issue(run, project), now).begin(now)
    provider = open_provider(opened.settings.provider, opened.settings.var)
    freeze(opened, stored, provider, Event(), lambda: now)
    opened.engine.dispose()
    return stored.id


def change(project: Path, statements: str) -> None:
    with closing(sqlite3.connect(project / "var" / "newsletter.db")) as connection:
        connection.executescript(statements)


def found(project: Path, issue: str) -> StoredIssue:
    opened = open_project(project)
    stored = issues.find(opened.engine, issue, is_rehearsal=False)
    opened.engine.dispose()
    assert stored is not None
    return stored


def tick(project: Path) -> None:
    """Let a scheduler that is started anew look what is due and go on with what was begun."""
    moment = Moment(project=open_project(project), stop=Event(), is_single=True)
    jobs.publish_what_is_due(moment)
    jobs.go_on_with_begun_issues(moment)
    moment.project.engine.dispose()


def moved_to_another_machine(run: Run, project: Path) -> None:
    """Restore a backup where no file beside the database tells of what left since."""
    made = run("backup", "backup.tar", at=project)
    for file in (project / "var").glob("newsletter.db*"):
        file.unlink()
    restored = run("restore", "backup.tar", "--yes", at=project)
    assert (made.status, restored.status) == (0, 0), made.err + restored.err


def test_an_issue_in_mid_sending_in_the_backup_waits_for_a_person(
    run: Run, project: Path, begun: str, service: Account
) -> None:
    sent = len(service.requests)

    moved_to_another_machine(run, project)
    tick(project)

    stored = found(project, begun)
    assert stored.state is IssueState.HELD
    assert NOT_KNOWN in stored.reason
    assert f"{begun} is held" in run(at=project).out
    assert len(service.requests) == sent


def test_what_a_restore_held_goes_on_when_a_person_sends_it(
    run: Run, project: Path, begun: str, service: Account
) -> None:
    moved_to_another_machine(run, project)
    sent = len(service.requests)

    asked = run("send", begun, "--dry-run", at=project)
    done = run("send", begun, "--yes", at=project)

    assert NOT_KNOWN in asked.err
    assert done.status == 0, done.err
    assert f"{begun} is sent: 3 accepted" in done.out
    assert len(service.requests) > sent


def test_what_a_restore_held_can_be_cancelled(run: Run, project: Path, begun: str) -> None:
    moved_to_another_machine(run, project)

    done = run("cancel", begun, "--yes", at=project)

    assert "its items wait for the next issue" in done.err + done.out
    assert found(project, begun).state is IssueState.CANCELLED


def test_a_database_put_back_by_copying_is_noticed(
    run: Run, project: Path, begun: str, service: Account
) -> None:
    live, copy = project / "var" / "newsletter.db", project / "copy.db"
    change(project, "UPDATE issues SET state = 'paused'")
    for _ in range(3):
        with closing(sqlite3.connect(live)) as source, closing(sqlite3.connect(copy)) as target:
            source.backup(target)
        tick(project)
    within_a_tick = found(project, begun).state
    with closing(sqlite3.connect(copy)) as connection:
        connection.executescript("UPDATE issues SET state = 'sending'; UPDATE marks SET number = 1")
    for file in (project / "var").glob("newsletter.db*"):
        file.unlink()
    shutil.copy(copy, live)
    sent = len(service.requests)

    tick(project)
    tick(project)

    opened = open_project(project)
    (told,) = notices.claim(opened.engine, datetime.now(UTC))
    opened.engine.dispose()
    assert within_a_tick is IssueState.PAUSED
    assert found(project, begun).state is IssueState.HELD
    assert len(service.requests) == sent
    assert "The database is an older one" in told.subject
    assert f"{begun} was on its way, and is held." in told.text


def test_what_was_due_before_a_restore_is_held(run: Run, project: Path) -> None:
    (first, *_) = json.loads(run("calendar", "--json", at=project).out)
    due = datetime.fromisoformat(first["due_at"])
    opened = open_project(project)
    publish(opened, due - timedelta(days=1), stop=Event())
    marks.mark(opened.engine, marks.RESTORED, due + timedelta(minutes=10))

    (held,) = publish(opened, due + timedelta(minutes=11), stop=Event(), rests=False).decisions

    opened.engine.dispose()
    assert "was due before the database was restored" in held.words
    assert found(project, first["issue"]).state is IssueState.HELD


def test_what_was_due_after_a_restore_goes_out(run: Run, project: Path) -> None:
    (first, *_) = json.loads(run("calendar", "--json", at=project).out)
    due = datetime.fromisoformat(first["due_at"])
    opened = open_project(project)
    publish(opened, due - timedelta(days=1), stop=Event())
    marks.mark(opened.engine, marks.RESTORED, due - timedelta(minutes=10))

    (going,) = publish(opened, due, stop=Event(), rests=False).decisions

    opened.engine.dispose()
    assert going.words == f"{first['issue']} goes out"


def test_a_restore_is_marked_in_the_database(run: Run, project: Path) -> None:
    before = datetime.now(UTC)

    moved_to_another_machine(run, project)

    opened = open_project(project)
    mark = marks.marked(opened.engine, marks.RESTORED)
    opened.engine.dispose()
    assert mark is not None
    assert mark.at >= before
