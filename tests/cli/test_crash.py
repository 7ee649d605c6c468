"""kill -9 in the middle of sending, then `send` again: nobody twice, nobody lost."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from newsletter.layout.project import lay_out
from newsletter.rendering.pipeline.environment import built_in_templates
from subscribers.keys import new_key
from tests.command_line import Run
from tests.delivery.mail_server import Ledger, mail_server

READERS = 400


pytestmark = pytest.mark.usefixtures("ctrl_c_is_heard")


@pytest.fixture
def project(tmp_path: Path, run: Run, database: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small issue for many readers, in a database of either kind."""
    monkeypatch.setenv("NEWSLETTER_DATABASE__URL", database)
    folder = tmp_path / "project"
    today = datetime.now(UTC).date()
    source = built_in_templates() / "project"
    lay_out(folder, source=source, today=today, keys=(new_key(), new_key()), empty=True)
    item = folder / "content" / "news" / f"{today:%Y-%m-%d}-one.md"
    item.write_text("---\ntitle: One\nlink: /one/\n---\nSome text.\n", encoding="utf-8")
    rows = "\n".join(f"reader-{number}@example.org" for number in range(READERS))
    (folder / "readers.csv").write_text(f"email\n{rows}\n", encoding="utf-8")
    imported = run("subscribers", "import", "readers.csv", "--confirmed", "--evidence", "a list", at=folder)
    assert imported.status == 0, imported.err
    return folder


def issue_of(run: Run, project: Path) -> str:
    return str(json.loads(run("issues", "--json", at=project).out)[0]["issue"])


def use_mail_server(project: Path, port: int) -> None:
    """Send by SMTP to this machine instead of the outbox."""
    settings = project / "newsletter.toml"
    text = settings.read_text(encoding="utf-8")
    smtp = f'name = "smtp"\nhost = "127.0.0.1"\nport = {port}\nsecurity = "none"\nself_check = false'
    settings.write_text(text.replace('name = "outbox"', smtp), encoding="utf-8")


def sending(project: Path, issue: str) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "newsletter", "-C", str(project), "send", issue, "--yes"]
    return subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=os.environ.copy()
    )


def interrupted(process: "subprocess.Popen[Any]", number: signal.Signals, when: Callable[[], bool]) -> None:
    """Send a signal to *process* as soon as *when* holds."""
    deadline = time.monotonic() + 60
    while not when() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.002)
    process.send_signal(number)
    process.wait(60)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_w_42_the_outbox_is_whole_after_a_kill_and_a_second_send(
    run: Run, project: Path, number: signal.Signals
) -> None:
    issue = issue_of(run, project)
    outbox = project / "var" / "outbox" / issue

    interrupted(sending(project, issue), number, lambda: len(list(outbox.glob("*.eml"))) > READERS // 8)
    before = {path: path.stat().st_mtime_ns for path in outbox.glob("*.eml")}
    again = run("send", issue, "--yes", at=project)

    after = {path: path.stat().st_mtime_ns for path in outbox.glob("*.eml")}
    assert again.status == 0, again.err
    assert before
    assert len(after) == READERS
    assert {path: after[path] for path in before} == before, "a mail was written a second time"
    status = json.loads(run("status", issue, "--json", at=project).out)
    assert (status["state"], status["accepted"], status["unknown"]) == ("sent", READERS, 0)


@pytest.mark.parametrize("killed_after", [1, 37, 200])
def test_w_42_a_mail_server_gets_each_mail_once_after_a_kill_and_a_second_send(
    run: Run, project: Path, killed_after: int
) -> None:
    issue = issue_of(run, project)
    ledger = Ledger()
    with mail_server(ledger) as port:
        use_mail_server(project, port)
        interrupted(
            sending(project, issue), signal.SIGKILL, lambda: sum(ledger.accepted.values()) >= killed_after
        )
        again = run("send", issue, "--yes", at=project)

    status = json.loads(run("status", issue, "--json", at=project).out)
    assert again.status == 0, again.err
    assert set(ledger.accepted.values()) == {1}
    assert status["state"] == "sent"
    assert status["accepted"] + status["unknown"] == READERS
    # One reader a connection can be in doubt; each of them is named, none is lost without a word.
    assert status["unknown"] <= 4
    assert len(ledger.accepted) >= READERS - status["unknown"]
    assert status["rehearsal"] is False


def test_ctrl_c_finishes_what_is_in_hand_and_says_how_to_go_on(run: Run, project: Path) -> None:
    issue = issue_of(run, project)
    ledger = Ledger(delay_s=0.02)
    with mail_server(ledger) as port:
        use_mail_server(project, port)
        command = [sys.executable, "-m", "newsletter", "-C", str(project), "send", issue, "--yes"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
            interrupted(process, signal.SIGINT, lambda: bool(ledger.accepted))
            out, err = process.communicate()

    status = json.loads(run("status", issue, "--json", at=project).out)
    assert f"{issue} is sending" in out
    assert f"Go on with: newsletter send {issue}" in err
    assert "Traceback" not in err
    assert status["accepted"] == len(ledger.accepted) < READERS
    assert (status["sending"], status["unknown"]) == (0, 0)
