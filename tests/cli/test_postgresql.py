"""The main job by the command line, on PostgreSQL."""

import json
import shlex
import stat
from pathlib import Path

import pytest
from sqlalchemy import make_url, text

from newsletter.database import open_database
from tests.cli.typing_in import to_type, type_in
from tests.command_line import READERS, Run, mails, next_issue

pytestmark = pytest.mark.parametrize("database", ["postgresql"], indirect=True)


@pytest.fixture
def on_postgresql(sample: Path, database: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The sample project with a database on a server, and three readers on a list."""
    monkeypatch.setenv("NEWSLETTER_DATABASE__URL", database)
    (sample / "readers.csv").write_text(READERS, encoding="utf-8")
    return sample


def test_readers_are_brought_in_and_each_gets_the_issue_once(run: Run, on_postgresql: Path) -> None:
    project = on_postgresql
    imported = run(
        "subscribers", "import", "readers.csv", "--confirmed", "--evidence", "signed a list", at=project
    )
    issue = next_issue(run, project)
    sent = run("send", issue, "--yes", at=project)
    again = run("send", issue, "--yes", at=project)

    status = json.loads(run("status", issue, "--json", at=project).out)
    assert (imported.status, sent.status, again.status) == (0, 0, 0), imported.err + sent.err + again.err
    assert (status["state"], status["accepted"], status["unknown"]) == ("sent", 3, 0)
    assert sorted(mails(project, issue)) == [line.partition(",")[0] for line in sorted(READERS.split()[1:])]
    assert not (project / "var" / "newsletter.db").exists()


def test_an_older_database_waits_for_a_person_to_migrate_it(
    run: Run, on_postgresql: Path, database: str
) -> None:
    engine = open_database(database)
    with engine.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
        connection.execute(text("CREATE TABLE alembic_version (version_num varchar(32))"))
        connection.execute(text("INSERT INTO alembic_version VALUES ('0000')"))
    refused = run("status", at=on_postgresql)
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM alembic_version"))
    engine.dispose()

    migrated = run("migrate", at=on_postgresql)

    assert refused.status == 1
    assert "Run: newsletter migrate" in refused.err
    assert migrated.status == 0, migrated.err
    assert run("status", at=on_postgresql).status == 0


def test_p_08_p_14_a_backup_comes_back_by_what_is_said_to_be_typed_and_brings_nobody_back(
    run: Run, on_postgresql: Path, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    project, name = on_postgresql, str(make_url(database).database)
    run("subscribers", "import", "readers.csv", "--confirmed", "--evidence", "signed a list", at=project)
    type_in(to_type(run("backup", "news of 3 March.dump", at=project).err), project)
    run("subscribers", "erase", "evidence@example.org", at=project)
    run("subscribers", "suppress", "lectrice@example.org", "--reason", "complaint", at=project)
    run("subscribers", "add", "later@example.org", at=project)
    *commands, replay = to_type(run("restore", "news of 3 March.dump", "--yes", at=project).err)

    try:
        type_in(commands, project)
        monkeypatch.setenv("NEWSLETTER_DATABASE__URL", database.replace(name, f"{name}_restored"))
        done = run(*shlex.split(replay)[1:], at=project)
        listed = json.loads(run("subscribers", "list", "--reveal", "--json", at=project).out)
    finally:
        server = f"--maintenance-db={shlex.quote(database.replace('+psycopg', ''))}"
        type_in([f"dropdb --force {server} {name}_restored"], project)

    assert done.status == 0, done.err
    assert done.out == "1 reader erased again.\n1 reader left since, and stay so.\n"
    assert sorted((each["email"], each["suppressed"]) for each in listed) == [
        ("everything@example.org", None),
        ("lectrice@example.org", "complaint"),
    ]
    assert stat.S_IMODE((project / "news of 3 March.dump").stat().st_mode) == 0o600


def test_the_database_in_use_is_not_the_one_that_was_replaced(
    run: Run, on_postgresql: Path, database: str
) -> None:
    run("subscribers", "import", "readers.csv", at=on_postgresql)

    refused = run("restore", "--replay", "--replaced", str(make_url(database).database), at=on_postgresql)

    assert refused.status == 2
    assert "is the database in use" in refused.err
