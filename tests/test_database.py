"""The database: which file it is, and what a person is told when it cannot be reached."""

import stat
import threading
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from newsletter.database import Engine, database_url, open_database, reading, translated, writing
from newsletter.errors import StorageError
from tests.databases import come_and_go


def test_a_file_is_relative_to_the_project(tmp_path: Path) -> None:
    assert database_url("sqlite:///var/x.db", tmp_path).database == str(tmp_path / "var" / "x.db")
    assert database_url("sqlite:////srv/x.db", tmp_path).database == "/srv/x.db"


def test_a_server_that_does_not_answer_is_told_without_the_password() -> None:
    engine = open_database("postgresql+psycopg://user:hunter2@127.0.0.1:1/newsletter")

    with pytest.raises(StorageError, match="Is the database server running") as caught, reading(engine):
        pass

    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    ("reason", "remedy"),
    [
        (
            "failed to resolve host 'db.example.org': [Errno -2] Name or service not known",
            "Is the name of the host in `[database] url` right?",
        ),
        (
            'connection failed: connection to server at "127.0.0.1", port 5432 failed: FATAL:  database "x" does not exist',
            "Is the database server running, and `[database] url` right?",
        ),
        ('relation "issues" does not exist', "Run: newsletter migrate"),
    ],
)
def test_what_a_server_says_comes_with_the_advice_that_helps(reason: str, remedy: str) -> None:
    engine = open_database("postgresql+psycopg://user@db.example.org/newsletter")

    with pytest.raises(StorageError) as caught, translated(engine):
        raise OperationalError("", {}, Exception(reason))

    assert str(caught.value).endswith(remedy)


def test_a_file_that_another_process_holds_for_too_long_is_told_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("newsletter.database.BUSY_TIMEOUT_S", 0)
    path = tmp_path / "newsletter.db"
    with (
        writing(open_database(f"sqlite:///{path}")),
        pytest.raises(StorageError, match="Another process has been writing for too long; try again"),
        writing(open_database(f"sqlite:///{path}")),
    ):
        pass


def test_who_writes_slice_after_slice_lets_others_in(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'newsletter.db'}"
    slices, begun, ended = 0, threading.Event(), threading.Event()

    def write_on() -> None:
        nonlocal slices
        engine = open_database(url)
        while not ended.is_set():
            with writing(engine):
                slices += 1
                begun.set()
                # As long as it takes to write a slice; what comes after is no time at all.
                ended.wait(0.02)

    writer = threading.Thread(target=write_on)
    writer.start()
    begun.wait()
    before = slices
    try:
        with writing(open_database(url)):
            after = slices
    finally:
        ended.set()
        writer.join()

    # Those that began before this one stood in the queue.
    assert after - before <= 3


def test_the_queue_for_the_write_lock_is_open_to_nobody_else(tmp_path: Path) -> None:
    with writing(open_database(f"sqlite:///{tmp_path / 'newsletter.db'}")):
        pass

    assert stat.S_IMODE((tmp_path / "newsletter.db-turn").stat().st_mode) == 0o600


def test_opening_a_database_twice_leaves_its_log_to_who_writes_it(tmp_path: Path) -> None:
    """Closing a file drops its process's locks on it: one that is there must not be opened but by SQLite."""
    database = tmp_path / "newsletter.db"
    engine = open_database(f"sqlite:///{database}")
    with writing(engine) as connection:
        connection.execute(text("CREATE TABLE visits (who TEXT)"))

    again = open_database(f"sqlite:///{database}")
    come_and_go(database)

    assert database.with_name("newsletter.db-wal").exists()
    with writing(engine) as connection:
        connection.execute(text("INSERT INTO visits VALUES ('somebody')"))
    assert come_and_go(database, "SELECT who FROM visits") == "somebody"
    again.dispose()
    engine.dispose()


def test_the_file_of_a_database_is_its_owners_alone(tmp_path: Path) -> None:
    open_database(f"sqlite:///{tmp_path}/newsletter.db").dispose()

    assert (tmp_path / "newsletter.db").stat().st_mode & 0o777 == 0o600


def test_nothing_is_written_into_a_file_that_is_gone_and_it_goes_on_when_it_is_back(tmp_path: Path) -> None:
    path, away = tmp_path / "newsletter.db", tmp_path / "away.db"
    engine = open_database(f"sqlite:///{path}")
    add(engine, "CREATE TABLE words (word)")
    path.rename(away)

    for _ in range(2):
        with pytest.raises(StorageError, match="the file is gone"):
            add(engine, "INSERT INTO words VALUES ('lost')")
    is_made_anew = path.exists()
    away.rename(path)
    add(engine, "INSERT INTO words VALUES ('kept')")

    assert not is_made_anew
    assert words(engine) == ["kept"]
    engine.dispose()


def test_whoever_has_a_replaced_file_open_goes_on_with_the_new_one(tmp_path: Path) -> None:
    path, other = tmp_path / "newsletter.db", tmp_path / "other.db"
    engine = open_database(f"sqlite:///{path}")
    add(engine, "CREATE TABLE words (word)")
    add(engine, "INSERT INTO words VALUES ('old')")
    backup = open_database(f"sqlite:///{other}")
    add(backup, "CREATE TABLE words (word)")
    backup.dispose()

    other.replace(path)
    # It belongs to the old one, so a restore takes it away as well.
    Path(f"{path}-wal").unlink()
    with pytest.raises(StorageError, match="another file is in its place"):
        add(engine, "INSERT INTO words VALUES ('lost')")
    add(engine, "INSERT INTO words VALUES ('new')")

    assert words(engine) == ["new"]
    engine.dispose()


def add(engine: Engine, statement: str) -> None:
    with writing(engine) as connection:
        connection.execute(text(statement))


def words(engine: Engine) -> list[str]:
    with reading(engine) as connection:
        return list(connection.execute(text("SELECT word FROM words")).scalars())
