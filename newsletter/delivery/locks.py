"""Which senders live: each holds an operating-system lock on a file of its own, which its death releases at once."""

import secrets
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout


@contextmanager
def alive(folder: Path, issue_number: int) -> Iterator[str]:
    """Be alive under a new name, as a sender of an issue, for as long as the block lasts."""
    folder.mkdir(parents=True, exist_ok=True)
    name = f"{issue_number}-{secrets.token_hex(8)}"
    path = _file(folder, name)
    try:
        with FileLock(path):
            yield name
    finally:
        path.unlink(missing_ok=True)


def is_alive(folder: Path, name: str) -> bool:
    """Whether the sender *name* still holds its lock on this machine; the file of a dead one is cleared away."""
    path = _file(folder, name)
    if not path.exists():
        return False
    try:
        with FileLock(path, timeout=0):
            # Names are never used again, so nobody will ask for this lock.
            path.unlink(missing_ok=True)
            return False
    except Timeout:
        return True


def living(folder: Path, issue_number: int) -> list[str]:
    """Return the names of an issue's senders that hold their locks on this machine; nothing is cleared away."""
    files = folder.glob(f"{issue_number}-*.lock")
    return sorted(file.stem for file in files if _is_held(file))


def _is_held(path: Path) -> bool:
    """Whether somebody holds a lock; its file stays, for the one who made it may be about to lock it."""
    try:
        with FileLock(path, timeout=0):
            return False
    # Another user's file cannot be opened.
    except (Timeout, PermissionError):
        return True


def reach(folder: Path) -> str:
    """Return a name for where the locks in *folder* are known: the running system, and this very folder on it.

    The name of a machine, and the file that numbers it, are copied with images and so may be those of another one.
    """
    folder.mkdir(parents=True, exist_ok=True)
    system = socket.gethostname()
    # Linux makes a new one at each start.
    with suppress(OSError):
        system = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    place = folder.stat()
    return f"{system[:100]} {place.st_dev:x}:{place.st_ino:x}"


def _file(folder: Path, name: str) -> Path:
    return folder / f"{name}.lock"
