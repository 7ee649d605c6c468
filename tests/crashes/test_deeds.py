"""kill -9 at every step of restoring a backup and of erasing a reader: never without a database, and the second time it is done."""

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from newsletter.app import open_project
from newsletter.app.erasing import erase_address
from subscribers.audit import Errand
from tests.command_line import Run
from tests.crashes.deeds import PERSON

ROOT = Path(__file__).parent.parent.parent
OTHERS = ["everything@example.org", "evidence@example.org"]


def killed(deed: str, project: Path) -> list[dict[str, Any]]:
    command = [sys.executable, "-m", "tests.crashes.deeds", deed, str(project)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_a_restore_that_is_killed_leaves_the_one_database_or_the_other(run: Run, with_readers: Path) -> None:
    run("backup", "b.tar", at=with_readers)
    (with_readers / "later.csv").write_text("email\nlater@example.org\n")
    run("subscribers", "import", "later.csv", "--confirmed", "--evidence", "a list", at=with_readers)
    project = open_project(with_readers)
    erase_address(project, PERSON, Errand(actor="operator", at=datetime.now(UTC)))
    project.engine.dispose()

    rounds = killed("restore", with_readers)

    assert len(rounds) > 10
    assert {tuple(each["left"]["readers"]) for each in rounds} == {(*OTHERS, "later@example.org"), (*OTHERS,)}
    assert all(each["again"] for each in rounds)
    assert {(tuple(each["end"]["readers"]), each["end"]["hashes"]) for each in rounds} == {((*OTHERS,), 1)}


def test_an_erasure_that_is_killed_is_finished_the_next_time(with_readers: Path) -> None:
    rounds = killed("erase", with_readers)

    assert len(rounds) > 2
    # Whoever is gone from the database is in the journal.
    assert all(each["left"]["journal"] == 1 for each in rounds if PERSON not in each["left"]["readers"])
    assert all(each["again"] for each in rounds)
    assert {
        (tuple(each["end"]["readers"]), each["end"]["hashes"], each["end"]["journal"]) for each in rounds
    } == {((*OTHERS,), 1, 1)}
