"""Incidents of which the database cannot keep account, because it is what is broken: a file for each, else only in memory."""

import contextlib
import os
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path


@dataclass(slots=True)
class Book:
    """What is wrong, as this machine knows it. The processes of a machine share the folder."""

    folder: Path
    #: What could not be written down.
    _remembered: dict[str, datetime] = field(default_factory=dict)

    def open(self, name: str, now: datetime) -> bool:
        """Note that something is wrong, from *now* on; False when that is known."""
        if name in self._remembered:
            return False
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError:
            self._remembered[name] = now
            return True
        file = self.folder / name
        try:
            # Of two processes one makes it.
            file.touch(exist_ok=False)
        except FileExistsError:
            return False
        except OSError:
            self._remembered[name] = now
        with contextlib.suppress(OSError):
            # A full disk has room for that, and for no words.
            os.utime(file, (now.timestamp(), now.timestamp()))
        return True

    def close(self, name: str) -> datetime | None:
        """Note that it is over, and return from when on it was wrong; None when it was not open."""
        remembered = self._remembered.pop(name, None)
        file = self.folder / name
        try:
            begun_at = datetime.fromtimestamp(file.stat().st_mtime, UTC)
            file.unlink()
        except OSError:
            return remembered
        return begun_at
