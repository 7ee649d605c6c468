"""A fresh database for a test: a SQLite file, or one of its own on the PostgreSQL server NEWSLETTER_TEST_POSTGRES.

The variable holds an address such as `postgresql+psycopg://postgres@127.0.0.1/postgres`, whose user may create
databases.
"""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, create_engine, make_url, text
from sqlalchemy.pool import NullPool

SERVER = os.environ.get("NEWSLETTER_TEST_POSTGRES", "")


@contextmanager
def fresh_url() -> Iterator[str]:
    """Yield the address of an empty database, in `[database] url`'s words."""
    if not SERVER:
        yield "sqlite:///var/newsletter.db"
        return
    name = f"newsletter_test_{secrets.token_hex(8)}"
    server = create_engine(SERVER, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    _execute(server, f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'")
    try:
        yield make_url(SERVER).set(database=name).render_as_string(hide_password=False)
    finally:
        # Connections that a test left open are none of the next one's business.
        _execute(server, f"DROP DATABASE {name} WITH (FORCE)")


def _execute(server: Engine, statement: str) -> None:
    with server.connect() as connection:
        connection.execute(text(statement))
