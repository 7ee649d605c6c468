"""Files: when they changed; writing them whole or not at all, whatever breaks meanwhile."""

import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from newsletter.errors import NewsletterError


def changed_ns(file: Path) -> int | None:
    """Return the time of the last change of *file* in nanoseconds since 1970, None if there is no such file."""
    try:
        status = file.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    return status.st_mtime_ns if stat.S_ISREG(status.st_mode) else None


def write_whole(path: Path, data: bytes, *, is_durable: bool = True) -> None:
    """Put *data* in the place of *path* in one step; its folder is made.

    *is_durable*: also when the power fails, which takes milliseconds; a killed process never leaves half of it.
    Raises OSError, and then *path* is as it was.
    """
    with whole_file(path, is_durable=is_durable) as file:
        file.write(data)


@contextmanager
def whole_file(path: Path, *, is_durable: bool = True, is_private: bool = False) -> Iterator[BinaryIO]:
    """Open a file that takes the place of *path* once everything is written; whatever is raised meanwhile, it never does.

    *is_private*: nobody else on this machine may read it. Raises OSError.
    """
    # A name of its own: two processes may write the same file at once.
    unfinished = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        with _created(unfinished, 0o600 if is_private else 0o666) as file:
            yield file
            if is_durable:
                file.flush()
                os.fsync(file.fileno())
        unfinished.replace(path)
        if is_durable:
            _sync_folder(path.parent)
    except BaseException:
        with suppress(OSError):
            unfinished.unlink()
        raise


def write_over(path: Path, data: bytes) -> None:
    """Put *data* in the place of *path* in one step. Raises NewsletterError when the disk refuses."""
    try:
        write_whole(path, data)
    except OSError as error:
        raise _refused(path, error) from error


def write_new(path: Path, data: bytes) -> None:
    """Write a file that must not exist yet. Raises NewsletterError when it does, or when the disk refuses."""
    try:
        file = _created(path)
    except FileExistsError as error:
        if not path.exists():  # a file stands where its folder should be
            raise _refused(path, error) from error
        raise NewsletterError(f"{path} is there already and was left as it is.") from None
    except OSError as error:
        raise _refused(path, error) from error
    try:
        with file:
            file.write(data)
    except OSError as error:
        path.unlink()
        raise _refused(path, error) from error


def _created(path: Path, mode: int = 0o666) -> BinaryIO:
    """Open a new file to write, in a folder that is made only when it is missing: asking takes as long as writing."""

    def opener(name: str, flags: int) -> int:
        return os.open(name, flags, mode)

    try:
        return open(path, "xb", opener=opener)
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
        return open(path, "xb", opener=opener)


def _refused(path: Path, error: OSError) -> NewsletterError:
    return NewsletterError(f"{path} cannot be written: {error.strerror}.")


def _sync_folder(folder: Path) -> None:
    """Make the new name itself survive a power failure; Windows cannot, and need not."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
