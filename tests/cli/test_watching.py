"""`newsletter status`, once and live, and the log lines of `send --verbose`."""

import json
import os
import pty
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path

import pytest

from newsletter.app import open_project
from newsletter.app.status import Status
from newsletter.cli.watching import duration, pace, rows, watch
from newsletter.delivery import locks
from tests.command_line import Run, next_issue
from tests.delivery.mail_server import Ledger, mail_server

SENDING = Status(
    issue="monthly-2026-11",
    state="sending",
    reason="",
    rehearsal=False,
    audience=4_000,
    queued=3_000,
    sending=200,
    accepted=790,
    rejected=7,
    unknown=3,
    refused={"550 no such user [/red]": 5, "552 full": 2},
    senders=1,
    per_second=80.0,
    seconds_left=40,
)


def watched(capfd: pytest.CaptureFixture[str], *found: Status) -> list[str]:
    """Return the lines that are shown of what is found, one after the other."""
    first, *later = found
    looks = iter(later)
    capfd.readouterr()
    watch(first, lambda: next(looks), lambda _seconds: None)
    return capfd.readouterr().out.splitlines()


def test_a_sender_that_dies_is_news(capfd: pytest.CaptureFixture[str]) -> None:
    dead = replace(SENDING, senders=0, per_second=None, seconds_left=None)

    lines = watched(capfd, SENDING, dead, replace(dead, state="paused"))

    assert "no sender at work" not in lines[0]
    assert "800 of 4,000 readers (20%), no sender at work" in lines[1]
    assert "no sender at work" not in lines[2]


def test_without_a_terminal_each_change_is_a_line(capfd: pytest.CaptureFixture[str]) -> None:
    later = replace(SENDING, queued=0, sending=0, accepted=3_990, per_second=None, seconds_left=None)
    lines = watched(
        capfd,
        SENDING,
        replace(SENDING, per_second=81.0),
        replace(SENDING, reason="too busy"),
        replace(later, state="sent"),
    )

    figures = "800 of 4,000 readers (20%), 80 readers a second, 40 s left, 3 in doubt, 7 refused"
    assert lines == [
        f"monthly-2026-11 is sending, {figures}",
        f"monthly-2026-11 is sending, {figures}: too busy",
        "monthly-2026-11 is sent, 4,000 of 4,000 readers (100%), 3 in doubt, 7 refused",
    ]


@pytest.mark.parametrize("state", ["draft", "paused", "cancelled", "sent", "held"])
def test_what_is_not_under_way_is_shown_once(capfd: pytest.CaptureFixture[str], state: str) -> None:
    assert len(watched(capfd, replace(SENDING, state=state))) == 1


def test_ctrl_c_leaves_without_a_word(capfd: pytest.CaptureFixture[str]) -> None:
    def interrupt(_seconds: float) -> None:
        raise KeyboardInterrupt

    assert watch(SENDING, lambda: SENDING, interrupt) == SENDING
    assert len(capfd.readouterr().out.splitlines()) == 1


def test_rows_name_refusals_by_reason_and_the_pace() -> None:
    found = rows(SENDING)

    assert ["pace", "80 readers a second, 40 s left"] in found
    assert found[-2:] == [["refused", "5: 550 no such user [/red]"], ["refused", "2: 552 full"]]


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0 s"), (59, "59 s"), (61, "1 min 1 s"), (3_600, "1 h 0 min"), (90_061, "25 h 1 min")],
)
def test_a_time_is_said_in_two_units_at_most(seconds: int, words: str) -> None:
    assert duration(seconds) == words


def test_a_slow_pace_has_a_decimal() -> None:
    assert pace(replace(SENDING, per_second=0.25)) == "0.2 readers a second, 40 s left"
    assert pace(replace(SENDING, per_second=None)) == ""


