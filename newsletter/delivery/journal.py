"""`var/sent.journal`: which issues have begun to leave, and how far, outside the database, so that a restored backup is noticed."""

import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import quote, unquote


@dataclass(frozen=True, slots=True)
class Journal:
    """A text file with a line for each issue that began to leave (time, issue, provider), and one for each round of claims."""

    path: Path

    def append(self, issue: str, provider: str, now: datetime) -> None:
        """Write that *issue* is about to leave, and wait until it is on the disk."""
        if (issue, provider) in self.entries():
            return
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("a+b") as file:
            # A power failure may have cut the last line short: it must not swallow this one.
            is_torn = file.tell() > 0 and file.seek(-1, os.SEEK_END) >= 0 and file.read(1) != b"\n"
            file.write(b"\n" * is_torn + _line(issue, provider, now))
            file.flush()
            os.fsync(file.fileno())

    def note(self, issue: str, provider: str, claims: int, now: datetime) -> None:
        """Write that batches of *issue* have been claimed *claims* times by now.

        Not synced: a power failure that takes the last lines is none that brings an older database back.
        """
        with self.path.open("ab") as file:
            file.write(_line(issue, provider, now, claims))

    def entries(self) -> list[tuple[str, str]]:
        """Return the (issue, provider) of all that began, oldest first; a line cut short by a power failure is none."""
        return [(unquote(parts[1]), parts[2]) for parts in self._lines() if len(parts) == 3]

    def claims(self) -> list[tuple[str, str, int]]:
        """Return what was noted, oldest first: issue, provider, how often its batches had been claimed."""
        return [
            (unquote(parts[1]), parts[2], int(parts[3]))
            for parts in self._lines()
            if len(parts) == 4 and parts[3].isdecimal()
        ]

    def _lines(self) -> list[list[str]]:
        try:
            lines = self.path.read_text(encoding="utf-8", errors="replace").splitlines()
        except FileNotFoundError:
            return []
        return [line.split(" ") for line in lines]


def _line(issue: str, provider: str, now: datetime, *more: int) -> bytes:
    # A special may be called anything; in the file a blank parts one field from the next.
    fields = (now.isoformat(timespec="seconds"), quote(issue, safe=""), provider, *map(str, more))
    return f"{' '.join(fields)}\n".encode()
