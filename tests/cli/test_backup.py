"""Backups: whole or not at all, without keys; and bringing one back brings nobody back who was erased."""

import json
import sqlite3
import tarfile
import threading
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from newsletter.app import open_project
from newsletter.app.consents import seal_consents, verify_consents
from newsletter.app.erasing import erase_address
from subscribers.audit import Errand
from tests.command_line import Run, mails, next_issue

PERSON = "lectrice@example.org"


def restore(run: Run, project: Path, name: str = "b.tar") -> str:
    done = run("restore", name, "--yes", at=project)
    assert done.status == 0, done.err
    return done.out + done.err


def erase(project: Path, address: str = PERSON) -> None:
    opened = open_project(project)
    erase_address(opened, address, Errand(actor="operator", at=datetime.now(UTC)))
    opened.engine.dispose()


def addresses(project: Path) -> set[str]:
    with closing(sqlite3.connect(project / "var" / "newsletter.db")) as connection:
        return {row[0] for row in connection.execute("SELECT email FROM subscribers")}


def asides(project: Path) -> list[Path]:
    return sorted((project / "var").glob("newsletter.db.before-restore-*"))


def test_a_backup_holds_database_and_pictures_and_no_key(run: Run, with_readers: Path) -> None:
    done = run("backup", "b.tar", at=with_readers)

    assert done.status == 0, done.err
    with tarfile.open(with_readers / "b.tar") as tar:
        names = set(tar.getnames())
    media = {f"media/{path.name}" for path in (with_readers / "var" / "media").iterdir()}
    assert media
    assert names >= media | {"newsletter.db"}
    data = (with_readers / "b.tar").read_bytes()
    secrets = [
        line.partition("=")[2]
        for line in (with_readers / ".env").read_text().splitlines()
        if line.startswith("NEWSLETTER_")
    ]
    assert len(secrets) == 2
    assert [secret for secret in secrets if secret.encode() in data] == []
    assert (with_readers / "b.tar").stat().st_mode & 0o777 == 0o600


def test_a_backup_is_brought_back_as_it_was(run: Run, with_readers: Path) -> None:
    before = addresses(with_readers)
    run("backup", "b.tar", at=with_readers)
    pictures = list((with_readers / "var" / "media").iterdir())
    pictures[0].unlink()
    (with_readers / "more.csv").write_text("email\nlater@example.org\n")
    run("subscribers", "import", "more.csv", "--confirmed", "--evidence", "a list", at=with_readers)

    said = restore(run, with_readers)

    assert addresses(with_readers) == before
    assert pictures[0].exists()
    (aside,) = asides(with_readers)
    assert str(aside) in said
    with closing(sqlite3.connect(aside)) as connection:
        assert connection.execute("SELECT count(*) FROM subscribers").fetchone() == (4,)
    assert not list((with_readers / "var").glob(".newsletter-*"))


def test_nothing_is_overwritten_without_being_told(run: Run, with_readers: Path) -> None:
    (with_readers / "b.tar").write_text("something else")

    refused = run("backup", "b.tar", at=with_readers)
    kept = (with_readers / "b.tar").read_text()
    told = run("backup", "b.tar", "--overwrite", at=with_readers)

    assert (refused.status, told.status) == (2, 0)
    assert "--overwrite" in refused.err
    assert kept == "something else"
    assert tarfile.is_tarfile(with_readers / "b.tar")


def test_a_backup_that_fails_leaves_nothing_behind(run: Run, with_readers: Path) -> None:
    (with_readers / "var" / "newsletter.db").write_bytes(b"no database at all, but long enough" * 100)

    failed = run("backup", "b.tar", at=with_readers)

    assert failed.status == 1
    assert "Traceback" not in failed.err
    assert [
        path for path in with_readers.iterdir() if "b.tar" in path.name or ".newsletter" in path.name
    ] == []


def test_a_backup_is_of_one_moment_while_others_write(run: Run, with_readers: Path) -> None:
    """Two tables are written together: a copy has both or none of it."""
    path = with_readers / "var" / "newsletter.db"
    stop, begun = threading.Event(), threading.Event()

    def write() -> None:
        with closing(sqlite3.connect(path, isolation_level=None, timeout=30)) as connection:
            while not stop.is_set():
                connection.execute("BEGIN IMMEDIATE")
                connection.execute("INSERT INTO heartbeats SELECT 'h' || count(*), '2026' FROM heartbeats")
                connection.execute(
                    "INSERT INTO imports (at, source, evidence) VALUES ('2026-01-01 00:00:00.000000', 'count', '')"
                )
                connection.execute("COMMIT")
                begun.set()

    writer = threading.Thread(target=write)
    writer.start()
    begun.wait(10)
    done = run("backup", "b.tar", at=with_readers)
    stop.set()
    writer.join()

    assert done.status == 0, done.err
    with tarfile.open(with_readers / "b.tar") as tar:
        tar.extract("newsletter.db", with_readers / "x", filter="data")
    with closing(sqlite3.connect(with_readers / "x" / "newsletter.db")) as copy:
        beats = copy.execute("SELECT count(*) FROM heartbeats").fetchone()
        counted = copy.execute("SELECT count(*) FROM imports WHERE source = 'count'").fetchone()
    assert beats == counted
    assert beats[0] > 0


def test_restore_asks_first(run: Run, with_readers: Path) -> None:
    run("backup", "b.tar", at=with_readers)

    asked = run("restore", "b.tar", at=with_readers)

    assert asked.status == 1
    assert "--yes" in asked.err
    assert asides(with_readers) == []


