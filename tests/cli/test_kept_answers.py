"""`newsletter send` while the database is away: what was answered is recorded when it is back."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Timer

import pytest

from tests.command_line import Run, at_mailgun, next_issue
from tests.stand_in.account import running
from tests.stand_in.services.mailgun import MailgunApi
from tests.stand_in.values import Refusal, Reply


@dataclass
class TakesTheDatabaseAway(MailgunApi):
    """Whose first answer comes when the database is away; three seconds later it is back."""

    database: Path = Path()

    def answer(self, addresses: Sequence[str], refused: Mapping[int, Refusal], number: int) -> Reply:
        """Answer as ever."""
        if number == 1:
            away = self.database.with_name("away")
            self.database.rename(away)
            Timer(3, away.rename, [self.database]).start()
        return super().answer(addresses, refused, number)


def test_a_person_hears_that_answers_wait_for_the_database_and_nobody_is_in_doubt(
    run: Run, with_readers: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    api = TakesTheDatabaseAway(database=with_readers / "var" / "newsletter.db")
    with running(api) as service:
        project = at_mailgun(with_readers, service.url, monkeypatch)
        issue = next_issue(run, project)

        broken = run("send", issue, "--yes", at=project)
        meanwhile = json.loads(run("status", issue, "--json", at=project).out)
        done = run("send", issue, "--yes", at=project)

        assert broken.status == 1
        assert "the file is gone. Put it back" in broken.err
        assert "What the provider answered is kept meanwhile" in broken.err
        assert meanwhile["accepted"] > 0
        assert meanwhile["unknown"] == 0
        assert done.status == 0, done.err
        assert sorted(service.accepted.values()) == [1, 1, 1]
