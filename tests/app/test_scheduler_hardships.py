"""Hard times for the scheduler, with all of its jobs: nothing is lost or sent twice, it says what to do, and goes on by itself."""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event, Timer
from typing import Any

import pytest
from sqlalchemy import event

from newsletter.app import open_project
from newsletter.app.desk import Desk
from newsletter.app.project import Project
from newsletter.app.timetable import Moment
from newsletter.app.timetable.clock import Clock
from newsletter.app.timetable.running import run_job
from newsletter.issues.values import IssueState
from newsletter.storage import issues
from scheduler import JOBS
from tests.app.timeline import DAY, MINUTE
from tests.command_line import READERS, Run, at_mailgun
from tests.stand_in.account import Account, running
from tests.stand_in.services.mailgun import MailgunApi

ADDRESSES = [line.partition(",")[0] for line in READERS.splitlines()[1:]]


@dataclass
class Timetable:
    """The sample project at a service on this machine, and a scheduler that is started anew for each look."""

    root: Path
    service: Account
    issue: str
    due: datetime

    def look(
        self, after: timedelta = timedelta(), *, pages: int | None = None, stops_after_s: float | None = None
    ) -> None:
        """Run every job once, so long after the issue is due.

        *pages*: the database has room for so many more. *stops_after_s*: somebody stops it then.
        """
        project = open_project(self.root)
        if pages is not None:
            limit_room(project, pages)
        clock = Clock(started=self.due + after)
        moment = Moment(project=project, stop=Event(), clock=clock, is_single=True)
        if stops_after_s is not None:
            Timer(stops_after_s, moment.stop.set).start()
        for job in JOBS:
            run_job(job, moment)
        if project.has_database:
            project.engine.dispose()

    @property
    def state(self) -> IssueState | None:
        """How the issue stands in the database."""
        project = open_project(self.root)
        stored = issues.find(project.engine, self.issue, is_rehearsal=False)
        project.engine.dispose()
        return stored.state if stored else None

    @property
    def got(self) -> dict[str, int]:
        """How many mails each reader has; editors get others."""
        return {address: count for address, count in self.service.accepted.items() if address in ADDRESSES}

    def verify_sent_once(self) -> None:
        """Everybody has it, once."""
        assert self.state == "sent"
        assert self.got == dict.fromkeys(ADDRESSES, 1)


def limit_room(project: Project, pages: int) -> None:
    """Let the database be full after *pages* more pages, as a disk is (SQLITE_FULL)."""

    def limit(connection: sqlite3.Connection, _record: Any) -> None:
        (size,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count={size + pages}")

    event.listen(project.engine, "connect", limit)
    # Connections that are there already have no limit.
    project.engine.dispose()


def said(caplog: pytest.LogCaptureFixture) -> dict[str, str]:
    """Return why jobs failed since this was asked last, by job."""
    failed = [record.__dict__["fields"] for record in caplog.records if record.message == "job failed"]
    caplog.clear()
    return {fields["job"]: fields.get("words", "a mistake of the program's") for fields in failed}


@pytest.fixture
def timetable(with_readers: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Timetable]:
    """Seen a day before the next issue is due."""
    with running(MailgunApi()) as service:
        project = open_project(at_mailgun(with_readers, service.url, monkeypatch))
        plan = Desk(project, datetime.now(UTC)).plan()
        project.engine.dispose()
        assert plan.due_at is not None
        made = Timetable(with_readers, service, plan.issue.id, plan.due_at)
        made.look(-DAY)
        yield made


def test_without_a_hardship_it_goes_out_when_it_is_due(timetable: Timetable) -> None:
    timetable.look(-MINUTE)
    before = timetable.got

    timetable.look()
    timetable.look(MINUTE)

    assert before == {}
    timetable.verify_sent_once()


def test_a_database_that_is_gone_and_comes_back(
    timetable: Timetable, caplog: pytest.LogCaptureFixture
) -> None:
    database = timetable.root / "var" / "newsletter.db"
    database.rename(database.with_name("away"))

    timetable.look()
    words, has_new_one = said(caplog), database.exists()
    database.with_name("away").rename(database)
    timetable.look(10 * MINUTE)

    assert "the database is gone. Put it back" in words["publish_what_is_due"]
    assert not has_new_one
    timetable.verify_sent_once()


@pytest.mark.parametrize("pages", [0, 10, 40])
def test_a_disk_that_is_full_when_an_issue_is_stored_and_has_room_again(
    timetable: Timetable, pages: int, caplog: pytest.LogCaptureFixture
) -> None:
    timetable.look(pages=pages)
    words, state = said(caplog), timetable.state

    timetable.look(10 * MINUTE)

    assert "Is the disk full" in words["publish_what_is_due"]
    assert state is None
    timetable.verify_sent_once()


def test_a_service_that_is_down_when_it_is_due(timetable: Timetable, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as down:
        down.setenv("NEWSLETTER_PROVIDER__BASE_URL", "http://127.0.0.1:1")
        timetable.look(stops_after_s=2)
    state = timetable.state

    timetable.look(30 * MINUTE)

    assert state == "sending"
    timetable.verify_sent_once()


def test_a_content_folder_that_cannot_be_read_when_it_is_due(timetable: Timetable) -> None:
    content = timetable.root / "content"
    content.rename(timetable.root / "elsewhere")

    timetable.look()
    state = timetable.state
    (timetable.root / "elsewhere").rename(content)
    timetable.look(10 * MINUTE)

    assert state == "held"
    timetable.verify_sent_once()


def test_a_clock_that_is_set_back_after_an_issue_went_out(timetable: Timetable) -> None:
    for after in (timedelta(), -timedelta(hours=2), MINUTE, -DAY, timedelta(hours=2)):
        timetable.look(after)

    timetable.verify_sent_once()


def test_a_clock_that_ran_ahead_and_is_set_right(timetable: Timetable) -> None:
    timetable.look(20 * DAY)
    ahead = timetable.state

    timetable.look(-timedelta(hours=1))
    right = timetable.state
    timetable.look()

    assert ahead == "held"
    assert right is None
    timetable.verify_sent_once()


def test_no_command_makes_an_empty_database_where_one_was_lost(run: Run, with_readers: Path) -> None:
    database = with_readers / "var" / "newsletter.db"
    database.rename(database.with_name("away"))

    found = [
        run(*command, at=with_readers) for command in (("status",), ("subscribers", "list"), ("send", "x"))
    ]

    assert [each.status for each in found] == [1, 1, 1]
    assert all("the database is gone. Put it back" in each.err for each in found)
    assert not database.exists()
