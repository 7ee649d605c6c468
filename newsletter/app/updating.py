"""The content is brought by the command of `[content] update`, and has to lie still for a moment before it goes out."""

import os
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event
from typing import IO

from filelock import FileLock, Timeout

from newsletter.app.log import masked
from newsletter.app.programs import run_program
from newsletter.app.project import Project

#: A command that takes longer hangs.
LIMIT_S = 300
#: Whoever saves several files, one after the other, is done with all of them after so long.
REST = timedelta(minutes=1)
#: One that has failed for so long is not tried each minute any more.
OFTEN = timedelta(minutes=10)
#: How much is read of what a failing command had to say: its end.
_SAID = 4_000
_LOOK_S = 0.1


def update(project: Project, stop: Event) -> str:
    """Run the command that brings the content; return why it failed, in a line without secrets, "" when it did not.

    One at a time on this machine. It is killed at its limit, and neither waits nor goes on when *stop* is set.
    """
    command = project.settings.content.update
    if not command:
        return ""
    failed, lock = _failed(project), _lock(project)
    lock.parent.mkdir(parents=True, exist_ok=True)
    try:
        with (
            FileLock(lock).acquire(timeout=LIMIT_S, cancel_check=stop.is_set),
            tempfile.TemporaryFile() as said,
        ):
            failure = _run(command, project.root, said, stop)
            if not failure:
                failed.unlink(missing_ok=True)
            elif not stop.is_set():
                failed.touch()
            return failure
    except Timeout:
        if stop.is_set():
            return f"[content] update: `{command[0]}` was not begun, for the scheduler stops"
        return f"[content] update: `{command[0]}` of another scheduler has been running for {LIMIT_S} seconds"


def is_under_way(project: Project) -> bool:
    """Whether the command runs now, for whatever scheduler of this machine."""
    lock = _lock(project)
    if not lock.exists():
        return False
    try:
        with FileLock(lock, timeout=0):
            return False
    except Timeout:
        return True


def failed_lately(project: Project) -> bool:
    """Whether the command failed when it was last run, and that is not long ago."""
    return any(time.time() - stamp < OFTEN.total_seconds() for stamp in _stamp(_failed(project)))


def _lock(project: Project) -> Path:
    return project.settings.var / "locks" / "update.lock"


def _failed(project: Project) -> Path:
    return project.settings.var / "locks" / "update.failed"


def _run(command: tuple[str, ...], root: Path, said: IO[bytes], stop: Event) -> str:
    failure = run_program(command, root, limit_s=LIMIT_S, stop=stop, said=said)
    if not failure:
        return ""
    words = ": ".join(filter(None, (failure, _last_words(said))))
    return f"[content] update: `{masked(' '.join(command))}` {words}"


def _last_words(said: IO[bytes]) -> str:
    length = said.seek(0, os.SEEK_END)
    said.seek(max(0, length - _SAID))
    lines = [line.strip() for line in said.read().decode(errors="replace").splitlines()]
    return masked(" ".join(filter(None, lines)))[-500:]


def changed_lately(project: Project, now: datetime) -> datetime | None:
    """Return when the files that issues are made of will have been left alone long enough; None: they have been.

    A time far ahead, which a wrong clock wrote, is not waited for.
    """
    changes = (datetime.fromtimestamp(stamp, UTC) for stamp in stamps(project))
    recent = [change for change in changes if abs(now - change) < REST]
    return max(recent) + REST if recent else None


def stamps(project: Project) -> Iterator[float]:
    """Yield when the files that issues are made of, and the folders they lie in, were changed."""
    for folder in (project.settings.content.folder, "templates"):
        yield from _stamps_below(project.root / folder)
    for logo in project.logo_paths:
        yield from _stamp(project.root / logo)


def _stamps_below(folder: Path) -> Iterator[float]:
    yield from _stamp(folder)
    for place, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in (*folders, *(name for name in files if not name.startswith("."))):
            yield from _stamp(Path(place) / name)


def _stamp(path: Path) -> Iterator[float]:
    try:
        yield path.stat().st_mtime
    except OSError:
        # Gone, or not to be read: whoever makes the issue says so.
        return
