"""Files that editors own, written whole or not at all."""

import os
from contextlib import suppress
from pathlib import Path

from newsletter.errors import NewsletterError


def write_new(path: Path, data: bytes) -> None:
    """Write a file that must not exist yet.

    Raises NewsletterError when it does, or when the disk refuses.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as file:
            file.write(data)
    except FileExistsError:
        raise NewsletterError(f"{path} is there already and was left as it is.") from None
    except OSError as error:
        raise NewsletterError(f"{path} cannot be written: {error.strerror}.") from error


def write_over(path: Path, data: bytes) -> None:
    """Write a file, replacing an older one in one step.

    Raises NewsletterError when the disk refuses.
    """
    unfinished = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with unfinished.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    except OSError as error:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)
        raise NewsletterError(f"{path} cannot be written: {error.strerror}.") from error
