"""Seals over the record of consents: each covers the one before it, so that what is changed later is found.

    seal        = SHA-256( the seal before, or 32 zero bytes; the hash of each record since, in their order )
    record hash = SHA-256( number, reference, time, action, channel, SHA-256 of the payload )

A payload that was blanked has left its hash (`payload_hash`), and the record of a consent that is no longer kept has left its
record hash: both can go without breaking a seal.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from subscribers.consent import Action

NO_SEAL = bytes(32)
#: Bytes of each record's hash that stand in the file of seals: enough to tell which record of a seal differs.
CHECK_BYTES = 2


@dataclass(frozen=True, slots=True)
class Sealable:
    """A row of `consent_records`."""

    id: int
    ref: bytes
    at: datetime
    action: str
    channel: str
    payload: str
    payload_hash: bytes | None

    def hash(self) -> bytes:
        """Return what a seal covers of it."""
        if self.action == Action.DELETED:
            return self.payload_hash or b""
        # What is there counts, not what is said of it.
        is_blank = not self.payload and self.payload_hash is not None
        payload = self.payload_hash if is_blank else hash_of_payload(self.payload)
        at = self.at.astimezone(UTC).isoformat(timespec="microseconds")
        fields = f"{self.id}\n{self.ref.hex()}\n{at}\n{self.action}\n{self.channel}\n"
        return hashlib.sha256(fields.encode() + (payload or b"")).digest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Seal:
    """A row of `consent_seals`, or a line of the file beside the database."""

    #: Counted from 1; 0 in the file, where lines have no number.
    id: int = 0
    at: datetime
    last_record: int
    seal: bytes
    #: `CHECK_BYTES` of each record; the database does not have them.
    checks: bytes = field(default=b"", repr=False)


def hash_of_payload(payload: str) -> bytes:
    """Return what stays of a payload that is blanked."""
    return hashlib.sha256(payload.encode()).digest()


def seal_over(before: bytes, hashes: Sequence[bytes]) -> bytes:
    """Return the seal over records with *hashes*, after the seal *before*."""
    return hashlib.sha256(before + b"".join(hashes)).digest()


def checks_of(hashes: Sequence[bytes]) -> bytes:
    """Return what the file keeps to tell records apart."""
    return b"".join(each[:CHECK_BYTES] for each in hashes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Where the record of consents is no longer what was sealed."""

    #: The first record that differs, as far as that can be told.
    record: int
    message: str


def counted(number: int, noun: str) -> str:
    """Return how many there are, in words for a person."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What looking at every seal came to."""

    seals: int
    #: Records under seals that hold; those that come after the last seal.
    sealed: int
    unsealed: int
    #: Of the sealed ones, those of which only a hash is left.
    deleted: int
    difference: Difference | None = None

    @property
    def holds(self) -> bool:
        """Whether nothing was found."""
        return self.difference is None

    def __str__(self) -> str:
        if self.difference is not None:
            return f"The record of consents was changed: {self.difference.message}"
        gone = f", of {self.deleted:,} of which only the hash is left" if self.deleted else ""
        sealed, seals = counted(self.sealed, "record"), counted(self.seals, "seal")
        return f"{sealed} under {seals} that {'holds' if self.seals == 1 else 'hold'}{gone}; {self.unsealed:,} not sealed yet."


def compare(
    records: Sequence[tuple[int, bytes]], before: bytes, stored: Seal, written: Seal | None
) -> Difference | None:
    """Return how *records* (number, hash) differ from what was sealed, None when they do not.

    *before*: the seal before. *stored*: what the database says; *written*: what the file says, None when it does not know.
    """
    seal = seal_over(before, [each for _, each in records])
    if seal == stored.seal == (written.seal if written else stored.seal):
        return None
    if seal == stored.seal:
        where = f"seal {stored.id} in the database is not the one in the file: both were rewritten together."
    else:
        where = f"seal {stored.id} does not fit its records."
    checks = written.checks if written else b""
    return _first_difference(records, checks, stored.last_record, where)


def _first_difference(
    records: Sequence[tuple[int, bytes]], checks: bytes, last_record: int, where: str
) -> Difference:
    expected = [checks[place : place + CHECK_BYTES] for place in range(0, len(checks), CHECK_BYTES)]
    found = [(number, each[:CHECK_BYTES]) for number, each in records]
    if not expected:
        first = found[0][0] if found else last_record
        return Difference(record=first, message=f"records {first} to {last_record}: {where}")
    for place, (number, check) in enumerate(found):
        if place >= len(expected):
            return Difference(record=number, message=f"record {number} was put in: {where}")
        if check != expected[place]:
            what = _what_happened(len(found) - len(expected))
            return Difference(record=number, message=f"record {number} {what}: {where}")
    if len(found) < len(expected):
        return Difference(
            record=last_record,
            message=f"{len(expected) - len(found)} records up to {last_record} are gone: {where}",
        )
    return Difference(record=last_record, message=f"a record up to {last_record} differs: {where}")


def _what_happened(surplus: int) -> str:
    if surplus < 0:
        return "stands where one that is gone was"
    return "was put in, or stands after one that was" if surplus else "was changed"
