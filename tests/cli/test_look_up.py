"""The scheduler asks the provider about readers who stayed in doubt."""

import json
from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest

from newsletter.app import open_project
from newsletter.app.jobs import ask_about_doubts
from newsletter.app.timetable import Moment
from tests.command_line import Run, next_issue
from tests.stand_in.account import Account, running
from tests.stand_in.services.mailgun import MailgunApi
from tests.stand_in.values import Order


@pytest.fixture
def service() -> Iterator[Account]:
    with running(MailgunApi()) as account:
        yield account


def test_doubts_of_an_issue_that_counts_as_sent_end_when_the_provider_knows_of_them(
    run: Run,
    with_readers: Path,
    service: Account,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("NEWSLETTER_PROVIDER__API_KEY", "key")
    settings = with_readers / "newsletter.toml"
    text = settings.read_text(encoding="utf-8")
    lines = f'name = "mailgun"\ndomain = "mg.example.org"\nbase_url = "{service.url}"\nself_check = false'
    settings.write_text(text.replace('name = "outbox"', lines), encoding="utf-8")
    issue = next_issue(run, with_readers)
    service.habit, service.is_behind = Order(cuts=True), True
    run("send", issue, "--yes", at=with_readers)
    before = json.loads(run("status", issue, "--json", at=with_readers).out)
    service.is_behind = False
    moment = Moment(project=open_project(with_readers), stop=Event())

    ask_about_doubts(moment)
    told = capfd.readouterr().out
    ask_about_doubts(moment)

    after = json.loads(run("status", issue, "--json", at=with_readers).out)
    assert (before["state"], before["unknown"], before["accepted"]) == ("sent", 3, 0)
    assert f"{issue}: the provider knows of readers who were in doubt; 0 are left" in told
    assert (after["state"], after["unknown"], after["accepted"]) == ("sent", 0, 3)
    assert set(service.accepted.values()) == {1}
