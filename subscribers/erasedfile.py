"""`var/erased.journal`: whom a restored backup must not bring back. Keyed hashes, no address.

TIME HASH KEY-ID REASON EXTENT      the hash in letters and digits (RFC 4648, base16)
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from subscribers.journals import append_lines, read_lines
from subscribers.suppression import Suppression, SuppressionKeys

#: The extents: nothing is kept; or the record of their consents still is, without an address.
_ALL, _PROFILE = "all", "profile"


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """What is left of an address: a row of `suppressed_hashes`, and a line of the journal."""

    hash: bytes
    key_id: str
    reason: Suppression
    at: datetime
    #: Only their profile is gone: the record of their consents is kept for as long as it may be needed. Known to the journal alone.
    keeps_consents: bool = False

    @classmethod
    def of_address(
        cls, email_key: str, keys: SuppressionKeys, *, reason: Suppression, at: datetime
    ) -> "Remembered":
        """Return what stands for the address with the unique form *email_key*, under the newest key."""
        return cls(hash=keys.hashes(email_key)[0], key_id=keys.newest_id, reason=reason, at=at)


@dataclass(frozen=True, slots=True)
class ErasedJournal:
    """The file of those who were erased."""

    path: Path

    def append(self, entries: Sequence[Remembered]) -> None:
        """Write *entries* down, and wait until they are on the disk. Before anything is erased: a crash must lose nobody."""
        append_lines(self.path, [_line(each) for each in entries])

    def entries(self) -> Iterator[Remembered]:
        """Yield what was written, oldest first; a line cut short by a power failure is none."""
        for fields in read_lines(self.path):
            if (entry := _entry(fields)) is not None:
                yield entry


def _line(entry: Remembered) -> str:
    extent = _PROFILE if entry.keeps_consents else _ALL
    return f"{entry.at.isoformat()} {entry.hash.hex()} {entry.key_id} {entry.reason} {extent}"


def _entry(fields: list[str]) -> Remembered | None:
    try:
        time, hashed, key_id, reason, extent = fields
        return Remembered(
            hash=bytes.fromhex(hashed),
            key_id=key_id,
            reason=Suppression(reason),
            at=datetime.fromisoformat(time),
            keeps_consents=extent == _PROFILE,
        )
    except ValueError:
        return None
