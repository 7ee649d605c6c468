"""The database: its version, whether it can be written, and where a SQLite file lies."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from newsletter.app.doctor.amounts import in_bytes
from newsletter.app.doctor.filesystems import is_remote, kind_of
from newsletter.app.doctor.finding import Finding, Health
from newsletter.app.project import Project
from newsletter.app.readers import suppression_keys
from subscribers.errors import KeysError

if TYPE_CHECKING:
    from newsletter.database import Engine

#: Mounted file systems, one a line (proc(5)); there is none outside of Linux.
_MOUNTS = Path("/proc/self/mountinfo")


def look_at_database(project: Project) -> Iterator[Finding]:
    """Look at the database as it is. One that is not there yet is not made."""
    from newsletter.database import open_database

    yield from _place(project)
    if not project.has_database:
        yield _finding(Health.OK, "There is none yet: the first command that needs it makes it.")
        return
    engine = open_database(project.settings.database.url, root=project.root)
    try:
        yield from _inside(project, engine)
    finally:
        engine.dispose()


def _place(project: Project) -> Iterator[Finding]:
    file = project.database_file
    if file is None or not _MOUNTS.exists():
        return
    kind = kind_of(file.resolve(), _MOUNTS.read_text(encoding="utf-8", errors="replace"))
    if is_remote(kind):
        yield _finding(
            Health.ERROR,
            f"{file} lies on a network file system ({kind}), whose locks SQLite cannot rely on.",
            "Move it to a local disk, or use PostgreSQL.",
        )


def _inside(project: Project, engine: "Engine") -> Iterator[Finding]:
    from newsletter.storage import health, schema

    revision = schema.usable_revision(engine)
    if revision is None:
        yield _finding(Health.OK, "It is empty: the first command that needs its tables makes them.")
        return
    if revision != schema.HEAD:
        words = f"It is at {revision}; the next command brings it to {schema.HEAD}, after a copy beside it."
        yield _finding(Health.INFO, words)
        return
    health.check_writable(engine)
    name = "SQLite" if engine.dialect.name == "sqlite" else "PostgreSQL"
    yield _finding(
        Health.OK, f"{name} at revision {revision}, {in_bytes(health.size(engine))}; it can be written."
    )
    yield from _erased(project, engine)


def _erased(project: Project, engine: "Engine") -> Iterator[Finding]:
    """Look whether every erased address would be recognised; keys that are weak or missing are told elsewhere."""
    from subscribers.storage import ImportStorage

    try:
        keys = suppression_keys(project)
    except KeysError:
        return
    try:
        ImportStorage(engine, keys).check_keys()
    except KeysError as error:
        yield Finding(level=Health.ERROR, subject="keys of erased", message=str(error))


def _finding(level: Health, message: str, help_: str = "") -> Finding:
    return Finding(level=level, subject="database", message=message, help=help_)
