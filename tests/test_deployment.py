"""What docs/operations.md has operators install: units that systemd takes, and commands that exist."""

import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.command_line import Run

DOCUMENT = Path(__file__).parent.parent / "docs" / "operations.md"
PROGRAM = "/opt/newsletter/bin/"
#: The timetable's command, where it is a program of its own.
SCHEDULER = ["python", "-m", "scheduler"]


def units() -> dict[str, str]:
    """Return the units of the document, by name; the scheduler's is the site's with some lines changed."""
    text = DOCUMENT.read_text(encoding="utf-8")
    found = dict(re.findall(r"`/etc/systemd/system/(\S+)`.*?\n\n```ini\n(.*?)```", text, re.DOTALL))
    whole = found["newsletter-serve.service"]
    for line in found["newsletter-scheduler.service"].splitlines():
        key = line.partition("=")[0]
        if f"\n{key}=" in whole:
            whole = re.sub(rf"^{key}=.*$", line, whole, flags=re.MULTILINE)
        elif "=" in line:
            whole = whole.replace("[Service]\n", f"[Service]\n{line}\n")
    return found | {"newsletter-scheduler.service": whole}


def commands() -> list[list[str]]:
    """Return the words of each command of the program that a unit, cron or the image runs."""
    text = DOCUMENT.read_text(encoding="utf-8")
    started = re.findall(rf"{PROGRAM}((?:newsletter|python -m scheduler)[^'\n]*)", text)
    image = re.findall(r'^CMD \["(.*)"\]$', text, re.MULTILINE)
    return [shlex.split(line) for line in started] + [line.split('", "') for line in image]


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not installed")
def test_systemd_takes_the_units(tmp_path: Path) -> None:
    for name, unit in units().items():
        # Programs and folders that are not on this machine are what it would complain of.
        here = unit.replace(f"{PROGRAM}newsletter", "/bin/true").replace(f"{PROGRAM}python", "/bin/true")
        (tmp_path / name).write_text(here.replace("User=newsletter", "User=root"), encoding="utf-8")

    verified = subprocess.run(
        ["systemd-analyze", "verify", *sorted(map(str, tmp_path.iterdir()))],
        capture_output=True,
        text=True,
        check=False,
    )

    about_ours = [
        line for line in verified.stderr.splitlines() if str(tmp_path) in line or "newsletter" in line
    ]
    assert about_ours == []


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not installed")
@pytest.mark.parametrize("name", ["newsletter-serve.service", "newsletter-scheduler.service"])
def test_what_runs_all_the_time_may_do_little(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(units()[name], encoding="utf-8")

    rated = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--threshold=20", str(tmp_path / name)],
        capture_output=True,
        text=True,
        check=False,
    )

    assert rated.returncode == 0, rated.stdout[-400:]


def test_the_scheduler_s_unit_is_the_site_s_with_another_command() -> None:
    site, scheduler = (
        set(units()[f"newsletter-{name}.service"].splitlines()) for name in ("serve", "scheduler")
    )

    assert "ExecStart=/opt/newsletter/bin/python -m scheduler" in scheduler
    assert {line.partition("=")[0] for line in site} < {line.partition("=")[0] for line in scheduler}


def test_the_commands_exist(run: Run, tmp_path: Path) -> None:
    found = commands()

    assert len(found) >= 5
    for words in found:
        if words[: len(SCHEDULER)] == SCHEDULER:
            assert set(words[len(SCHEDULER) :]) <= {"--once"}
        else:
            assert run(words[1], "--help", at=tmp_path).status == 0, words
            options = [word for word in words if word.startswith("--")]
            assert all(option in run(words[1], "--help", at=tmp_path).out for option in options)
