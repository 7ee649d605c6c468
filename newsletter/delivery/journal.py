"""`var/sent.journal`: which issues have begun to leave, outside the database, so that a restored backup is noticed."""

import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import quote, unquote


@dataclass(frozen=True, slots=True)
class Journal:
    """A text file with a line for each issue that began to leave: time, issue, provider."""

    path: Path

    def append(self, issue: str, provider: str, now: datetime) -> None:
        """Write that *issue* is about to leave, and wait until it is on the disk."""
        if (issue, provider) in self.entries():
            return
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("a+b") as file:
            # A power failure may have cut the last line short: it must not swallow this one.
            is_torn = file.tell() > 0 and file.seek(-1, os.SEEK_END) >= 0 and file.read(1) != b"\n"
            # A special may be called anything; here a blank parts one field from the next.
            line = f"{now.isoformat(timespec='seconds')} {quote(issue, safe='')} {provider}\n"
            file.write(b"\n" * is_torn + line.encode())
            file.flush()
            os.fsync(file.fileno())

    def entries(self) -> list[tuple[str, str]]:
        """Return the (issue, provider) of every line, oldest first; a line cut short by a power failure is none."""
        try:
            lines = self.path.read_text(encoding="utf-8", errors="replace").splitlines()
        except FileNotFoundError:
            return []
        fields = (line.split(" ") for line in lines)
        return [(unquote(parts[1]), parts[2]) for parts in fields if len(parts) == 3]