def halt_in_the_middle(project: Path, issue: str) -> None:
    """Make of a sent issue one that was left while it was being sent."""
    engine = open_project(project).engine
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE issues SET state = 'sending', finished_at = NULL")
        connection.exec_driver_sql("UPDATE batches SET state = 'queued', accepted = 0")
        connection.exec_driver_sql("UPDATE deliveries SET state = 'queued'")
    engine.dispose()
    for mail in (project / "var" / "outbox" / issue).glob("*.eml"):
        mail.unlink()


@contextmanager
def watching(project: Path, stdout: int = subprocess.PIPE) -> Iterator["subprocess.Popen[str]"]:
    """Run `status --watch` in a process of its own."""
    command = [sys.executable, "-m", "newsletter", "-C", str(project), "status", "--watch"]
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "100", "LINES": "25"}
    with subprocess.Popen(
        command, stdout=stdout, stderr=subprocess.PIPE, text=True, env=environment
    ) as process:
        try:
            yield process
        finally:
            process.kill()


@pytest.fixture
def halted(run: Run, with_readers: Path) -> str:
    """An issue that was left while it was being sent."""
    issue = next_issue(run, with_readers)
    run("send", issue, "--yes", at=with_readers)
    halt_in_the_middle(with_readers, issue)
    return issue


def test_a_watch_sees_what_others_do_and_ends_by_itself(run: Run, with_readers: Path, halted: str) -> None:
    with watching(with_readers) as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        run("pause", at=with_readers)
        out, errors = process.communicate(timeout=20)

    assert first == f"{halted} is sending, 0 of 3 readers (0%), no sender at work\n"
    assert out == f"{halted} is paused, 0 of 3 readers (0%): paused by a person\n"
    assert process.returncode == 0
    assert f"Let it go on with: newsletter resume {halted}" in errors


@pytest.mark.usefixtures("ctrl_c_is_heard")
def test_ctrl_c_leaves_the_watch_and_not_the_sending(run: Run, with_readers: Path, halted: str) -> None:
    with watching(with_readers) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=20)

    assert process.returncode == 0
    assert "Traceback" not in errors
    assert json.loads(run("status", halted, "--json", at=with_readers).out)["state"] == "sending"


def test_on_a_terminal_it_is_a_picture_with_a_bar(run: Run, with_readers: Path) -> None:
    issue = next_issue(run, with_readers)
    run("send", issue, "--yes", at=with_readers)
    ours, theirs = pty.openpty()

    with watching(with_readers, stdout=theirs) as process:
        process.communicate(timeout=20)
        os.close(theirs)
        shown = os.read(ours, 10_000).decode()
    os.close(ours)

    assert process.returncode == 0
    assert f"{issue} is sent" in shown
    assert "━━━━" in shown
    assert "3 of 3 readers (100%)" in shown


def test_watching_and_json_do_not_go_together(run: Run, sample: Path) -> None:
    assert run("status", "--watch", "--json", at=sample).status == 2


@pytest.fixture
def by_mail_server(with_readers: Path) -> Iterator[Ledger]:
    """A mail server that the project sends through."""
    ledger = Ledger()
    with mail_server(ledger) as port:
        path = with_readers / "newsletter.toml"
        lines = f'name = "smtp"\nhost = "127.0.0.1"\nport = {port}\nsecurity = "none"\nself_check = false'
        path.write_text(path.read_text(encoding="utf-8").replace('name = "outbox"', lines), encoding="utf-8")
        yield ledger


def test_json_counts_refusals_by_reason(run: Run, with_readers: Path, by_mail_server: Ledger) -> None:
    by_mail_server.at_recipient["evidence@example.org"] = "550 <evidence@example.org> is no user here"
    issue = next_issue(run, with_readers)
    run("send", issue, "--yes", at=with_readers)

    found = json.loads(run("status", issue, "--json", at=with_readers).out)
    shown = run("status", issue, at=with_readers).out

    assert found["refused"] == {"550 <…> is no user here": 1}
    assert (found["per_second"], found["seconds_left"]) == (None, None)
    assert re.search(r"^refused +1: 550 <…> is no user here$", shown, re.M)


