"""Which senders live: each holds an operating-system lock on a file of its own, which its death releases at once."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout


@contextmanager
def alive(folder: Path) -> Iterator[str]:
    """Be alive under a new name for as long as the block lasts."""
    folder.mkdir(parents=True, exist_ok=True)
    name = secrets.token_hex(8)
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


def _file(folder: Path, name: str) -> Path:
    return folder / f"{name}.lock"
