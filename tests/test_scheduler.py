"""The timetable, run as an operator runs it."""

import json
import re
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from threading import Event

import pytest

from newsletter.app import open_project
from newsletter.app.desk import Desk
from newsletter.app.jobs import go_on_with_begun_issues
from newsletter.app.outlook import look_ahead
from newsletter.app.timetable import Moment
from newsletter.files import write_whole
from newsletter.issues.values import IssueState
from newsletter.storage import issues
from subscribers.storage.heartbeats import SCHEDULER, last_beat
from tests.app.staff import listening
from tests.command_line import READERS, Run, next_issue, set_provider
from tests.logs import secrets_in
from tests.stand_in.account import running
from tests.stand_in.services.mailgun import MailgunApi
from tests.stand_in.values import Order

ROOT = Path(__file__).parent.parent


def started(folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run the scheduler to its end."""
    command = [sys.executable, str(ROOT / "scheduler.py"), *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=60)


def once(folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Let the scheduler do everything that is due."""
    return started(folder, "--once", *arguments)


def scheduler(folder: Path) -> "subprocess.Popen[str]":
    """Start a scheduler that runs until it is stopped."""
    command = [sys.executable, "-m", "scheduler", "-C", str(folder)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def set_alerts(folder: Path, lines: str) -> None:
    """Set what is called when mail is what is broken."""
    settings = folder / "newsletter.toml"
    text = settings.read_text(encoding="utf-8").replace("# [alerts]\n", f"[alerts]\n{lines}\n")
    settings.write_text(text, encoding="utf-8")


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

    done = once(with_readers)

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

    done = once(with_readers)

    mails = (with_readers / "var" / "outbox" / "_notice").glob("*.eml")
    told = [str(message_from_bytes(mail.read_bytes(), policy=policy.SMTP)["Subject"]) for mail in mails]
    # The logos of the mails to readers lie there, too.
    assert sorted(subject.partition(": ")[2] for subject in told) == [
        "The content cannot be brought or read",
        "The scheduler's job answer_requests fails",
    ]
    assert done.returncode == 1
    assert secrets_in(done.stderr) == []


def test_a_lost_database_is_told_by_what_needs_none_and_then_that_it_is_back(with_readers: Path) -> None:
    with listening() as heard:
        set_alerts(with_readers, f'url = "{heard.url}/alert"\nheartbeat_url = "{heard.url}/alive"')
        file = with_readers / "var" / "newsletter.db"
        file.rename(file.with_name("away.db"))

        lost = [once(with_readers) for _ in range(2)]
        file.with_name("away.db").rename(file)
        back = once(with_readers)

    assert [done.returncode for done in (*lost, back)] == [1, 1, 0], back.stderr
    assert [(told["incident"], told["is_over"]) for told in heard.posted] == [
        ("database", False),
        ("database", True),
    ]
    assert "the database is gone. Put it back" in heard.posted[0]["text"]
    assert heard.paths.count("/alive") == 3


def test_a_database_that_cannot_be_used_at_the_start_is_told_and_then_that_it_is_back(
    with_readers: Path,
) -> None:
    with listening() as heard:
        set_alerts(with_readers, f'url = "{heard.url}/alert"')
        file = with_readers / "var" / "newsletter.db"
        whole = file.read_bytes()
        file.write_bytes(b"no database" * 400)

        broken = once(with_readers)
        file.write_bytes(whole)
        back = once(with_readers)

    assert [broken.returncode, back.returncode] == [1, 0], back.stderr
    assert "Traceback" not in broken.stderr
    assert [(told["incident"], told["is_over"]) for told in heard.posted] == [
        ("database", False),
        ("database", True),
    ]
    assert "Put a backup in its place" in heard.posted[0]["text"]


def test_it_stops_when_it_is_asked_to(with_readers: Path) -> None:
    engine = open_project(with_readers).engine
    with scheduler(with_readers) as process:
        while last_beat(engine, SCHEDULER) is None:
            with pytest.raises(subprocess.TimeoutExpired):
                process.wait(0.2)
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=20)
    engine.dispose()

    assert (process.returncode, errors) == (0, "")


def test_settings_that_are_changed_are_taken_over_and_such_with_mistakes_are_not(with_readers: Path) -> None:
    engine = open_project(with_readers).engine
    settings = with_readers / "newsletter.toml"
    whole = settings.read_text(encoding="utf-8")
    with listening() as heard, scheduler(with_readers) as process:
        while last_beat(engine, SCHEDULER) is None:
            with pytest.raises(subprocess.TimeoutExpired):
                process.wait(0.2)
        write_whole(settings, whole.replace("[newsletter]", "[newsletta]", 1).encode())
        assert process.stderr is not None
        line = process.stderr.readline()
        alerts = f'[alerts]\nheartbeat_url = "{heard.url}/alive"\n'
        write_whole(settings, whole.replace("# [alerts]\n", alerts).encode())
        while not heard.paths:
            with pytest.raises(subprocess.TimeoutExpired):
                process.wait(0.2)
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=30)
    engine.dispose()

    assert 'event="changed settings cannot be used"' in line
    assert "newsletta" in line
    assert (process.returncode, errors, set(heard.paths)) == (0, "", {"/alive"})


