"""The timetable, run as an operator runs it."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from newsletter.database import open_database
from newsletter.issues.values import IssueState
from newsletter.storage import issues
from tests.cli.test_main_job import next_issue
from tests.command_line import Run

ROOT = Path(__file__).parent.parent


def test_once_goes_on_with_an_issue_that_was_begun(run: Run, with_readers: Path) -> None:
    issue = next_issue(run, with_readers)
    run("send", issue, "--yes", at=with_readers)
    for mail in (with_readers / "var" / "outbox" / issue).glob("*.eml"):
        mail.unlink()
    engine = open_database("sqlite:///var/newsletter.db", root=with_readers)
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
    assert (done.returncode, done.stderr) == (0, "")
    assert f"{issue} is sent" in done.stdout
    assert stored is not None
    assert stored.state is IssueState.SENT
    assert len(list((with_readers / "var" / "outbox" / issue).glob("*.eml"))) == 3


def test_it_stops_when_it_is_asked_to(sample: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "scheduler", "-C", str(sample)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(3)
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=20)

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
