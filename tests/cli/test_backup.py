"""Backups: whole or not at all, without keys; and one is brought back whole or not at all."""

import sqlite3
import tarfile
import threading
from contextlib import closing
from pathlib import Path

import pytest

from tests.cli.brought_back import addresses, restore
from tests.command_line import Run


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


def test_who_saved_and_who_restored_is_noted(run: Run, with_readers: Path) -> None:
    run("backup", "b.tar", at=with_readers)
    restore(run, with_readers)

    with closing(sqlite3.connect(with_readers / "var" / "newsletter.db")) as connection:
        noted = connection.execute(
            "SELECT action, people FROM audit_records WHERE action NOT LIKE 'import%' ORDER BY id"
        ).fetchall()
    assert noted == [("backup", 3), ("restore", 0)]


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
