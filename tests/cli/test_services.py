"""Sending through an e-mail service that is chosen in the settings: a key, a region, an address of its own."""

import json
import sqlite3
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.command_line import Run, next_issue
from tests.stand_in.account import Account, running
from tests.stand_in.services.mailgun import MailgunApi
from tests.stand_in.services.resend import ResendApi
from tests.stand_in.values import Order, Reply

KEY_SHOWN = f"Basic {b64encode(b'api:a key of the service').decode()}"

CHANGES = Callable[[str], None]

FORBIDDEN = Order(accepts=False, reply=Reply(401, b"Forbidden"))


@pytest.fixture
def choose(with_readers: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Set another provider in the sample project, and its key."""

    def change(lines: str) -> None:
        settings = with_readers / "newsletter.toml"
        text = settings.read_text(encoding="utf-8")
        settings.write_text(text.replace('name = "outbox"', lines), encoding="utf-8")
        monkeypatch.setenv("NEWSLETTER_PROVIDER__API_KEY", "a key of the service")

    return change


@pytest.fixture
def service() -> Iterator[Account]:
    with running(MailgunApi()) as account:
        yield account


def at_mailgun(url: str) -> str:
    return f'name = "mailgun"\ndomain = "mg.example.org"\nbase_url = "{url}"\nself_check = false'


def test_an_issue_goes_out_through_a_service(
    run: Run, with_readers: Path, choose: CHANGES, service: Account
) -> None:
    choose(at_mailgun(service.url))
    issue = next_issue(run, with_readers)

    sent = run("send", issue, "--yes", at=with_readers)

    assert sent.status == 0, sent.err
    assert f"{issue} is sent: 3 accepted" in sent.out
    assert {request.path for request in service.requests} == {"/v3/mg.example.org/messages"}
    assert {request.headers["Authorization"] for request in service.requests} == {KEY_SHOWN}
    assert service.accepted == {
        "everything@example.org": 1,
        "evidence@example.org": 1,
        "lectrice@example.org": 1,
    }
    status = json.loads(run("status", issue, "--json", at=with_readers).out)
    assert (status["state"], status["accepted"], status["rehearsal"]) == ("sent", 3, False)


def test_a_service_without_its_key_is_told_before_anything_is_stored(
    run: Run, with_readers: Path, choose: CHANGES, service: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    choose(at_mailgun(service.url))
    monkeypatch.delenv("NEWSLETTER_PROVIDER__API_KEY")
    issue = next_issue(run, with_readers)

    sent = run("send", issue, "--yes", at=with_readers)
    tested = run("test", "--to", "editor@example.org", at=with_readers)
    checked = run("check", at=with_readers)

    assert (sent.status, tested.status, checked.status) == (1, 1, 0)
    assert "Set NEWSLETTER_PROVIDER__API_KEY in the environment" in sent.err
    assert "Set NEWSLETTER_PROVIDER__API_KEY in the environment" in tested.err
    assert json.loads(run("issues", "--json", at=with_readers).out)[0]["state"] == "draft"
    assert service.requests == []


def test_a_test_mail_through_a_service_has_images_that_it_can_carry(
    run: Run, with_readers: Path, choose: CHANGES, service: Account
) -> None:
    choose(at_mailgun(service.url))

    tested = run("test", "--to", "editor@example.org", at=with_readers)

    assert tested.status == 0, tested.err
    (mail,) = service.mails["editor@example.org"]
    assert 'src="cid:' not in mail.html
    assert "/media/" in mail.html


def test_a_service_that_refuses_us_pauses_the_issue_and_says_why(
    run: Run, with_readers: Path, choose: CHANGES
) -> None:
    with running(MailgunApi()) as service:
        service.habit = FORBIDDEN
        choose(at_mailgun(service.url))
        issue = next_issue(run, with_readers)

        sent = run("send", issue, "--yes", at=with_readers)

    status = json.loads(run("status", issue, "--json", at=with_readers).out)
    assert sent.status == 1
    assert "the provider refuses us (401: Forbidden)" in status["reason"]
    assert (status["state"], status["queued"], status["accepted"]) == ("paused", 3, 0)


def test_a_service_that_takes_whole_mails_fills_the_links_here(
    run: Run, with_readers: Path, choose: CHANGES
) -> None:
    with running(ResendApi()) as account:
        choose(f'name = "resend"\nbase_url = "{account.url}"\nself_check = false')
        issue = next_issue(run, with_readers)

        sent = run("send", issue, "--yes", at=with_readers)

    assert sent.status == 0, sent.err
    assert account.accepted.total() == 3
    assert all(count == 1 for count in account.accepted.values())


def test_a_run_that_gives_up_says_who_is_in_doubt_and_not_that_nothing_was_delivered(
    run: Run, with_readers: Path, choose: CHANGES, service: Account
) -> None:
    choose(at_mailgun(service.url))
    issue = next_issue(run, with_readers)
    service.habit = FORBIDDEN
    run("send", issue, "--yes", at=with_readers)
    with closing(sqlite3.connect(with_readers / "var" / "newsletter.db")) as connection:
        connection.executescript(
            "UPDATE batches SET state = 'unknown', unknown = size WHERE id = (SELECT min(id) FROM batches);"
            "UPDATE deliveries SET state = 'unknown' WHERE variant = (SELECT variant FROM batches ORDER BY id)"
        )
    run("resume", issue, at=with_readers)
    service.habit = Order(accepts=False, reply=Reply(429, b"{}", {"Retry-After": "5000"}))

    sent = run("send", issue, "--yes", at=with_readers)

    assert sent.status == 1
    assert "nothing is accepted at the moment, as far as is known" in sent.err
    assert "1 reader is in doubt: the provider may have accepted their mail." in sent.err
    assert f"go on with: newsletter send {issue}" in sent.err
