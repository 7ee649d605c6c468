"""The command that brings the content: what it is given, what is told of it, and how it is ended."""

import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event, Timer

import pytest

from newsletter.app import open_project
from newsletter.app.project import Project
from newsletter.app.updating import changed_lately, is_under_way, update

NOW = datetime(2026, 11, 3, 9, tzinfo=UTC)
Command = Callable[..., Project]


@pytest.fixture
def command(sample: Path) -> Command:
    """Set the command."""

    def set_to(*words: str) -> Project:
        file = sample / "newsletter.toml"
        listed = ", ".join(f'"{word}"' for word in words)
        text = file.read_text(encoding="utf-8")
        file.write_text(text.replace("# update = [", f"update = [{listed}] # ["), encoding="utf-8")
        return open_project(sample)

    return set_to


def test_it_is_not_given_the_keys_and_runs_in_the_project_folder(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEWSLETTER_PROVIDER__API_KEY", "a key")
    project = command("sh", "-c", "env > given; pwd >> given")

    failure = update(project, Event())

    given = (project.root / "given").read_text(encoding="utf-8")
    assert failure == ""
    assert "NEWSLETTER_" not in given
    assert given.endswith(f"{project.root}\n")


def test_what_it_says_is_told_in_a_line_without_secrets(command: Command) -> None:
    project = command("sh", "-c", "echo fatal: https://me:secret@git.example.org/x; echo see log; exit 3")

    failure = update(project, Event())

    assert "failed (exit 3): fatal: … see log" in failure
    assert "secret" not in failure


def test_a_program_that_is_not_there_is_told(command: Command) -> None:
    failure = update(command("no-such-program"), Event())

    assert failure.startswith("[content] update: `no-such-program` cannot be run: No such file")


def test_it_is_ended_with_all_that_it_started_when_the_scheduler_stops(command: Command) -> None:
    project = command("sh", "-c", "sleep 60 & echo $! > pid; wait")
    stop = Event()
    Timer(1.5, stop.set).start()

    failure = update(project, stop)

    child = int((project.root / "pid").read_text(encoding="utf-8"))
    assert failure.endswith("was stopped")
    assert not is_running(child)
    # The next scheduler does not wait before it tries.
    assert list((project.settings.var / "locks").glob("*.failed")) == []


def test_others_see_that_it_is_under_way(command: Command) -> None:
    project = command("sleep", "60")
    stop = Event()
    before = is_under_way(project)

    with ThreadPoolExecutor() as pool:
        failure = pool.submit(update, project, stop)
        while not is_under_way(project):
            time.sleep(0.01)
        stop.set()

    assert failure.result().endswith("was stopped")
    assert (before, is_under_way(project)) == (False, False)


def test_one_that_waits_for_anothers_turn_hears_the_stop(command: Command) -> None:
    project = command("sleep", "60")
    of_another, stop = Event(), Event()

    with ThreadPoolExecutor() as pool:
        another = pool.submit(update, project, of_another)
        while not is_under_way(project):
            time.sleep(0.01)
        waiting = pool.submit(update, project, stop)
        try:
            with pytest.raises(TimeoutError):
                waiting.result(0.5)
            stop.set()
            failure = waiting.result(5)
        finally:
            of_another.set()

    assert failure.endswith("was not begun, for the scheduler stops")
    assert another.result().endswith("was stopped")


def is_running(process: int) -> bool:
    """Whether a process goes on, looked at until the system has taken it away."""
    for _ in range(50):
        status = Path(f"/proc/{process}/stat")
        if not status.exists() or status.read_text(encoding="utf-8").split()[2] == "Z":
            return False
        time.sleep(0.1)
    return True


@pytest.mark.parametrize(
    ("written", "rests_at"),
    [
        (timedelta(seconds=-20), NOW + timedelta(seconds=40)),
        (timedelta(seconds=20), NOW + timedelta(seconds=80)),
        (timedelta(minutes=-1), None),
        (timedelta(days=400), None),
    ],
)
def test_only_what_was_changed_around_now_is_waited_for(
    sample: Path, written: timedelta, rests_at: datetime | None
) -> None:
    stamp = (NOW + written).timestamp()
    os.utime(sample / "content" / "news", (stamp, stamp))

    assert changed_lately(open_project(sample), NOW) == rests_at