@pytest.mark.parametrize("content", [b"", b"no archive", b"x" * 20_000], ids=["empty", "text", "long"])
def test_what_is_no_backup_changes_nothing(run: Run, with_readers: Path, content: bytes) -> None:
    (with_readers / "b.tar").write_bytes(content)

    refused = run("restore", "b.tar", "--yes", at=with_readers)

    assert refused.status == 1
    assert "Nothing was changed." in refused.err
    assert len(addresses(with_readers)) == 3


def test_a_backup_that_was_cut_short_changes_nothing(run: Run, with_readers: Path) -> None:
    run("backup", "b.tar", at=with_readers)
    data = (with_readers / "b.tar").read_bytes()
    (with_readers / "b.tar").write_bytes(data[:100_000])

    refused = run("restore", "b.tar", "--yes", at=with_readers)

    assert refused.status == 1
    assert len(addresses(with_readers)) == 3
    assert asides(with_readers) == []


@pytest.mark.parametrize("name", ["../newsletter.toml", "/etc/passwd", "media/../../x.png", "keys.env"])
def test_w_36_an_archive_writes_nothing_outside(run: Run, with_readers: Path, name: str) -> None:
    (with_readers / "evil").write_text("evil")
    with tarfile.open(with_readers / "b.tar", "w") as tar:
        tar.add(with_readers / "evil", name)

    refused = run("restore", "b.tar", "--yes", at=with_readers)

    assert refused.status == 1
    assert "does not belong into a backup" in refused.err


def test_a_database_that_is_in_use_is_not_replaced(run: Run, with_readers: Path) -> None:
    run("backup", "b.tar", at=with_readers)
    with closing(sqlite3.connect(with_readers / "var" / "newsletter.db")) as other:
        other.execute("SELECT count(*) FROM subscribers").fetchone()

        refused = run("restore", "b.tar", "--yes", at=with_readers)

    assert refused.status == 1
    assert "Stop `newsletter serve`, the scheduler" in refused.err
    assert asides(with_readers) == []


def test_a_damaged_database_can_be_replaced(run: Run, with_readers: Path) -> None:
    run("backup", "b.tar", at=with_readers)
    (with_readers / "var" / "newsletter.db").write_bytes(b"no database at all, but long enough" * 100)

    restore(run, with_readers)

    assert len(addresses(with_readers)) == 3


def test_a_backup_is_brought_back_where_there_was_no_database(run: Run, with_readers: Path) -> None:
    run("backup", "b.tar", at=with_readers)
    for file in (with_readers / "var").glob("newsletter.db*"):
        file.unlink()

    restore(run, with_readers)

    assert len(addresses(with_readers)) == 3
    assert asides(with_readers) == []


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


def change(project: Path, statements: str) -> None:
    with closing(sqlite3.connect(project / "var" / "newsletter.db")) as connection:
        connection.executescript(statements)


LEAVING = """
UPDATE subscribers SET state = 'unsubscribed', unsubscribed_at = '2100-01-01 00:00:00.000000'
  WHERE email LIKE 'lectrice@%';
UPDATE subscriptions SET ended_at = '2100-01-01 00:00:00.000000'
  WHERE subscriber_id = (SELECT id FROM subscribers WHERE email LIKE 'lectrice@%');
UPDATE subscribers SET suppressed = 'complaint', suppressed_at = '2100-01-01 00:00:00.000000'
  WHERE email LIKE 'evidence@%';
"""


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


def test_who_saved_and_who_restored_is_noted(run: Run, with_readers: Path) -> None:
    run("backup", "b.tar", at=with_readers)
    restore(run, with_readers)

    with closing(sqlite3.connect(with_readers / "var" / "newsletter.db")) as connection:
        noted = connection.execute(
            "SELECT action, people FROM audit_records WHERE action NOT LIKE 'import%' ORDER BY id"
        ).fetchall()
    assert noted == [("backup", 3), ("restore", 0)]


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


def test_on_postgresql_it_says_which_commands_to_use(
    run: Run, sample: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEWSLETTER_DATABASE__URL", "postgresql+psycopg://somebody:secret@127.0.0.1/news")

    saved = run("backup", "b.tar", at=sample)
    restored = run("restore", "b.tar", "--yes", at=sample)

    assert (saved.status, restored.status) == (2, 2)
    assert "pg_dump --format=custom --file=b.tar postgresql://somebody@127.0.0.1/news" in saved.err
    assert "newsletter restore --replay --replaced news" in restored.err
    assert "secret" not in saved.err + restored.err


def test_a_file_or_replay_is_named_and_not_both(run: Run, with_readers: Path) -> None:
    assert run("restore", at=with_readers).status == 2
    assert run("restore", "b.tar", "--replay", at=with_readers).status == 2
    assert run("restore", "b.tar", "--replaced", "news", at=with_readers).status == 2
    assert run("restore", "--replay", "--replaced", "news", at=with_readers).status == 2


def test_an_issue_that_left_after_the_backup_is_not_sent_again(run: Run, with_readers: Path) -> None:
    issue = next_issue(run, with_readers)
    run("backup", "b.tar", at=with_readers)
    (with_readers / "var" / "sent.journal").write_text(f"2026-01-01T00:00:00+00:00 {issue} smtp\n")

    said = restore(run, with_readers)
    refused = run("send", issue, "--yes", at=with_readers)

    assert f"{issue} left since" in said
    assert refused.status == 1
    assert json.loads(run("subscribers", "stats", "--json", at=with_readers).out)["active"] == 3
