"""What an import has to say: of one row, and of the whole."""

import csv
import os
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path


class Reason(StrEnum):
    """Why a row was refused, or what was noticed about it."""

    # Of the address: see `AddressReason`.
    EMPTY = "empty"
    SYNTAX = "syntax"
    TOO_LONG = "too-long"
    RELAY = "relay"
    NOT_ASCII = "not-ascii"
    ROLE = "role"
    #: Quotes that do not close, or stand in the wrong place.
    UNREADABLE = "unreadable"
    #: An earlier row of the file has the same address and asks for the same.
    DUPLICATE = "duplicate"
    #: Bounced, complained, was blocked or erased: an import changes nothing about that.
    SUPPRESSED = "suppressed"
    #: Left; only their own new sign-up brings them back.
    UNSUBSCRIBED = "unsubscribed"
    #: Names topics, and we have none of them; as a note: has some of them.
    UNKNOWN_TOPIC = "unknown-topic"
    #: Names digests, and we have none of them; as a note: has some of them.
    UNKNOWN_DIGEST = "unknown-digest"
    #: The column `status` says what nobody knows the meaning of.
    UNKNOWN_STATUS = "unknown-status"
    #: A contact of the other system who never asked for mail.
    NEVER_SUBSCRIBED = "never-subscribed"
    #: A note: the default language was taken.
    UNKNOWN_LANGUAGE = "unknown-language"
    #: A note: mixes alphabets, as look-alikes do.
    MIXED_SCRIPT = "mixed-script"
    #: A note: reads another digest already; for this one the file has no evidence that they agreed.
    NEEDS_EVIDENCE = "needs-evidence"


#: What a person can do about it.
REMEDIES: Mapping[Reason, str] = {
    Reason.EMPTY: "Nothing, unless the address stands in another column: then --map COLUMN=email",
    Reason.SYNTAX: "Correct the address in the file and import it again",
    Reason.TOO_LONG: "Correct the address in the file and import it again",
    Reason.RELAY: "Ask the person for another address",
    Reason.NOT_ASCII: "Ask the person for an address in ASCII",
    Reason.ROLE: "Ask for the address of a person, or of a mailbox that people share",
    Reason.UNREADABLE: "Correct the quotes in this line and import the file again",
    Reason.DUPLICATE: "Nothing",
    Reason.SUPPRESSED: "Nothing: the address must not be mailed",
    Reason.UNSUBSCRIBED: "Nothing: they may sign up again themselves",
    Reason.UNKNOWN_TOPIC: "Add the topic to newsletter.toml, or correct its name, and import the file again",
    Reason.UNKNOWN_DIGEST: "Add the digest to newsletter.toml, or correct its name, and import the file again",
    Reason.UNKNOWN_STATUS: "Write a known word instead, or import these rows by themselves with --as",
    Reason.NEVER_SUBSCRIBED: "Nothing: they may sign up themselves",
    Reason.UNKNOWN_LANGUAGE: "Nothing, or correct it; readers can choose their language themselves",
    Reason.MIXED_SCRIPT: "Look at the address in the file: letters of two alphabets may look alike",
    Reason.NEEDS_EVIDENCE: "Import these rows with --confirmed --evidence, if there is evidence",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What is to be said of one row."""

    #: Of the file, counted from 1; of a row of several lines, the first.
    line: int
    reason: Reason
    message: str
    #: False: a note; the row was taken all the same.
    is_refusal: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """What an import did, or would do."""

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    refused: Mapping[Reason, int] = field(default_factory=dict)
    notes: Mapping[Reason, int] = field(default_factory=dict)

    @property
    def counts(self) -> dict[str, object]:
        """The figures as JSON values."""
        return {
            "added": self.added,
            "updated": self.updated,
            "unchanged": self.unchanged,
            "refused": dict(self.refused),
            "notes": dict(self.notes),
        }

    def plus(self, other: "ImportReport") -> "ImportReport":
        """Return the figures of both."""
        return ImportReport(
            added=self.added + other.added,
            updated=self.updated + other.updated,
            unchanged=self.unchanged + other.unchanged,
            refused=Counter(self.refused) + Counter(other.refused),
            notes=Counter(self.notes) + Counter(other.notes),
        )


class FindingsFile:
    """A CSV file with a line for every finding, written as they come; made when the first one comes.

    It names rows, not addresses. Only its owner may read it, and no cell is a formula to a spreadsheet.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.is_written = False

    def write(self, source: Path, findings: Iterable[Finding]) -> None:
        """Add *findings* about the file *source*."""
        rows = [
            (
                _inert(source.name),
                finding.line,
                "refused" if finding.is_refusal else "note",
                finding.reason,
                _inert(finding.message),
                REMEDIES[finding.reason],
            )
            for finding in findings
        ]
        if not rows:
            return
        self.path.parent.mkdir(parents=True, exist_ok=True)
        mode = "a" if self.is_written else "w"
        with open(self.path, mode, encoding="utf-8", newline="", opener=_for_its_owner) as file:
            writer = csv.writer(file)
            if not self.is_written:
                writer.writerow(("path", "line", "outcome", "reason", "message", "remedy"))
            writer.writerows(rows)
        self.is_written = True


def _for_its_owner(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _inert(cell: str) -> str:
    """Return *cell* so that a spreadsheet takes it for text."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell
