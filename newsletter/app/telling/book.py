"""Incidents of which the database cannot keep account, because it is what is broken: a file for each, else only in memory."""

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(slots=True)
class Book:
    """What is wrong, as this machine knows it. The processes of a machine share the folder."""

    folder: Path
    #: What could not be written down.
    _remembered: set[str] = field(default_factory=set)

    def open(self, name: str) -> bool:
        """Note that something is wrong; False when that is known."""
        if name in self._remembered:
            return False
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError:
            self._remembered.add(name)
            return True
        try:
            # Of two processes one makes it.
            (self.folder / name).touch(exist_ok=False)
        except FileExistsError:
            return False
        except OSError:
            self._remembered.add(name)
        return True

    def close(self, name: str) -> bool:
        """Note that it is over; False when it was not open."""
        was_remembered = name in self._remembered
        self._remembered.discard(name)
        try:
            (self.folder / name).unlink()
        except OSError:
            return was_remembered
        return True
