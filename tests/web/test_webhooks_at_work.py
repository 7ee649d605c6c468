"""Providers' events on the running site: what they change, also after a crash."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from newsletter.app import open_project
from newsletter.app.reported import Clerk, draw_consequences
from newsletter.app.site import make_site
from newsletter.database import Engine
from newsletter.delivery.events import Event, EventKind
from newsletter.settings.model import RECEIVERS
from newsletter.storage import events as event_store
from subscribers.storage import subscribers
from tests.command_line import Run, mails, next_issue
from tests.delivery.providers.webhooks import SIGNING_KEY, mailgun_body, mailgun_signature
from tests.web.posting import Sender
from tests.web.serving import serving

NOW = datetime(2026, 11, 3, 9, tzinfo=UTC)


def test_a_bounce_that_is_posted_to_the_site_suppresses_its_reader(
    with_readers: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEWSLETTER_WEBHOOKS__POSTMARK__SECRET", "secret")
    project = open_project(with_readers)
    clerk = Clerk(project)
    bounce = {
        "RecordType": "Bounce",
        "ID": 692560173,
        "Type": "HardBounce",
        "TypeCode": 1,
        "Email": "everything@example.org",
        "BouncedAt": "2026-11-03T16:33:54Z",
    }

    with serving() as served, clerk.at_work():
        served.app = make_site(project, on_stored=clerk.call)
        sender = Sender(served.port)
        refused = [sender.post(bounce, to=name) for name in RECEIVERS if name != "postmark"]
        status = sender.post(bounce, to="postmark")
        _wait(lambda: bool(_suppressed(project.engine)))

    assert refused == [401] * 5
    assert status == 200
    assert _suppressed(project.engine) == [("everything@example.org", "bounce")]


@pytest.mark.parametrize("first", ["stored", "opened", "teleported"])
def test_w_25_a_signature_that_was_used_for_anything_lets_no_other_event_in(
    with_readers: Path, monkeypatch: pytest.MonkeyPatch, first: str
) -> None:
    monkeypatch.setenv("NEWSLETTER_WEBHOOKS__MAILGUN__SIGNING_KEY", SIGNING_KEY)
    project = open_project(with_readers)
    signature = mailgun_signature(at=datetime.now(UTC))
    honest = {"event": first, "recipient": "nobody@example.net"}
    forged = {"event": "complained", "recipient": "everything@example.org"}

    with serving() as served:
        served.app = make_site(project)
        sender = Sender(served.port)
        statuses = [sender.post(mailgun_body(event, signature), to="mailgun") for event in (honest, forged)]
    draw_consequences(project, datetime.now(UTC))

    assert statuses == [200, 406]
    assert _suppressed(project.engine) == []


def test_what_was_stored_before_a_crash_is_seen_to_at_the_next_start(with_readers: Path) -> None:
    project = open_project(with_readers)
    bounce = Event(
        provider="postal",
        id="1",
        kind=EventKind.COMPLAINED,
        at=NOW,
        email="evidence@example.org",
    )
    event_store.store(project.engine, [bounce], NOW)

    with Clerk(project).at_work():
        _wait(lambda: bool(_suppressed(project.engine)))

    assert _suppressed(project.engine) == [("evidence@example.org", "complaint")]


def test_b_04_a_complaint_that_is_stored_keeps_the_next_issue_back(run: Run, with_readers: Path) -> None:
    complaint = Event(
        provider="postal", id="1", kind=EventKind.COMPLAINED, at=NOW, email="evidence@example.org"
    )
    event_store.store(open_project(with_readers).engine, [complaint], NOW)
    issue = next_issue(run, with_readers)

    assert run("send", issue, "--yes", at=with_readers).status == 0

    assert set(mails(with_readers, issue)) == {"everything@example.org", "lectrice@example.org"}


def _suppressed(engine: Engine) -> list[tuple[str, str]]:
    with engine.connect() as connection:
        statement = select(subscribers.c.email, subscribers.c.suppressed)
        rows = connection.execute(statement.where(subscribers.c.suppressed.is_not(None)))
        return [(row.email, row.suppressed) for row in rows]


def _wait(is_done: Callable[[], bool]) -> None:
    """Wait for a thread, ten seconds at most."""
    until = time.monotonic() + 10
    while not is_done() and time.monotonic() < until:
        time.sleep(0.01)
