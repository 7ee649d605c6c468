"""Whether the database would take what sending writes, and how large it is."""

from sqlalchemy import Engine, false, text, update

from newsletter.database import reading, writing
from newsletter.storage.tables import issues

_SIZES = {
    "sqlite": "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()",
    "postgresql": "SELECT pg_database_size(current_database())",
}


def check_writable(engine: Engine) -> None:
    """Raise StorageError when nothing could be written; nothing is changed."""
    with writing(engine) as connection:
        # Of no row: rights, locks and a read-only server are looked at all the same.
        connection.execute(update(issues).where(false()).values(reason=""))


def size(engine: Engine) -> int:
    """Return the bytes that the database takes."""
    with reading(engine) as connection:
        return int(connection.execute(text(_SIZES[engine.dialect.name])).scalar_one())
