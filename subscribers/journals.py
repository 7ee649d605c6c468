"""Files beside the database that only grow: what a restored or rewritten database does not know stands there."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path


def append_lines(path: Path, lines: Sequence[str]) -> None:
    """Add *lines* to the file *path*, which is made with its folder, and wait until they are on the disk.

    Raises OSError.
    """
    if not lines:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(handle, "r+b") as file:
        # A power failure may have cut the last line short: it must not swallow the first of these.
        is_torn = file.seek(0, os.SEEK_END) > 0 and file.seek(-1, os.SEEK_END) >= 0 and file.read(1) != b"\n"
        file.write(b"\n" * is_torn + "".join(f"{line}\n" for line in lines).encode())
        file.flush()
        os.fsync(file.fileno())


def read_lines(path: Path) -> Iterator[list[str]]:
    """Yield the fields of each line, oldest first; nothing when there is no such file."""
    try:
        file = path.open(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return
    with file:
        for line in file:
            yield line.split()
