"""A gateway that clicks: who was unsubscribed is out, operators are told, and nothing is undone by itself."""

import json
import logging
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from newsletter.app import open_project
from newsletter.app.reported import Clerk
from newsletter.app.telling.book import Book
from newsletter.app.telling.watch import notice_what_is_wrong
from newsletter.storage.notices import claim
from subscribers.consent import Channel
from subscribers.storage import SubscriberStorage, subscribers
from tests.command_line import Run, next_issue

DOMAIN = "police.example.eu"
#: Of whom the first ones are at `DOMAIN`.
READERS = 40
AT_DOMAIN = 12


@pytest.fixture
def sent(run: Run, sample: Path) -> tuple[Path, str]:
    """A project with an issue that was just sent, and the issue's id."""
    domains = [DOMAIN if number < AT_DOMAIN else "example.org" for number in range(READERS)]
    rows = "\n".join(f"reader{number}@{domain}" for number, domain in enumerate(domains))
    (sample / "readers.csv").write_text(f"email\n{rows}\n", encoding="utf-8")
    run("subscribers", "import", "readers.csv", "--confirmed", "--evidence", "list", at=sample)
    issue = next_issue(run, sample)
    assert run("send", issue, "--yes", at=sample).status == 0
    return sample, issue


def leave(project: Path, issue: str, domain: str, count: int, *, after: timedelta = timedelta()) -> None:
    """Press the button of the mail program for *count* readers at *domain*."""
    engine = open_project(project).engine
    at_domain = subscribers.c.email.endswith(f"@{domain}")
    with engine.connect() as connection:
        refs = connection.execute(select(subscribers.c.ref).where(at_domain).limit(count)).scalars().all()
    storage = SubscriberStorage(engine)
    for ref in refs:
        storage.unsubscribe(
            ref, digest=None, at=datetime.now(UTC) + after, channel=Channel.ONE_CLICK, scope=issue
        )


def test_a_gateway_that_clicks_is_honoured_and_told_of(
    sent: tuple[Path, str], run: Run, caplog: pytest.LogCaptureFixture
) -> None:
    project, issue = sent
    leave(project, issue, DOMAIN, 8)
    leave(project, issue, "example.org", 8)

    found = json.loads(run("status", issue, "--json", at=project).out)
    said = run("status", issue, at=project)
    examined = run("doctor", at=project).out
    clerk = Clerk(open_project(project))
    with caplog.at_level(logging.WARNING):
        for _ in range(2):
            clerk._tell_of_gateways()
            clerk._next_look = 0.0

    assert found["gateways"] == [{"issue": issue, "domain": DOMAIN, "readers": 8, "sent_to": AT_DOMAIN}]
    assert f"{DOMAIN}: 8 of 12 readers left within minutes" in said.out
    assert "signs up again" in said.err
    assert f"8 of 12 readers at {DOMAIN} unsubscribed within minutes" in " ".join(examined.split())
    (line,) = [record.getMessage() for record in caplog.records]
    assert DOMAIN in line
    assert "@" not in line
    assert '"unsubscribed": 16' in run("subscribers", "stats", "--json", at=project).out


def test_operators_get_one_mail_about_a_gateway(sent: tuple[Path, str]) -> None:
    project, issue = sent
    leave(project, issue, DOMAIN, 8)
    opened = open_project(project)

    for minute in range(2):
        now = datetime.now(UTC) + timedelta(minutes=minute)
        notice_what_is_wrong(opened, Book(opened.settings.var / "incidents"), now)

    told = [notice.subject for notice in claim(opened.engine, now)]
    assert told == [f"Public Technology Network: A mail server seems to click links: {DOMAIN}, {issue}"]


@pytest.mark.parametrize(("count", "after"), [(4, timedelta()), (8, timedelta(minutes=30))])
def test_a_few_or_slow_departures_are_people_s(
    sent: tuple[Path, str], run: Run, count: int, after: timedelta
) -> None:
    project, issue = sent

    leave(project, issue, DOMAIN, count, after=after)

    assert json.loads(run("status", issue, "--json", at=project).out)["gateways"] == []


def test_departures_by_links_of_another_issue_say_nothing_of_this_one(
    sent: tuple[Path, str], run: Run
) -> None:
    project, issue = sent

    leave(project, "monthly-2020-01", DOMAIN, 8)

    assert json.loads(run("status", issue, "--json", at=project).out)["gateways"] == []
