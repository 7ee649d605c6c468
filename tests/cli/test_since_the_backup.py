"""What happened since the backup that is brought back: nobody is back who was erased or left, and it stays on record."""

import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from newsletter.app import open_project
from newsletter.app.consents import seal_consents, verify_consents
from newsletter.app.erasing import erase_address
from subscribers.audit import Errand
from tests.cli.brought_back import addresses, restore
from tests.cli.standing import change
from tests.command_line import Run, mails, next_issue

PERSON = "lectrice@example.org"
LEAVING = """
UPDATE subscribers SET state = 'unsubscribed', unsubscribed_at = '2100-01-01 00:00:00.000000'
  WHERE email LIKE 'lectrice@%';
UPDATE subscriptions SET ended_at = '2100-01-01 00:00:00.000000'
  WHERE subscriber_id = (SELECT id FROM subscribers WHERE email LIKE 'lectrice@%');
UPDATE subscribers SET suppressed = 'complaint', suppressed_at = '2100-01-01 00:00:00.000000'
  WHERE email LIKE 'evidence@%';
"""


def erase(project: Path, address: str = PERSON) -> None:
    opened = open_project(project)
    erase_address(opened, address, Errand(actor="operator", at=datetime.now(UTC)))
    opened.engine.dispose()


def test_p_08_who_was_erased_since_the_backup_stays_erased(run: Run, with_readers: Path) -> None:
    run("backup", "b.tar", at=with_readers)
    erase(with_readers)

    said = restore(run, with_readers)

    assert "1 reader erased again." in said
    assert PERSON not in addresses(with_readers)
    assert len(addresses(with_readers)) == 2
    assert PERSON.encode() not in (with_readers / "var" / "newsletter.db").read_bytes()


def test_p_14_a_database_that_came_back_by_other_means_is_cleaned_too(run: Run, with_readers: Path) -> None:
    live = with_readers / "var" / "newsletter.db"
    before = live.read_bytes()
    erase(with_readers)
    live.write_bytes(before)

    done = run("restore", "--replay", at=with_readers)

    assert done.status == 0, done.err
    assert PERSON not in addresses(with_readers)


def test_who_left_or_complained_since_the_backup_is_not_mailed_again(run: Run, with_readers: Path) -> None:
    issue = next_issue(run, with_readers)
    run("backup", "b.tar", at=with_readers)
    (with_readers / "more.csv").write_text("email\nlater@example.org\n")
    run("subscribers", "import", "more.csv", "--as", "complained", at=with_readers)
    change(with_readers, LEAVING)

    said = restore(run, with_readers)
    sent = run("send", issue, "--yes", at=with_readers)
    imported = run(
        "subscribers", "import", "more.csv", "--confirmed", "--evidence", "a list", at=with_readers
    )

    assert "2 readers left since, and stay so." in said
    assert sent.status == 0, sent.err
    assert [str(mail["To"]) for mail in mails(with_readers, issue).values()] == ["everything@example.org"]
    assert "refused, suppressed: 1" in imported.err
    with closing(sqlite3.connect(with_readers / "var" / "newsletter.db")) as connection:
        noted = connection.execute(
            "SELECT count(*) FROM consent_records WHERE channel = 'restored'"
        ).fetchone()
    assert noted == (2,)


def test_who_confirmed_after_leaving_is_not_taken_out_by_an_older_database(
    run: Run, with_readers: Path
) -> None:
    change(with_readers, "UPDATE subscribers SET confirmed_at = '2101-01-01 00:00:00.000000'")
    run("backup", "b.tar", at=with_readers)
    change(with_readers, LEAVING.split("UPDATE subscriptions", maxsplit=1)[0])

    restore(run, with_readers)

    assert json.loads(run("subscribers", "stats", "--json", at=with_readers).out)["active"] == 3


def test_where_nobody_knows_who_left_since_it_is_said(run: Run, with_readers: Path) -> None:
    run("backup", "b.tar", at=with_readers)
    (with_readers / "var" / "newsletter.db").unlink()

    assert "Who left since cannot be told" in restore(run, with_readers)


def test_p_08_the_journals_are_not_those_of_the_backup(run: Run, with_readers: Path) -> None:
    var = with_readers / "var"
    (var / "sent.journal").write_text("2026-01-01T00:00:00+00:00 monthly-2026-01 smtp\n")
    run("backup", "b.tar", at=with_readers)
    (var / "sent.journal").write_text("2026-01-01T00:00:00+00:00 monthly-2026-02 smtp\n")
    erase(with_readers)
    journal = (var / "erased.journal").read_text()

    said = restore(run, with_readers)

    assert "monthly-2026-02" in (var / "sent.journal").read_text()
    assert (var / "erased.journal").read_text() == journal
    assert "monthly-2026-02 left since" in said
    assert "newsletter release --restored" in said


def test_on_another_machine_the_journals_of_the_backup_are_used(run: Run, with_readers: Path) -> None:
    erase(with_readers)
    run("backup", "b.tar", at=with_readers)
    journal = with_readers / "var" / "erased.journal"
    text = journal.read_text()
    journal.unlink()

    restore(run, with_readers)

    assert journal.read_text() == text


def test_p_01_the_seals_go_on_from_the_backup(run: Run, with_readers: Path) -> None:
    now = datetime.now(UTC)
    project = open_project(with_readers)
    seal_consents(project, now)
    project.engine.dispose()
    run("backup", "b.tar", at=with_readers)
    (with_readers / "more.csv").write_text("email\nlater@example.org\n")
    run("subscribers", "import", "more.csv", "--confirmed", "--evidence", "a list", at=with_readers)
    project = open_project(with_readers)
    seal_consents(project, now + timedelta(days=1))
    project.engine.dispose()

    restore(run, with_readers)

    project = open_project(with_readers)
    seal_consents(project, now + timedelta(days=2))
    assert verify_consents(project).holds
    project.engine.dispose()


def test_p_18_what_was_done_since_the_backup_stays_on_record(run: Run, with_readers: Path) -> None:
    run("backup", "b.tar", at=with_readers)
    run("subscribers", "erase", PERSON, "--channel", "mail", "--note", "asked for it", at=with_readers)
    run("subscribers", "export", at=with_readers)

    restore(run, with_readers)
    run("subscribers", "list", at=with_readers)

    found = json.loads(run("subscribers", "audit", "--json", at=with_readers).out)
    assert [each["action"] for each in found] == [
        "import-begun",
        "import",
        "backup",
        "erase",
        "export",
        "restore",
        "list",
    ]
    assert (found[3]["channel"], found[3]["note"]) == ("mail", "asked for it")


def test_an_issue_that_left_after_the_backup_is_not_sent_again(run: Run, with_readers: Path) -> None:
    issue = next_issue(run, with_readers)
    run("backup", "b.tar", at=with_readers)
    (with_readers / "var" / "sent.journal").write_text(f"2026-01-01T00:00:00+00:00 {issue} smtp\n")

    said = restore(run, with_readers)
    refused = run("send", issue, "--yes", at=with_readers)

    assert f"{issue} left since" in said
    assert refused.status == 1
    assert json.loads(run("subscribers", "stats", "--json", at=with_readers).out)["active"] == 3
