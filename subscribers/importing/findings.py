"""What an import has to say: of one row, and of the whole."""

import csv
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
    #: A note: the default language was taken.
    UNKNOWN_LANGUAGE = "unknown-language"
    #: A note: mixes alphabets, as look-alikes do.
    MIXED_SCRIPT = "mixed-script"
    #: A note: reads another digest already; for this one the file has no evidence that they agreed.
    NEEDS_EVIDENCE = "needs-evidence"


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

    It names rows, not addresses: it may be passed on.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.is_written = False

    def write(self, source: Path, findings: Iterable[Finding]) -> None:
        """Add *findings* about the file *source*."""
        rows = [
            (
                source.name,
                finding.line,
                "refused" if finding.is_refusal else "note",
                finding.reason,
                finding.message,
            )
            for finding in findings
        ]
        if not rows:
            return
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("a" if self.is_written else "w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            if not self.is_written:
                writer.writerow(("path", "line", "outcome", "reason", "message"))
            writer.writerows(rows)
        self.is_written = True
