"""When mail is what is broken, people are told in other ways."""

import logging
import socket
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import Event

import pytest

from newsletter.app.project import Project
from newsletter.app.telling import matters
from newsletter.app.telling.alarm import Alarm, raise_alarm
from newsletter.app.telling.heartbeat import beat_outside
from newsletter.app.telling.incidents import over, report
from newsletter.app.telling.message import Message
from newsletter.app.telling.notices import mail_notices
from newsletter.settings.model import Alerts
from newsletter.storage import notices
from tests.app.mailing import NOW, at_mail_server, written
from tests.app.staff import listening, staffed

MINUTE = timedelta(minutes=1)
ALARM = Alarm(subject="The disk is almost full", text="Make room there.", incident="disk")
#: Writes down what it was given.
SCRIPT = (
    "import os, sys; open('told', 'a').write(f'{sys.argv[-1]}|{sys.stdin.read()}|{sorted(os.environ)}\\n')"
)
COMMAND = (sys.executable, "-c", SCRIPT)
QUIET = Message(matter=matters.DOUBTS, about="monthly-2026-11", words="3 readers are in doubt.")
URGENT = Message(matter=matters.STOPPED, about="monthly-2026-11", words="The key is wrong.")


def closed_port() -> int:
    """Return a port of this machine at which nobody answers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def without_mail(folder: Path, alerts: str) -> Project:
    """Return a project whose mail server does not answer."""
    settings = f"{at_mail_server(closed_port())}\n[alerts]\n{alerts}"
    return staffed(folder, "sqlite:///var/newsletter.db", settings)


def test_the_command_gets_the_subject_and_the_text_but_no_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEWSLETTER_SECRET_KEYS", "a-secret-of-ours")

    failures = raise_alarm(Alerts(command=COMMAND), ALARM, tmp_path)

    subject, text, environ = (tmp_path / "told").read_text().split("|")
    assert (failures, subject, text) == ([], ALARM.subject, ALARM.text)
    assert "NEWSLETTER_SECRET_KEYS" not in environ


def test_the_url_gets_json_and_the_password_that_stands_in_it(tmp_path: Path) -> None:
    with listening() as heard:
        failures = raise_alarm(
            Alerts(url=heard.url.replace("://", "://me:pass%40word@") + "/hook?to=us"), ALARM, tmp_path
        )

    assert (failures, heard.paths) == ([], ["/hook?to=us"])
    assert heard.posted == [
        {
            "subject": "The disk is almost full",
            "text": "Make room there.",
            "incident": "disk",
            "is_over": False,
        }
    ]
    assert heard.authorised == ["Basic bWU6cGFzc0B3b3Jk"]


@pytest.mark.parametrize("status", [301, 404, 500])
def test_an_answer_that_is_no_yes_is_a_failure_that_tells_no_secret(tmp_path: Path, status: int) -> None:
    with listening(status) as heard:
        failures = raise_alarm(Alerts(url=f"{heard.url}/T0KEN"), ALARM, tmp_path)

    assert failures == [f"[alerts] url: 127.0.0.1 answered {status}"]
    assert heard.paths == ["/T0KEN"]


def test_a_url_that_nobody_answers_is_a_failure_that_tells_no_secret(tmp_path: Path) -> None:
    (failure,) = raise_alarm(Alerts(url=f"http://me:word@127.0.0.1:{closed_port()}/T0KEN"), ALARM, tmp_path)

    assert failure == "[alerts] url: 127.0.0.1 cannot be reached: Connection refused"


def test_an_alarm_command_that_hangs_keeps_nobody_waiting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("newsletter.app.telling.alarm._LIMIT_S", 0.3)
    script = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'import time; time.sleep(600)'])"

    (failure,) = raise_alarm(Alerts(command=(sys.executable, "-c", script)), ALARM, tmp_path)

    assert "took over 0 seconds" in failure


def test_a_long_text_reaches_a_command_that_is_slow_to_read(tmp_path: Path) -> None:
    script = "import sys, time; time.sleep(0.5); open('told', 'w').write(str(len(sys.stdin.read())))"
    long = replace(ALARM, text="x" * 300_000)

    failures = raise_alarm(Alerts(command=(sys.executable, "-c", script)), long, tmp_path)

    assert (failures, (tmp_path / "told").read_text()) == ([], "300000")


def test_a_command_that_reads_nothing_has_not_failed(tmp_path: Path) -> None:
    assert raise_alarm(Alerts(command=("true",)), replace(ALARM, text="x" * 300_000), tmp_path) == []


@pytest.mark.parametrize(
    ("command", "words"),
    [(("false",), "`false` failed (exit 1)"), (("no-such-command",), "cannot be run: No such file")],
)
def test_a_command_that_fails_is_named(tmp_path: Path, command: tuple[str, ...], words: str) -> None:
    (failure,) = raise_alarm(Alerts(command=command), ALARM, tmp_path)

    assert words in failure


def test_when_mail_is_broken_the_command_and_the_url_are_called(tmp_path: Path) -> None:
    with listening() as heard:
        (tmp_path / "tell.py").write_text(SCRIPT)
        made = without_mail(tmp_path, f'command = ["{sys.executable}", "tell.py"]\nurl = "{heard.url}"\n')
        report(made, QUIET, NOW)
        mail_notices(made, NOW, Event())
        early = len(heard.posted)

        mail_notices(made, NOW + 15 * MINUTE, Event())
        mail_notices(made, NOW + 60 * MINUTE, Event())

    assert (early, len(heard.posted)) == (0, 1)
    assert heard.posted[0]["incident"] == "doubts monthly-2026-11"
    assert (tmp_path / "told").read_text().startswith("Network Newsletter: Readers of monthly-2026-11")
    assert notices.claim(made.engine, NOW + 120 * MINUTE) == []


def test_what_is_urgent_is_told_at_once_besides_the_mail(tmp_path: Path) -> None:
    with listening() as heard:
        made = staffed(tmp_path, "sqlite:///var/newsletter.db", f'[alerts]\nurl = "{heard.url}"\n')
        report(made, URGENT, NOW)
        over(made, URGENT, NOW + 20 * MINUTE)
    mail_notices(made, NOW + 20 * MINUTE, Event())

    assert [told["is_over"] for told in heard.posted] == [False, True]
    assert len(written(made)) == 2


def test_with_nobody_to_mail_the_url_is_called(tmp_path: Path) -> None:
    with listening() as heard:
        made = staffed(tmp_path, "sqlite:///var/newsletter.db", f'[alerts]\nurl = "{heard.url}"\n', staff="")
        report(made, QUIET, NOW)

    assert [told["incident"] for told in heard.posted] == ["doubts monthly-2026-11"]


def test_an_alarm_that_fails_too_is_logged_and_tried_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    made = without_mail(tmp_path, 'command = ["false"]\n')
    report(made, QUIET, NOW)

    mail_notices(made, NOW + 15 * MINUTE, Event())

    assert [record.message for record in caplog.records if record.levelno == logging.ERROR] == ["alarm"]
    assert len(notices.claim(made.engine, NOW + 60 * MINUTE)) == 1


def test_the_heartbeat_is_called_and_a_silent_one_hurts_nobody(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with listening() as heard:
        beat_outside(
            staffed(
                tmp_path, "sqlite:///var/newsletter.db", f'[alerts]\nheartbeat_url = "{heard.url}/ping"\n'
            )
        )
    alive = [record.message for record in caplog.records]

    beat_outside(
        staffed(tmp_path, "sqlite:///var/newsletter.db", f'[alerts]\nheartbeat_url = "{heard.url}/ping"\n')
    )

    assert (heard.paths, alive) == (["/ping"], [])
    assert [record.message for record in caplog.records] == ["heartbeat"]


def test_told_by_one_way_is_told(tmp_path: Path) -> None:
    with listening() as heard:
        made = without_mail(tmp_path, f'command = ["false"]\nurl = "{heard.url}"\n')
        report(made, QUIET, NOW)
        for minutes in (15, 60):
            mail_notices(made, NOW + minutes * MINUTE, Event())

    assert len(heard.posted) == 1
