"""Keeping the database quick, small and whole."""

from threading import Event

from newsletter.app.project import Project
from newsletter.errors import StorageError
from newsletter.storage import upkeep

#: Long readers, a backup for one, are over after so many tries a second apart.
_TRIES = 120
_PAUSE_S = 1.0


def analyse(project: Project) -> None:
    """Let the database count what its plans rest on."""
    upkeep.analyse(project.engine)


def checkpoint(project: Project, stop: Event) -> None:
    """Cut off SQLite's write-ahead log, as soon as nobody reads or writes for a moment.

    Raises StorageError when somebody always does: then it grows.
    """
    for _ in range(_TRIES):
        if upkeep.checkpoint(project.engine) or stop.wait(_PAUSE_S):
            return
    raise StorageError(
        f"{project.database_file}: somebody has been reading or writing all the time, so that its log (-wal beside it) "
        "cannot be cut off and grows. Which program holds it open for so long?"
    )


def check_integrity(project: Project) -> None:
    """Raise StorageError when the database is damaged."""
    if damage := upkeep.find_damage(project.engine):
        raise StorageError(
            f"{project.database_file}: the database is damaged: {'; '.join(damage)}. Stop the scheduler and the site, "
            "look at the disk, and bring the latest backup that is whole with: newsletter restore FILE"
        )
