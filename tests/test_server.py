"""The databases of the tests themselves: whatever a test did with one, the next test has a fresh one."""

import psycopg
import pytest

from tests.server import Server, address_for_driver

COUNTED = "INSERT INTO imports (at, source, evidence) VALUES (now(), '', '') RETURNING id"


def ask(address: str, *statements: str) -> tuple[object, ...]:
    """Carry out *statements* on a database, and return what the last one found."""
    with psycopg.connect(address_for_driver(address)) as connection:
        for statement in statements:
            found = connection.execute(statement.encode())
        return found.fetchone() or () if found.description else ()


def test_a_database_that_was_used_comes_again_empty_and_counts_from_one(postgresql: Server) -> None:
    with postgresql.database() as first:
        ask(first, "INSERT INTO heartbeats VALUES ('a', now())", COUNTED, COUNTED)
        (oid,) = ask(first, "SELECT oid FROM pg_database WHERE datname = current_database()")

    with postgresql.database() as second:
        (again,) = ask(second, "SELECT oid FROM pg_database WHERE datname = current_database()")
        (beats,) = ask(second, "SELECT count(*) FROM heartbeats")
        (version,) = ask(second, "SELECT count(*) FROM alembic_version")
        (number,) = ask(second, COUNTED)

    assert (again, beats, version, number) == (oid, 0, 1, 1)
    assert first != second


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE another (id integer)",
        "ALTER TABLE heartbeats ADD COLUMN another integer",
        "ALTER TABLE heartbeats DROP COLUMN at",
        "ALTER TABLE heartbeats ALTER COLUMN at DROP NOT NULL",
        "ALTER TABLE heartbeats RENAME TO elsewhere",
        "ALTER TABLE notices DROP CONSTRAINT notices_pkey",
        "CREATE INDEX another ON heartbeats (at)",
        "CREATE VIEW another AS SELECT 1",
        "CREATE FUNCTION another() RETURNS integer LANGUAGE sql AS 'SELECT 1'",
        "DROP TABLE heartbeats",
        "DROP SCHEMA public CASCADE",
    ],
)
def test_what_a_test_defines_is_gone_for_the_next(postgresql: Server, statement: str) -> None:
    with postgresql.database() as first:
        (oid,) = ask(first, "SELECT oid FROM pg_database WHERE datname = current_database()")
        ask(first, statement)

    with postgresql.database() as second:
        (other,) = ask(second, "SELECT oid FROM pg_database WHERE datname = current_database()")
        (beats,) = ask(second, "SELECT count(at) FROM heartbeats")

    assert (other != oid, beats) == (True, 0)


def test_a_connection_that_is_left_open_is_ended(postgresql: Server) -> None:
    with postgresql.database() as first:
        left = psycopg.connect(address_for_driver(first))
        left.execute("INSERT INTO heartbeats VALUES ('a', now())")

    with postgresql.database() as second:
        (beats,) = ask(second, "SELECT count(*) FROM heartbeats")

    assert beats == 0
    with pytest.raises(psycopg.OperationalError):
        left.execute("SELECT 1")


def test_a_copy_has_the_rows_of_what_it_is_a_copy_of(postgresql: Server) -> None:
    with postgresql.database():
        pass
    with postgresql.copied() as filled:
        ask(filled.template_address, "INSERT INTO heartbeats VALUES ('a', now())", COUNTED)

        with filled.database() as first, filled.database() as second:
            found = [ask(each, "SELECT name FROM heartbeats") for each in (first, second)]
            numbers = [ask(each, COUNTED) for each in (first, second)]

    assert found == [("a",)] * 2
    assert numbers == [(2,)] * 2
