"""The content is brought by the command of `[content] update`, and has to lie still for a moment before it goes out."""

import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event
from typing import IO

from filelock import FileLock, Timeout

from newsletter.app.log import masked
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

    One at a time on this machine. It is killed at its limit, and when *stop* is set.
    """
    command = project.settings.content.update
    if not command:
        return ""
    failed = _failed(project)
    failed.parent.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(failed.with_name("update.lock"), timeout=LIMIT_S), tempfile.TemporaryFile() as said:
            failure = _run(command, project.root, said, stop)
            if not failure:
                failed.unlink(missing_ok=True)
            elif not stop.is_set():
                failed.touch()
            return failure
    except Timeout:
        return f"`{command[0]}` of another scheduler has been running for {LIMIT_S} seconds"


def failed_lately(project: Project) -> bool:
    """Whether the command failed when it was last run, and that is not long ago."""
    return any(time.time() - stamp < OFTEN.total_seconds() for stamp in _stamp(_failed(project)))


def _failed(project: Project) -> Path:
    return project.settings.var / "locks" / "update.failed"


def _run(command: tuple[str, ...], root: Path, said: IO[bytes], stop: Event) -> str:
    try:
        process = subprocess.Popen(  # noqa: S603 - the owner's own words, and no shell reads them
            command,
            cwd=root,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            # Keys of the newsletter are none of its business.
            env={name: value for name, value in os.environ.items() if not name.startswith("NEWSLETTER_")},
            # It may start others, and is ended with them.
            start_new_session=True,
        )
    except OSError as error:
        return f"`{command[0]}` cannot be run: {error.strerror}. Look at [content] update in newsletter.toml"
    name = masked(" ".join(command))
    until = time.monotonic() + LIMIT_S
    while (status := process.poll()) is None:
        if stop.is_set() or time.monotonic() > until:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            return f"`{name}` was stopped" if stop.is_set() else f"`{name}` took over {LIMIT_S} seconds"
        stop.wait(_LOOK_S)
    return f"`{name}` failed (exit {status}): {_last_words(said)}" if status else ""


def _last_words(said: IO[bytes]) -> str:
    length = said.seek(0, os.SEEK_END)
    said.seek(max(0, length - _SAID))
    lines = [line.strip() for line in said.read().decode(errors="replace").splitlines()]
    return masked(" ".join(filter(None, lines)))[-500:] or "it said nothing"


def changed_lately(project: Project, now: datetime) -> datetime | None:
    """Return when the files that issues are made of will have been left alone long enough; None: they have been.

    A time far ahead, which a wrong clock wrote, is not waited for.
    """
    stamps = (datetime.fromtimestamp(stamp, UTC) for stamp in _stamps(project))
    recent = [stamp for stamp in stamps if abs(now - stamp) < REST]
    return max(recent) + REST if recent else None


def _stamps(project: Project) -> Iterator[float]:
    """Yield when files, and the folders they lie in, were changed."""
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
