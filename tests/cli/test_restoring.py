"""A restored backup: nothing is sent again that had left, until a person decides."""

import json
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.command_line import Run, next_issue
from tests.stand_in.account import Account, running
from tests.stand_in.services.mailgun import MailgunApi
from tests.stand_in.values import Order, Reply

FORBIDDEN = Order(accepts=False, reply=Reply(401, b"Forbidden"))


@pytest.fixture
def service() -> Iterator[Account]:
    with running(MailgunApi()) as account:
        yield account


@pytest.fixture
def project(with_readers: Path, service: Account, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The sample project, which sends through a service; the database is copied as it is before."""
    settings = with_readers / "newsletter.toml"
    text = settings.read_text(encoding="utf-8")
    lines = f'name = "mailgun"\ndomain = "mg.example.org"\nbase_url = "{service.url}"'
    settings.write_text(text.replace('name = "outbox"', lines), encoding="utf-8")
    monkeypatch.setenv("NEWSLETTER_PROVIDER__API_KEY", "key")
    return with_readers


def back_up(project: Path) -> None:
    live, copy = project / "var" / "newsletter.db", project / "backup.db"
    with closing(sqlite3.connect(live)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)


def restore(project: Path) -> None:
    for file in (project / "var").glob("newsletter.db*"):
        file.unlink()
    shutil.copy(project / "backup.db", project / "var" / "newsletter.db")


def test_an_issue_that_left_is_not_sent_again_from_a_restored_backup(
    run: Run, project: Path, service: Account
) -> None:
    issue = next_issue(run, project)
    back_up(project)
    run("send", issue, "--yes", at=project)
    sent = len(service.requests)
    restore(project)

    again = run("send", issue, "--yes", at=project)

    assert again.status == 1
    assert f"{issue} left before, says var/sent.journal" in again.err
    assert "newsletter release --restored" in again.err
    assert len(service.requests) == sent


def test_what_had_left_counts_as_sent_once_a_person_says_so(
    run: Run, project: Path, service: Account
) -> None:
    issue = next_issue(run, project)
    back_up(project)
    run("send", issue, "--yes", at=project)
    sent = len(service.requests)
    restore(project)

    released = run("release", "--restored", at=project)
    twice = run("release", "--restored", at=project)
    again = run("send", issue, "--yes", at=project)

    assert (released.status, twice.status, again.status) == (0, 0, 0)
    assert f"{issue} counts as sent: 0 readers in doubt" in released.out
    assert "ask the provider who got it" in released.err
    assert "Nothing was changed." in twice.out
    assert "was sent before; nothing was sent now" in again.out
    assert len(service.requests) == sent
    rows = json.loads(run("issues", "--json", at=project).out)
    assert {row["issue"]: row["state"] for row in rows}[issue] == "sent"
    later = [item for item in json.loads(run("items", "--json", at=project).out) if item["issue"] == issue]
    assert later


def test_readers_of_an_issue_that_the_backup_has_half_known_are_in_doubt(
    run: Run, project: Path, service: Account
) -> None:
    issue = half_known(run, project, service)

    held = run("resume", issue, at=project)
    sent = run("send", issue, "--yes", at=project)
    released = run("release", "--restored", at=project)
    listed = run("resolve", issue, at=project)

    assert sent.status == 1
    assert "says var/sent.journal" in sent.err + held.err
    assert f"{issue} counts as sent: 3 readers in doubt" in released.out
    status = json.loads(run("status", issue, "--json", at=project).out)
    assert (status["state"], status["unknown"], status["queued"]) == ("sent", 3, 0)
    assert "reader since" in listed.out or "readers since" in listed.out
    assert service.requests == []


def test_a_backup_made_in_the_middle_of_an_issue_sends_nobody_a_second_mail(
    run: Run, project: Path, service: Account
) -> None:
    issue = next_issue(run, project)
    service.habit = FORBIDDEN
    run("send", issue, "--yes", at=project)
    back_up(project)
    service.habit = Order()
    run("resume", issue, at=project)
    run("send", issue, "--yes", at=project)
    sent = len(service.requests)
    restore(project)

    run("resume", issue, at=project)
    again = run("send", issue, "--yes", at=project)
    released = run("release", "--restored", at=project)
    twice = run("release", "--restored", at=project)

    assert again.status == 1
    assert (
        f"{issue} left before, says var/sent.journal, and the database does not know all of it" in again.err
    )
    assert len(service.requests) == sent
    assert f"{issue} counts as sent: 3 readers in doubt" in released.out
    assert "Nothing was changed." in twice.out
    status = json.loads(run("status", issue, "--json", at=project).out)
    assert (status["state"], status["unknown"], status["queued"]) == ("sent", 3, 0)


def test_readers_whose_batch_the_backup_knows_as_never_claimed_are_listed_as_in_doubt(
    run: Run, project: Path, service: Account
) -> None:
    issue = half_known(run, project, service)
    run("release", "--restored", at=project)

    listed = run("resolve", issue, at=project)
    left = run("resolve", issue, "--unknown", "leave", at=project)

    assert "it had left when a backup was restored that did not know" in listed.out
    assert "3 readers: leave" in left.out


def half_known(run: Run, project: Path, service: Account) -> str:
    """Freeze the next issue and leave it as a backup knows it that was made before the first claim; return its id."""
    issue = next_issue(run, project)
    with running(MailgunApi()) as refusing:
        refusing.habit = FORBIDDEN
        settings = project / "newsletter.toml"
        text = settings.read_text(encoding="utf-8")
        settings.write_text(text.replace(service.url, refusing.url), encoding="utf-8")
        run("send", issue, "--yes", at=project)
        settings.write_text(text, encoding="utf-8")
    with closing(sqlite3.connect(project / "var" / "newsletter.db")) as connection:
        connection.execute("UPDATE issues SET has_left = 0")
        connection.execute("UPDATE batches SET attempts = 0, claimed_at = NULL, key_until = NULL")
        connection.commit()
    return issue


def test_a_rehearsal_is_nothing_that_left(run: Run, with_readers: Path) -> None:
    issue = next_issue(run, with_readers)
    back_up(with_readers)
    run("send", issue, "--yes", at=with_readers)
    restore(with_readers)

    again = run("send", issue, "--yes", at=with_readers)

    assert again.status == 0, again.err


def test_a_name_and_restored_at_once_are_refused(run: Run, project: Path) -> None:
    both = run("release", "monthly-2026-12", "--restored", at=project)

    assert both.status == 2
    assert "not several of them" in both.err
