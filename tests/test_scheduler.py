"""The timetable, run as an operator runs it."""

import re
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from threading import Event

import pytest

from newsletter.app import open_project
from newsletter.app.desk import Desk
from newsletter.app.jobs import go_on_with_begun_issues
from newsletter.app.outlook import look_ahead
from newsletter.app.timetable import Moment
from newsletter.issues.values import IssueState
from newsletter.storage import issues
from subscribers.storage.heartbeats import SCHEDULER, last_beat
from tests.command_line import READERS, Run, next_issue
from tests.logs import secrets_in

ROOT = Path(__file__).parent.parent


def test_once_goes_on_with_an_issue_that_was_begun(run: Run, with_readers: Path) -> None:
    issue = next_issue(run, with_readers)
    run("send", issue, "--yes", at=with_readers)
    for mail in (with_readers / "var" / "outbox" / issue).glob("*.eml"):
        mail.unlink()
    engine = open_project(with_readers).engine
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE issues SET state = 'sending'")
        connection.exec_driver_sql("UPDATE batches SET state = 'queued', accepted = 0")
        connection.exec_driver_sql("UPDATE deliveries SET state = 'queued'")

    done = subprocess.run(
        [sys.executable, ROOT / "scheduler.py", "--once"],
        cwd=with_readers,
        capture_output=True,
        text=True,
        check=False,
    )

    stored = issues.find(engine, issue, is_rehearsal=True)
    engine.dispose()
    assert done.returncode == 0
    assert f"{issue} is sent" in done.stdout
    lines = done.stderr.splitlines()
    assert all(f" level=info event=batch issue={issue} batch=" in line for line in lines)
    assert sum(int(found) for found in re.findall(r" accepted=(\d+) ", done.stderr)) == 3
    assert secrets_in(done.stderr) == []
    assert stored is not None
    assert stored.state is IssueState.SENT
    assert len(list((with_readers / "var" / "outbox" / issue).glob("*.eml"))) == 3


def test_a_single_run_tells_what_it_found(with_readers: Path) -> None:
    (with_readers / "content").rename(with_readers / "elsewhere")

    done = subprocess.run(
        [sys.executable, ROOT / "scheduler.py", "--once"],
        cwd=with_readers,
        capture_output=True,
        text=True,
        check=False,
    )

    (mail,) = (with_readers / "var" / "outbox" / "_notice").glob("*.eml")
    assert "The content cannot be brought or read" in mail.read_text(encoding="utf-8")
    assert secrets_in(done.stderr) == []


def test_it_stops_when_it_is_asked_to(with_readers: Path) -> None:
    engine = open_project(with_readers).engine
    with subprocess.Popen(
        [sys.executable, "-m", "scheduler", "-C", str(with_readers)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        while last_beat(engine, SCHEDULER) is None:
            with pytest.raises(subprocess.TimeoutExpired):
                process.wait(0.2)
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=20)
    engine.dispose()

    assert (process.returncode, errors) == (0, "")


def test_outside_of_a_project_it_says_what_to_do(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "scheduler", "--once"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1
    assert "newsletter init DIR" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_scheduler_that_started_before_the_first_import_finds_what_was_begun_later(
    run: Run, sample: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    moment = Moment(project=open_project(sample), stop=Event())
    go_on_with_begun_issues(moment)
    (sample / "readers.csv").write_text(READERS, encoding="utf-8")
    run("subscribers", "import", "readers.csv", "--confirmed", "--evidence", "signed a list", at=sample)
    now = datetime.now(UTC)
    project = open_project(sample)
    issue = look_ahead(project, Desk(project, now).next_issue(), now).begin(now)

    go_on_with_begun_issues(moment)

    assert f"{issue.id} is sent" in capfd.readouterr().out
    moment.project.engine.dispose()
    project.engine.dispose()
