"""`var/consent.seals`: every seal once more, outside the database, so that who can write only that cannot rewrite the chain.

TIME NUMBER-OF-THE-LAST-RECORD SEAL CHECKS      a seal, in letters and digits (RFC 4648, base16)
TIME restored SEAL                              a backup was restored whose newest seal this is (`-`: it has none)
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from subscribers.journals import append_lines, read_lines
from subscribers.sealing import Seal

_RESTORED, _NONE = "restored", "-"


@dataclass(frozen=True, slots=True)
class SealFile:
    """The file of seals."""

    path: Path

    def append(self, seal: Seal) -> None:
        """Write a seal down, and wait until it is on the disk."""
        fields = (
            seal.at.isoformat(timespec="seconds"),
            str(seal.last_record),
            seal.seal.hex(),
            seal.checks.hex(),
        )
        append_lines(self.path, [" ".join(fields)])

    def note_restored(self, newest: bytes | None, at: datetime) -> None:
        """Write down that the chain goes on from the seal *newest*: what came after it belongs to a database that is gone."""
        seal = newest.hex() if newest is not None else _NONE
        append_lines(self.path, [f"{at.isoformat(timespec='seconds')} {_RESTORED} {seal}"])

    def seals(self) -> list[Seal]:
        """Return the seals that the database should have, oldest first; a line cut short by a power failure is none."""
        chain: list[Seal] = []
        for fields in read_lines(self.path):
            if len(fields) == 3 and fields[1] == _RESTORED:
                while chain and chain[-1].seal.hex() != fields[2]:
                    chain.pop()
            # Two processes may have written the same one.
            elif (seal := _seal(fields)) is not None and seal.seal not in {each.seal for each in chain}:
                chain.append(seal)
        return chain


def _seal(fields: list[str]) -> Seal | None:
    try:
        time, last_record, seal, checks = fields
        return Seal(
            at=datetime.fromisoformat(time),
            last_record=int(last_record),
            seal=bytes.fromhex(seal),
            checks=bytes.fromhex(checks),
        )
    except ValueError:
        return None
