"""`var/sent.journal`: which issues have begun to leave, outside the database, so that a restored backup is noticed."""

import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Journal:
    """A text file with a line for each issue that began to leave: time, issue, provider."""

    path: Path

    def append(self, issue: str, provider: str, now: datetime) -> None:
        """Write that *issue* is about to leave, and wait until it is on the disk."""
        if (issue, provider) in self.entries():
            return
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("a", encoding="utf-8") as file:
            file.write(f"{now.isoformat(timespec='seconds')} {issue} {provider}\n")
            file.flush()
            os.fsync(file.fileno())

    def entries(self) -> frozenset[tuple[str, str]]:
        """Return the (issue, provider) of every line; a line cut short by a power failure is none."""
        try:
            lines = self.path.read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return frozenset()
        fields = (line.split(" ") for line in lines)
        return frozenset((parts[1], parts[2]) for parts in fields if len(parts) == 3)