@pytest.fixture
def half_sent(with_readers: Path, halted: str) -> str:
    """An issue of which one batch has ended, and that was left then."""
    engine = open_project(with_readers).engine
    with engine.begin() as connection:
        (first, *_) = connection.exec_driver_sql("SELECT min(id) FROM batches").one()
        connection.exec_driver_sql(f"UPDATE batches SET state = 'done', accepted = size WHERE id = {first}")
    engine.dispose()
    return halted


def test_json_tells_the_pace_while_it_is_sent(run: Run, with_readers: Path, half_sent: str) -> None:
    with locks.alive(with_readers / "var" / "locks", 1):
        found = json.loads(run("status", half_sent, "--json", at=with_readers).out)
        shown = run("status", half_sent, at=with_readers)

    assert found["senders"] == 1
    assert found["per_second"] > 0
    assert found["seconds_left"] >= 1
    assert "Go on with" not in shown.err


@pytest.mark.parametrize("of_issue", [None, 11])
def test_without_a_sender_there_is_no_pace_and_it_says_what_to_do(
    run: Run, with_readers: Path, half_sent: str, of_issue: int | None
) -> None:
    """Also while another issue is sent."""
    with locks.alive(with_readers / "var" / "locks", of_issue) if of_issue else nullcontext():
        found = json.loads(run("status", half_sent, "--json", at=with_readers).out)
        shown = run("status", half_sent, at=with_readers)

    assert (found["senders"], found["per_second"], found["seconds_left"]) == (0, None, None)
    assert re.search(r"^pace +no sender at work$", shown.out, re.M)
    assert f"No sender is at work on it. Go on with: newsletter send {half_sent}" in shown.err


def test_a_killed_sender_gives_no_pace(run: Run, with_readers: Path, half_sent: str) -> None:
    folder = with_readers / "var" / "locks"
    code = (
        "import sys; from pathlib import Path; from newsletter.delivery import locks\n"
        "with locks.alive(Path(sys.argv[1]), 1): print(flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, folder], stdout=subprocess.PIPE, stdin=subprocess.PIPE
    ) as sender:
        assert sender.stdout is not None
        sender.stdout.readline()
        alive = json.loads(run("status", half_sent, "--json", at=with_readers).out)
        sender.kill()
        sender.wait()
        dead = json.loads(run("status", half_sent, "--json", at=with_readers).out)

    assert (alive["senders"], alive["per_second"] is None) == (1, False)
    assert (dead["senders"], dead["per_second"], dead["seconds_left"]) == (0, None, None)
    # To look changes nothing: whoever goes on finds the dead one's lock.
    assert len(list(folder.glob("1-*.lock"))) == 1


def test_verbose_sending_writes_a_line_a_batch_without_an_address(
    run: Run, with_readers: Path, by_mail_server: Ledger
) -> None:
    by_mail_server.at_recipient["evidence@example.org"] = "550 <evidence@example.org> is no user here"
    issue = next_issue(run, with_readers)

    sent = run("send", issue, "--yes", "--verbose", at=with_readers)

    lines = [line for line in sent.err.splitlines() if " event=batch " in line]
    fields = [dict(re.findall(r'(\w+)=("[^"]*"|\S+)', line)) for line in lines]
    assert sum(int(found["accepted"]) for found in fields) == 2
    assert sum(int(found["rejected"]) for found in fields) == 1
    assert '"550 <…> is no user here"' in {found["words"] for found in fields}
    assert "@" not in "".join(lines)
    assert "event=batch" not in run("status", issue, at=with_readers).err


def test_sending_is_quiet_unless_it_is_asked_to_speak(run: Run, with_readers: Path) -> None:
    sent = run("send", next_issue(run, with_readers), "--yes", at=with_readers)

    assert "event=" not in sent.err
