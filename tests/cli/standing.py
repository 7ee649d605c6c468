"""An issue of the sample project that stands anywhere it can stand."""

import json
import shutil
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.command_line import Run, typed

QUEUED = "UPDATE batches SET state = 'queued', accepted = 0; UPDATE deliveries SET state = 'queued';"
IN_DOUBT = "UPDATE batches SET state = 'unknown', accepted = 0, unknown = size; UPDATE deliveries SET state = 'unknown';"
HELD_BY_THE_DEAD = "UPDATE batches SET state = 'sending', sender = 'dead', accepted = 0; UPDATE deliveries SET state = 'queued';"
NOT_FROZEN = "DELETE FROM batches; DELETE FROM deliveries; UPDATE issues SET frozen_to = 0, audience = 0, has_left = 0;"

#: Where an issue stands → what makes it stand there, after it was sent to three readers.
STANDINGS = {
    "freezing, nothing written": NOT_FROZEN + "UPDATE issues SET state = 'freezing', finished_at = NULL",
    "freezing, all written": "DELETE FROM batches; UPDATE deliveries SET state = 'queued';"
    "UPDATE issues SET state = 'freezing', has_left = 0, finished_at = NULL",
    "sending": QUEUED + "UPDATE issues SET state = 'sending', finished_at = NULL",
    "sending, put off for an hour": QUEUED + "UPDATE batches SET retry_at = '2100-01-01 00:00:00.000000';"
    "UPDATE issues SET state = 'sending', finished_at = NULL",
    "sending, held by the dead": HELD_BY_THE_DEAD + "UPDATE issues SET state = 'sending', finished_at = NULL",
    "sending, nothing open": "UPDATE issues SET state = 'sending', finished_at = NULL",
    "paused": QUEUED + "UPDATE issues SET state = 'paused', reason = 'tired', finished_at = NULL",
    "paused, nothing open": "UPDATE issues SET state = 'paused', reason = 'tired', finished_at = NULL",
    "sent": "",
    "sent, in doubt": IN_DOUBT,
    "cancelled": QUEUED + "UPDATE issues SET state = 'cancelled', reason = 'too late'",
    "cancelled, in doubt": IN_DOUBT + "UPDATE issues SET state = 'cancelled', reason = 'too late'",
    "superseded": NOT_FROZEN + "UPDATE issues SET state = 'superseded', reason = 'the next one went first'",
    "held while sending": QUEUED + "UPDATE issues SET state = 'held', reason = 'a restored backup'",
    "held before it left": NOT_FROZEN
    + "UPDATE issues SET state = 'held', reason = 'no answer'; DELETE FROM inclusions",
    "skipped": NOT_FROZEN + "UPDATE issues SET state = 'skipped'; DELETE FROM inclusions",
}


@dataclass(frozen=True)
class Standing:
    """A project whose issue stands somewhere."""

    project: Path
    issue: str

    def status(self, run: Run) -> dict[str, Any]:
        return dict(json.loads(run("status", self.issue, "--json", at=self.project).out))

    def mails(self) -> set[Path]:
        return set((self.project / "var" / "outbox" / self.issue).glob("*.eml"))


@pytest.fixture(scope="session")
def sent(laid_out_with_readers: Path, tmp_path_factory: pytest.TempPathFactory) -> Standing:
    """The sample project, its next issue sent to three readers."""
    folder = Path(shutil.copytree(laid_out_with_readers, tmp_path_factory.mktemp("sent") / "sample"))
    issue = str(json.loads(typed("issues", "--json", at=folder))[0]["issue"])
    typed("send", issue, "--yes", at=folder)
    shutil.rmtree(folder / "var" / "outbox")
    return Standing(folder, issue)


@pytest.fixture
def standing(request: pytest.FixtureRequest, sent: Standing, tmp_path: Path) -> Standing:
    folder = Path(shutil.copytree(sent.project, tmp_path / "sample"))
    change(folder, STANDINGS[request.param])
    return Standing(folder, sent.issue)


def change(project: Path, statements: str) -> None:
    with sqlite3.connect(project / "var" / "newsletter.db") as connection:
        connection.executescript(statements)
    connection.close()
