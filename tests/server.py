"""A PostgreSQL server for tests, which gives its databases out again: to empty one takes a tenth of the time of making one."""

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Self

import psycopg
from sqlalchemy import make_url

_CATALOGS = (
    "pg_attribute",
    "pg_constraint",
    "pg_index",
    "pg_namespace",
    "pg_proc",
    "pg_rewrite",
    "pg_trigger",
    "pg_type",
)
#: How many definitions there are, and which transaction made the last. Emptying a table changes its row of `pg_class`,
#: so there the names have to do.
_SHAPE = "SELECT md5(string_agg(relname, ' ' ORDER BY oid))" + "".join(
    f", (SELECT (count(*), max(xmin::text::bigint))::text FROM {catalog})" for catalog in _CATALOGS
)
_FILLED = """
SELECT oid::regclass::text FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND pg_relation_size(oid) > 0 ORDER BY oid
"""
_COUNTED = "FROM pg_sequences WHERE schemaname = 'public' AND last_value IS NOT NULL"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """What is in the tables of a database, as COPY writes it, and how far its sequences have counted."""

    tables: dict[str, bytes]
    sequences: dict[str, int]

    @classmethod
    def of(cls, connection: "psycopg.Connection") -> Self:
        """Return what is there."""
        counted = connection.execute(f"SELECT sequencename, last_value {_COUNTED}".encode())
        return cls(
            tables={name: _copied_out(connection, name) for name in _names(connection, _FILLED)},
            sequences=dict(counted.fetchall()),
        )

    def replace_all(self, connection: "psycopg.Connection") -> None:
        """Have a database hold these and no others."""
        filled = _names(connection, _FILLED)
        if filled:
            connection.execute(f"TRUNCATE {', '.join(filled)} CASCADE".encode())
        connection.execute(f"SELECT setval(sequencename::text, start_value, false) {_COUNTED}".encode())
        # A table was made after those that it refers to.
        for name, rows in self.tables.items():
            with connection.cursor().copy(f"COPY {name} FROM STDIN".encode()) as copy:
                copy.write(rows)
        for name, value in self.sequences.items():
            connection.execute("SELECT setval(%s, %s)", (name, value))


def _names(connection: "psycopg.Connection", query: str) -> list[str]:
    return [row[0] for row in connection.execute(query.encode())]


def _copied_out(connection: "psycopg.Connection", table: str) -> bytes:
    with connection.cursor().copy(f"COPY {table} TO STDOUT".encode()) as copy:
        return b"".join(copy)


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """A database that a test is done with."""

    name: str
    #: The one in which it was made.
    shape: tuple[object, ...]


@dataclass(kw_only=True)
class Server:
    """A PostgreSQL server, and the database on it whose copies tests get."""

    address: str
    #: To its own database.
    connection: "psycopg.Connection"
    template: str = "template0"
    #: How the names of its copies begin.
    prefix: str = field(default_factory=lambda: f"newsletter_test_{secrets.token_hex(4)}_")
    _used: list[Used] = field(default_factory=list)

    @contextmanager
    def database(self) -> Iterator[str]:
        """Yield the address of a fresh copy."""
        # A name that was never there: what an earlier test left running finds nothing of this one.
        name = self._new_name()
        shape = self._emptied(name) or self._made(name)
        try:
            yield self.address_of(name)
        finally:
            self._used.append(Used(name=name, shape=shape))

    @contextmanager
    def copied(self) -> Iterator["Server"]:
        """Yield the server with a fresh copy as the database that is copied from then on, as it is at the first time."""
        with self.database() as address:
            yield replace(self, template=str(make_url(address).database))

    def prepared(self, prepare: Callable[[str], object]) -> "Server":
        """Return the server with a copy that *prepare* has defined more in as the database that is copied from then on."""
        name = self._new_name()
        self._made(name)
        prepare(self.address_of(name))
        return replace(self, template=name, _used=[])

    def drop_all(self) -> None:
        """Drop every copy."""
        made = self.connection.execute(
            "SELECT datname FROM pg_database WHERE starts_with(datname, %s)", (self.prefix,)
        )
        for (name,) in made.fetchall():
            self._do(f"DROP DATABASE {name} WITH (FORCE)")

    @property
    def template_address(self) -> str:
        """The address of the database that is copied; who copies it waits until nobody is connected to it."""
        return self.address_of(self.template)

    def address_of(self, name: str) -> str:
        """Return the address of the database *name*."""
        return make_url(self.address).set(database=name).render_as_string(hide_password=False)

    @cached_property
    def _rows(self) -> Rows:
        with self._connected(self.template) as connection:
            return Rows.of(connection)

    def _new_name(self) -> str:
        return f"{self.prefix}{secrets.token_hex(4)}"

    def _made(self, name: str) -> tuple[object, ...]:
        """Make a copy, and return its shape."""
        self._do(f"CREATE DATABASE {name} TEMPLATE {self.template} ENCODING 'UTF8'")
        with self._connected(name) as connection:
            return _shape(connection)

    def _emptied(self, name: str) -> tuple[object, ...]:
        """Have a used database be a copy, and return its shape; () when there is none that can."""
        while self._used:
            used = self._used.pop()
            # Connections that a test left open are none of the next one's business.
            self._do(
                f"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '{used.name}'"
            )
            self._do(f"ALTER DATABASE {used.name} RENAME TO {name}")
            with self._connected(name) as connection:
                if _shape(connection) == used.shape:
                    self._rows.replace_all(connection)
                    return used.shape
            self._do(f"DROP DATABASE {name} WITH (FORCE)")
        return ()

    @contextmanager
    def _connected(self, name: str) -> Iterator["psycopg.Connection"]:
        with psycopg.connect(address_for_driver(self.address_of(name))) as connection:
            yield connection

    def _do(self, statement: str) -> None:
        self.connection.execute(statement.encode())


def address_for_driver(address: str) -> str:
    """Return *address* as the driver itself wants it."""
    return make_url(address).set(drivername="postgresql").render_as_string(hide_password=False)


def _shape(connection: "psycopg.Connection") -> tuple[object, ...]:
    found = connection.execute(f"{_SHAPE} FROM pg_class WHERE relkind <> 't'".encode()).fetchone()
    assert found is not None
    return tuple(found)
