"""An editor's picture as bytes: only a plain file, really inside the folder it must be in, of bearable size."""

import codecs
import os
import stat
from pathlib import Path

from newsletter.errors import Level, Problem

MAX_BYTES = 10 * 2**20


def read_picture(source: Path, *, within: Path, name: str) -> bytes | Problem:
    """Return the bytes of *source*, or what is wrong with it; *name* is for people, *within* the real folder.

    Links are followed first, so that none leads out of *within*; a pipe or a device is refused without waiting for it.
    """
    try:
        real = source.resolve(strict=True)
        if not real.is_relative_to(within):
            return _problem(
                "image-outside", f"The image {name} is outside the folder it must be in.", "Copy it there."
            )
        data = _plain_file(real) if real.is_file() else None
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        missing = isinstance(error, FileNotFoundError | NotADirectoryError | ValueError)
        reason = (
            "is not there." if missing else f"cannot be read: {os.strerror(getattr(error, 'errno', 0) or 0)}."
        )
        return _problem(
            "image-missing", f"The image {name} {reason}", "Mend the path, or put the picture there."
        )
    if data is None:
        return _problem("image-missing", f"The image {name} is not a file.", "Put a picture there.")
    if len(data) > MAX_BYTES:
        return _problem(
            "image-too-large",
            f"The image {name} has more than {MAX_BYTES >> 20} MB.",
            "Save it smaller, 2,000 pixels wide for example.",
        )
    if _is_svg(data):
        return _problem(
            "image-format",
            f"The image {name} is an SVG drawing, which mail programs do not show.",
            "Save it as PNG.",
        )
    return data


def _plain_file(path: Path) -> bytes | None:
    """Return the bytes of *path*, one more than allowed at the most, or None if it is no plain file."""
    with open(path, "rb", opener=_open_at_once) as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            return None
        return file.read(MAX_BYTES + 1)


def _open_at_once(path: str, flags: int) -> int:
    """Open *path* for `open`: a pipe that nobody writes to is not waited for, a link put there meanwhile not followed."""
    # Windows has neither flag, nor such pipes.
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0))


def _is_svg(data: bytes) -> bool:
    start = data[:65_536].lower().removeprefix(codecs.BOM_UTF8).lstrip()
    return start.startswith((b"<svg", b"<?xml", b"<!")) and b"<svg" in start


def _problem(rule: str, message: str, help: str) -> Problem:
    return Problem(level=Level.ERROR, rule=rule, message=message, help=help)
