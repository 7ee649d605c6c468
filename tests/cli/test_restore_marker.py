"""After a restore nothing goes out by itself that may have gone out before, also on another machine."""

import json
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
from newsletter.errors import IssueError
from newsletter.issues.values import IssueState
from newsletter.storage import issues, marks, notices
from newsletter.storage.issues import StoredIssue
from tests.cli.homes import HOMES, Home
from tests.command_line import Run, next_issue
from tests.stand_in.account import Account

NOT_KNOWN = "who got it since is not known"


@pytest.fixture
def begun(run: Run, project: Path) -> str:
    """The next issue, its audience written down; nothing of it has left."""
    opened, now = open_project(project), datetime.now(UTC)
    stored = look_ahead(opened, next_issue(run, project), now).begin(now)
    provider = open_provider(opened.settings.provider, opened.settings.var)
    freeze(opened, stored, provider, Event(), lambda: now)
    opened.engine.dispose()
    return stored.id


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


def test_an_issue_in_mid_sending_in_the_backup_waits_for_a_person(
    run: Run, home: Home, project: Path, begun: str, service: Account
) -> None:
    sent = len(service.requests)

    home.move(run)
    tick(project)

    stored = found(project, begun)
    assert stored.state is IssueState.HELD
    assert NOT_KNOWN in stored.reason
    assert f"{begun} is held" in run(at=project).out
    assert len(service.requests) == sent


def test_what_a_restore_held_goes_on_when_a_person_sends_it(
    run: Run, home: Home, project: Path, begun: str, service: Account
) -> None:
    home.move(run)
    sent = len(service.requests)

    asked = run("send", begun, "--dry-run", at=project)
    done = run("send", begun, "--yes", at=project)

    assert NOT_KNOWN in asked.err
    assert done.status == 0, done.err
    assert f"{begun} is sent: 3 accepted" in done.out
    assert len(service.requests) > sent


def test_what_a_restore_held_can_be_cancelled(run: Run, home: Home, project: Path, begun: str) -> None:
    home.move(run)

    done = run("cancel", begun, "--yes", at=project)

    assert "its items wait for the next issue" in done.err + done.out
    assert found(project, begun).state is IssueState.CANCELLED


@pytest.mark.parametrize("home", HOMES, indirect=True)
def test_a_database_put_back_by_hand_is_noticed(
    home: Home, project: Path, begun: str, service: Account
) -> None:
    home.change("UPDATE issues SET state = 'paused'")
    tick(project)
    home.change("UPDATE issues SET state = 'sending'")
    home.copy()
    home.change("UPDATE issues SET state = 'paused'")
    tick(project)
    tick(project)
    before = found(project, begun).state
    home.put_back()
    sent = len(service.requests)

    tick(project)
    tick(project)

    opened = open_project(project)
    (told,) = notices.claim(opened.engine, datetime.now(UTC))
    opened.engine.dispose()
    assert before is IssueState.PAUSED
    assert found(project, begun).state is IssueState.HELD
    assert len(service.requests) == sent
    assert "The database is an older one" in told.subject
    assert f"{begun} was on its way, and is held." in told.text


@pytest.mark.parametrize("home", HOMES, indirect=True)
def test_a_database_put_back_by_hand_in_the_middle_of_an_issue_sends_nobody_a_second_mail(
    run: Run, home: Home, project: Path, begun: str, service: Account
) -> None:
    home.copy()
    tick(project)
    got = dict(service.accepted)
    home.put_back()

    with pytest.raises(IssueError, match="newsletter release --restored"):
        tick(project)
    refused = run("send", begun, "--yes", at=project)
    released = run("release", "--restored", at=project)
    tick(project)

    assert len(got) == 3
    assert refused.status == 1
    assert f"{begun} counts as sent: 3 readers in doubt" in released.out
    assert found(project, begun).state is IssueState.SENT
    assert dict(service.accepted) == got


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


def test_a_restore_is_marked_in_the_database(run: Run, home: Home, project: Path) -> None:
    before = datetime.now(UTC)

    home.move(run)

    opened = open_project(project)
    mark = marks.marked(opened.engine, marks.RESTORED)
    opened.engine.dispose()
    assert mark is not None
    assert mark.at >= before
