"""`newsletter release --bounces DOMAIN`: a person says that the bounces of a domain are true."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from newsletter.app import open_project
from newsletter.app.reported import draw_consequences
from newsletter.delivery.events import Bounce, Event, EventKind
from newsletter.delivery.letter import reference_text
from newsletter.storage import events
from subscribers.storage import subscribers
from tests.command_line import Run, next_issue

READERS = 8


@pytest.fixture
def refused(run: Run, sample: Path) -> Path:
    """A project whose issue was refused by the server of all its readers, for good."""
    rows = "\n".join(f"reader{number}@police.example" for number in range(READERS))
    (sample / "readers.csv").write_text(f"email\n{rows}\n", encoding="utf-8")
    run("subscribers", "import", "readers.csv", "--confirmed", "--evidence", "list", at=sample)
    issue = next_issue(run, sample)
    assert run("send", issue, "--yes", at=sample).status == 0
    project, now = open_project(sample), datetime.now(UTC)
    with project.engine.connect() as connection:
        readers = connection.execute(select(subscribers.c.email, subscribers.c.ref)).all()
    bounces = [
        Event(
            provider="postal",
            id=str(number),
            kind=EventKind.BOUNCED,
            bounce=Bounce.HARD,
            at=now,
            email=email,
            issue=issue,
            delivery=reference_text(ref),
        )
        for number, (email, ref) in enumerate(readers)
    ]
    events.store(project.engine, bounces, now)
    draw_consequences(project, now)
    return sample


def suppressed(run: Run, project: Path) -> int:
    return int(json.loads(run("subscribers", "stats", "--json", at=project).out)["suppressed"])


def test_b_05_a_person_is_told_once_without_an_address(
    refused: Path, run: Run, caplog: pytest.LogCaptureFixture
) -> None:
    draw_consequences(open_project(refused), datetime.now(UTC))

    told = [*caplog.get_records("setup"), *caplog.records]
    (line,) = [record.getMessage() for record in told if record.name.startswith("newsletter")]

    assert "8 readers at police.example bounced for good" in line
    assert "newsletter release --bounces police.example" in line
    assert "@" not in line
    assert suppressed(run, refused) == 0


def test_b_05_released_bounces_count(refused: Path, run: Run) -> None:
    result = run("release", "--bounces", "Police.example", at=refused)

    assert (result.status, result.out) == (0, "The held bounces of 8 readers count now.\n")
    assert suppressed(run, refused) == READERS


def test_a_domain_that_is_not_held_is_said_so_with_those_that_are(refused: Path, run: Run) -> None:
    result = run("release", "--bounces", "example.org", at=refused)

    assert (result.status, result.out) == (1, "")
    assert "No bounces of `example.org` are held. Domains whose bounces are: police.example." in result.err


def test_an_issue_and_a_domain_at_once_are_refused(refused: Path, run: Run) -> None:
    result = run("release", "monthly-2026-11", "--bounces", "police.example", at=refused)

    assert result.status == 2
    assert "not several of them" in result.err
