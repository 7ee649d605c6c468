"""Folders in which something is made ready beside its place; what a killed process left there is cleared away a day later."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

_PREFIX = ".newsletter-workshop-"
#: Nothing that is still worked on is so old.
_STALE = timedelta(days=1)


@contextmanager
def workshop(place: Path, now: datetime) -> Iterator[Path]:
    """Yield a new folder in *place* that nobody else on this machine can read, gone at the end."""
    clear_stale(place, now)
    with TemporaryDirectory(dir=place, prefix=_PREFIX) as folder:
        yield Path(folder)


def clear_stale(place: Path, now: datetime) -> int:
    """Delete the folders that killed processes left in *place*: they may hold a database. Return how many."""
    stale = [
        folder for folder in place.glob(f"{_PREFIX}*") if folder.stat().st_mtime <= (now - _STALE).timestamp()
    ]
    for folder in stale:
        shutil.rmtree(folder, ignore_errors=True)
    return len(stale)
