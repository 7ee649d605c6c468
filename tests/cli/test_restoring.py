"""A restored backup: nothing is sent again that had left, until a person decides."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from newsletter.app import open_project
from newsletter.delivery.events import Event, EventKind
from newsletter.delivery.outcomes import process
from newsletter.storage import events
from tests.cli.homes import Home
from tests.command_line import Run, next_issue
from tests.stand_in.account import Account, running
from tests.stand_in.services.mailgun import MailgunApi
from tests.stand_in.values import Order, Reply

FORBIDDEN = Order(accepts=False, reply=Reply(401, b"Forbidden"))


def left_after_the_backup(run: Run, home: Home, project: Path) -> str:
    """Send the next issue and bring a backup from before back; return its id."""
    issue = next_issue(run, project)
    home.copy()
    run("send", issue, "--yes", at=project)
    home.put_back()
    return issue


def status_of(run: Run, project: Path, issue: str) -> dict[str, Any]:
    return dict(json.loads(run("status", issue, "--json", at=project).out))


def items_of(run: Run, project: Path, issue: str) -> list[str]:
    """Return the items that belong to an issue, by the ledger."""
    found = json.loads(run("items", "--json", at=project).out)
    return [item["key"] for item in found if item["issue"] == issue]


def test_an_issue_that_left_is_not_sent_again_from_a_restored_backup(
    run: Run, home: Home, project: Path, service: Account
) -> None:
    issue = next_issue(run, project)
    home.copy()
    run("send", issue, "--yes", at=project)
    sent = len(service.requests)
    home.put_back()

    again = run("send", issue, "--yes", at=project)

    assert again.status == 1
    assert f"{issue} left before, says var/sent.journal" in again.err
    assert "newsletter release --restored" in again.err
    assert len(service.requests) == sent


def test_what_had_left_counts_as_sent_once_a_person_says_so(
    run: Run, home: Home, project: Path, service: Account
) -> None:
    issue = left_after_the_backup(run, home, project)
    sent = len(service.requests)

    released = run("release", "--restored", at=project)
    twice = run("release", "--restored", at=project)
    again = run("send", issue, "--yes", at=project)

    assert (released.status, twice.status, again.status) == (0, 0, 0)
    assert f"{issue} counts as sent: 3 readers in doubt" in released.out
    assert "these are the readers of now" in released.err
    assert "Nothing was changed." in twice.out
    assert "was sent before; nothing was sent now" in again.out
    assert len(service.requests) == sent
    rows = json.loads(run("issues", "--json", at=project).out)
    assert {row["issue"]: row["state"] for row in rows}[issue] == "sent"
    assert items_of(run, project, issue)


def test_whoever_reads_now_is_in_doubt_about_an_issue_that_the_backup_has_never_seen(
    run: Run, home: Home, project: Path, service: Account
) -> None:
    issue = left_after_the_backup(run, home, project)
    sent = len(service.requests)

    run("release", "--restored", at=project)
    listed = run("resolve", issue, "--addresses", at=project)
    status = status_of(run, project, issue)
    run("resolve", issue, "--unknown", "resend", "--yes", at=project)
    again = run("send", issue, "--yes", at=project)

    assert "everything@example.org" in listed.out
    counts = ("audience", "unknown", "undecided", "queued", "accepted")
    assert [status[name] for name in counts] == [3, 3, 3, 0, 0]
    assert again.status == 0, again.err
    assert len(service.requests) == 2 * sent
    assert set(service.accepted.values()) == {2}


def test_an_event_about_one_reader_says_nothing_of_those_who_are_now_listed_beside_them(
    run: Run, home: Home, project: Path
) -> None:
    (project / "more.csv").write_text("email,lang,topics\nsecond@example.org,en,\n", encoding="utf-8")
    issue = left_after_the_backup(run, home, project)
    run("subscribers", "import", "more.csv", "--confirmed", "--evidence", "signed a list", at=project)
    run("release", "--restored", at=project)
    now = datetime.now(UTC)
    told = Event(
        provider="mailgun",
        id="1",
        kind=EventKind.DELIVERED,
        at=now,
        email="everything@example.org",
        issue=issue,
    )

    engine = open_project(project).engine
    events.store(engine, [told], now)
    process(engine, now, lambda _provider: True)
    engine.dispose()

    found = status_of(run, project, issue)
    assert (found["audience"], found["accepted"], found["unknown"]) == (4, 1, 3)


@pytest.mark.parametrize("state", ["held", "skipped"])
def test_an_issue_that_the_backup_knows_only_as_not_started_gets_its_audience_as_well(
    run: Run, home: Home, project: Path, state: str
) -> None:
    issue = left_after_the_backup(run, home, project)
    home.change(
        "INSERT INTO issues (id, is_rehearsal, digest, period, state, due_at, created_at)"
        f" VALUES ('{issue}', false, 'monthly', '{issue[8:]}', '{state}', '2026-11-03 09:00:00.000000',"
        " '2026-11-01 09:00:00.000000')",
    )

    released = run("release", "--restored", at=project)

    assert f"{issue} counts as sent: 3 readers in doubt" in released.out
    assert status_of(run, project, issue)["unknown"] == 3
    assert items_of(run, project, issue)


def test_an_audience_that_the_backup_has_half_written_is_written_to_its_end(
    run: Run, home: Home, project: Path, service: Account
) -> None:
    issue = half_known(run, home, project, service)
    home.change(
        "UPDATE issues SET state = 'freezing', frozen_to = 1, audience = 1; DELETE FROM batches;"
        "DELETE FROM deliveries WHERE subscriber_id > 1",
    )

    released = run("release", "--restored", at=project)

    assert f"{issue} counts as sent: 3 readers in doubt" in released.out
    assert status_of(run, project, issue)["audience"] == 3
    assert service.requests == []


def test_an_issue_that_cannot_be_made_again_counts_as_sent_with_its_items_and_without_readers(
    run: Run, home: Home, project: Path, service: Account
) -> None:
    issue = left_after_the_backup(run, home, project)
    sent = len(service.requests)
    (project / "content" / "news" / "broken.md").write_text("---\ntitle: [\n---\n", encoding="utf-8")

    released = run("release", "--restored", at=project)
    (project / "content" / "news" / "broken.md").unlink()
    again = run("send", issue, "--yes", at=project)

    assert released.status == 0, released.err
    assert f"{issue} counts as sent: 0 readers in doubt" in released.out
    assert "The backup does not know who its readers were: ask the provider who got it." in released.err
    assert "content/news/broken.md:" in released.err
    assert "was sent before; nothing was sent now" in again.out
    assert len(service.requests) == sent
    assert status_of(run, project, issue)["audience"] == 0
    assert items_of(run, project, issue)


def test_an_issue_is_found_under_the_name_that_its_digest_has_now(
    run: Run, home: Home, project: Path
) -> None:
    issue = left_after_the_backup(run, home, project)
    settings = project / "newsletter.toml"
    text = settings.read_text(encoding="utf-8")
    renamed = text.replace("[digests.monthly]", '[digests.letter]\nrename_from = "monthly"')
    settings.write_text(renamed, encoding="utf-8")

    released = run("release", "--restored", at=project)

    assert released.status == 0, released.err
    assert f"{issue} counts as sent: 3 readers in doubt" in released.out
    assert items_of(run, project, issue)


def test_an_issue_whose_digest_is_gone_counts_as_sent(run: Run, home: Home, project: Path) -> None:
    left_after_the_backup(run, home, project)
    entry = "2026-11-03T09:00:00+00:00 weekly-2026-W45 mailgun\n"
    (project / "var" / "sent.journal").write_text(entry, encoding="utf-8")

    released = run("release", "--restored", at=project)
    twice = run("release", "--restored", at=project)

    assert released.status == 0, released.err
    assert "weekly-2026-W45 counts as sent: 0 readers in doubt" in released.out
    assert "There is no issue `weekly-2026-W45`" in released.err
    assert "Nothing was changed." in twice.out
    assert status_of(run, project, "weekly-2026-W45")["state"] == "sent"


def test_a_release_that_was_killed_once_the_audience_was_written_goes_on(
    run: Run, home: Home, project: Path, service: Account
) -> None:
    issue = half_known(run, home, project, service)
    home.change("UPDATE issues SET state = 'sending', reason = ''")

    between = run("send", issue, "--yes", at=project)
    released = run("release", "--restored", at=project)

    assert between.status == 1
    assert "says var/sent.journal" in between.err
    assert f"{issue} counts as sent: 3 readers in doubt" in released.out
    assert service.requests == []


def test_in_a_rehearsal_no_audience_is_written_for_an_issue_that_left_for_real(
    run: Run, home: Home, project: Path
) -> None:
    issue = left_after_the_backup(run, home, project)
    settings = project / "newsletter.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace('name = "mailgun"', 'name = "outbox"'), encoding="utf-8")

    refused = run("release", "--restored", at=project)

    assert refused.status == 1
    assert f"{issue} left through `mailgun`, and `outbox` is a rehearsal" in refused.err


def test_readers_of_an_issue_that_the_backup_has_half_known_are_in_doubt(
    run: Run, home: Home, project: Path, service: Account
) -> None:
    issue = half_known(run, home, project, service)

    held = run("resume", issue, at=project)
    sent = run("send", issue, "--yes", at=project)
    released = run("release", "--restored", at=project)
    listed = run("resolve", issue, at=project)

    assert sent.status == 1
    assert "says var/sent.journal" in sent.err + held.err
    assert f"{issue} counts as sent: 3 readers in doubt" in released.out
    status = status_of(run, project, issue)
    assert (status["state"], status["unknown"], status["queued"]) == ("sent", 3, 0)
    assert "reader since" in listed.out or "readers since" in listed.out
    assert service.requests == []


def test_a_backup_made_in_the_middle_of_an_issue_sends_nobody_a_second_mail(
    run: Run, home: Home, project: Path, service: Account
) -> None:
    issue = next_issue(run, project)
    service.habit = FORBIDDEN
    run("send", issue, "--yes", at=project)
    home.copy()
    service.habit = Order()
    run("resume", issue, at=project)
    run("send", issue, "--yes", at=project)
    sent = len(service.requests)
    home.put_back()

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
    status = status_of(run, project, issue)
    assert (status["state"], status["unknown"], status["queued"]) == ("sent", 3, 0)


def test_readers_whose_batch_the_backup_knows_as_never_claimed_are_listed_as_in_doubt(
    run: Run, home: Home, project: Path, service: Account
) -> None:
    issue = half_known(run, home, project, service)
    run("release", "--restored", at=project)

    listed = run("resolve", issue, at=project)
    left = run("resolve", issue, "--unknown", "leave", at=project)

    assert "it had left when a backup was restored that did not know" in listed.out
    assert "3 readers: leave" in left.out


def half_known(run: Run, home: Home, project: Path, service: Account) -> str:
    """Freeze the next issue and leave it as a backup knows it that was made before the first claim; return its id."""
    issue = next_issue(run, project)
    with running(MailgunApi()) as refusing:
        refusing.habit = FORBIDDEN
        settings = project / "newsletter.toml"
        text = settings.read_text(encoding="utf-8")
        settings.write_text(text.replace(service.url, refusing.url), encoding="utf-8")
        run("send", issue, "--yes", at=project)
        settings.write_text(text, encoding="utf-8")
    home.change(
        "UPDATE issues SET has_left = false; UPDATE batches SET attempts = 0, claimed_at = NULL, key_until = NULL",
    )
    return issue


def test_a_rehearsal_is_nothing_that_left(run: Run, home: Home) -> None:
    issue = next_issue(run, home.project)
    home.copy()
    run("send", issue, "--yes", at=home.project)
    home.put_back()

    again = run("send", issue, "--yes", at=home.project)

    assert again.status == 0, again.err


def test_a_name_and_restored_at_once_are_refused(run: Run, project: Path) -> None:
    both = run("release", "monthly-2026-12", "--restored", at=project)

    assert both.status == 2
    assert "not several of them" in both.err