def test_sigterm_finishes_the_batch_in_hand_and_leaves_the_others(
    run: Run, with_readers: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEWSLETTER_PROVIDER__API_KEY", "a key of the service")
    with running(MailgunApi()) as service:
        service.habit = Order(delay_s=1)
        set_provider(
            with_readers,
            f'name = "mailgun"\ndomain = "mg.example.org"\nbase_url = "{service.url}"\nconnections = 1\nself_check = false',
        )
        project = open_project(with_readers)
        now = datetime.now(UTC)
        issue = look_ahead(project, Desk(project, now).next_issue(), now).begin(now)
        with scheduler(with_readers) as process:
            while not service.requests:
                with pytest.raises(subprocess.TimeoutExpired):
                    process.wait(0.05)
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=30)
        stopped = issues.counts(project.engine, issue.number)
        again = once(with_readers)
    ended = issues.counts(project.engine, issue.number)
    project.engine.dispose()

    assert (process.returncode, again.returncode) == (0, 0), again.stderr
    assert (stopped["sending"], stopped["unknown"]) == (0, 0)
    assert stopped["accepted"] > 0
    assert stopped["queued"] > 0
    assert ended["accepted"] == 3
    assert set(service.accepted.values()) == {1}


def test_at_another_time_an_issue_that_is_due_then_goes_out(run: Run, with_readers: Path) -> None:
    (first, *_) = json.loads(run("calendar", "--json", at=with_readers).out)
    due = datetime.fromisoformat(first["due_at"])

    early = once(with_readers, "--now", (due - timedelta(hours=1)).isoformat())
    on_time = once(with_readers, "--now", due.isoformat())

    engine = open_project(with_readers).engine
    seen = last_beat(engine, SCHEDULER)
    engine.dispose()
    assert (early.returncode, on_time.returncode) == (0, 0), early.stderr + on_time.stderr
    assert first["issue"] not in early.stdout
    assert f"{first['issue']} is sent" in on_time.stdout
    assert seen is None


@pytest.mark.parametrize(
    ("provider", "status"),
    [
        ('name = "postmark"', 2),
        ('name = "postmark"\nbase_url = "http://127.0.0.1:9"', 0),
        ('name = "smtp"\nhost = "mail.example.org"', 2),
        ('name = "smtp"\nhost = "localhost"\nsecurity = "none"', 0),
        ('name = "outbox"\n\n[transactional]\nname = "postmark"', 2),
    ],
)
def test_another_time_is_refused_with_a_provider_elsewhere(
    sample: Path, monkeypatch: pytest.MonkeyPatch, provider: str, status: int
) -> None:
    monkeypatch.setenv("NEWSLETTER_PROVIDER__API_KEY", "a key of the service")
    if "transactional" in provider:
        monkeypatch.setenv("NEWSLETTER_TRANSACTIONAL__API_KEY", "a key of the service")
    set_provider(sample, provider)

    done = once(sample, "--now", "2026-03-01T09:00")

    assert done.returncode == status, done.stderr
    assert ("--now is only for rehearsals" in done.stderr) == (status == 2)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--now", "2026-03-01T09:00"], "--once"),
        (["--once", "--now", "soon"], "is no time"),
        (["--once", "--now", "9999-12-31T23:59-10:00"], "the year 9999 cannot be meant"),
        (["--once", "--now", "0001-01-01T00:00+14:00"], "the year 1 cannot be meant"),
    ],
)
def test_another_time_is_told_how_it_is_written(sample: Path, arguments: list[str], words: str) -> None:
    done = started(sample, *arguments)

    assert done.returncode == 2
    assert words in done.stderr


def test_outside_of_a_project_it_says_what_to_do(tmp_path: Path) -> None:
    done = once(tmp_path)

    assert done.returncode == 2
    assert "newsletter init DIR" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_scheduler_that_started_before_the_first_import_finds_what_was_begun_later(
    run: Run, sample: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    moment = Moment(project=open_project(sample), stop=Event(), is_single=True)
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


def test_once_says_that_what_is_due_waits_for_files_to_rest(with_readers: Path) -> None:
    engine = open_project(with_readers).engine
    issues_folder = with_readers / "content" / "issues"
    issues_folder.mkdir(exist_ok=True)
    once(with_readers)
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "UPDATE digest_sightings SET counts_from = '2026-01-01 00:00:00', seen_at = '2026-01-01 00:00:00'"
        )
    engine.dispose()
    due = datetime.now(UTC) - timedelta(minutes=5)
    special = f"---\ndigest: monthly\nsend_at: {due:%Y-%m-%dT%H:%M}+00:00\n---\nHello.\n"
    (issues_folder / "extra.md").write_text(special, encoding="utf-8")

    done = once(with_readers)

    assert done.returncode == 0
    assert "extra waits: its files were changed a moment ago" in done.stdout
