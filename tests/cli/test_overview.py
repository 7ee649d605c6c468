"""Bare `newsletter`: it names the next step, and never one that would be refused."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from newsletter.app import open_project
from subscribers.storage.heartbeats import SCHEDULER, beat
from tests.command_line import Run


def change(project: Path, before: str, after: str) -> None:
    settings = project / "newsletter.toml"
    text = settings.read_text(encoding="utf-8")
    assert before in text
    settings.write_text(text.replace(before, after), encoding="utf-8")


def test_an_issue_that_may_go_is_offered_to_be_sent(run: Run, with_readers: Path) -> None:
    assert "newsletter send monthly-" in run(at=with_readers).out


@pytest.mark.parametrize(
    ("before", "after", "step"),
    [
        ("min_items = 1 ", "min_items = 99 ", "newsletter new news"),
        ('approval = "automatic"', 'approval = "required"', "newsletter approve monthly-"),
    ],
)
def test_an_issue_that_would_be_refused_is_not_offered_to_be_sent(
    run: Run, with_readers: Path, before: str, after: str, step: str
) -> None:
    change(with_readers, before, after)

    result = run(at=with_readers)

    assert result.status == 0
    assert "newsletter send" not in result.out
    assert step in result.out


def test_an_issue_with_an_error_is_not_offered_to_be_sent(run: Run, with_readers: Path) -> None:
    (with_readers / "content" / "news" / "broken.md").write_bytes(b"")

    result = run(at=with_readers)

    assert "newsletter check monthly-" in result.out
    assert "newsletter send" not in result.out


def test_a_held_issue_is_offered_to_be_released(run: Run, with_readers: Path) -> None:
    issue = run("issues", at=with_readers).out.split()[0]
    run("hold", issue, "--reason", "the ministry", at=with_readers)

    result = run(at=with_readers)

    assert f"newsletter release {issue}" in result.out
    assert "newsletter send" not in result.out


def test_it_says_when_the_scheduler_was_last_seen(run: Run, with_readers: Path) -> None:
    project = open_project(with_readers)
    now = datetime.now(UTC)
    said = [run(at=with_readers).out]
    for seen in (now, now - timedelta(days=2), now + timedelta(hours=1)):
        beat(project.engine, SCHEDULER, seen)
        said.append(run(at=with_readers).out)
    status = json.loads(run("status", "--json", at=with_readers).out)
    shown = run("status", at=with_readers).out
    project.engine.dispose()

    advice = "nothing goes out by itself. Run: python -m scheduler"
    assert f"The scheduler was never seen: {advice}" in said[0]
    assert [advice in each for each in said] == [True, False, True, True]
    assert "The scheduler was last seen on" in said[1]
    assert datetime.fromisoformat(status["scheduler_seen_at"]) == now + timedelta(hours=1)
    assert "scheduler seen at" in shown
