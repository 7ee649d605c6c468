"""Looking at readers: one of them, some of them, all of them as a file; and who did so. Every look is recorded."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from newsletter.app.administration import (
    known_address,
    known_digests,
    known_topics,
    storage,
)
from newsletter.app.cards import Card, card
from newsletter.app.project import Project
from newsletter.app.received import Received, received
from newsletter.delivery.words import printable
from newsletter.errors import NewsletterError, UsageError
from newsletter.files import whole_file
from subscribers.addresses import normalise
from subscribers.administering import HashedAddress
from subscribers.audit import Errand
from subscribers.errors import AddressError
from subscribers.exporting import Format, exported
from subscribers.selection import Group, Selection
from subscribers.storage import AuditStorage, RollStorage
from subscribers.values import Subscriber

#: Issues that are told of a reader.
LAST_ISSUES = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    """Everything that is shown of one address."""

    card: Card | None
    #: What is kept of it, when that is only a hash.
    hashed: HashedAddress | None
    #: Newest first.
    issues: tuple[Received, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What somebody did with readers' data."""

    at: datetime
    actor: str
    action: str
    people: int
    #: `Card.reader`; None: it concerned many, or nobody in particular.
    reader: str | None
    channel: str
    note: str
    details: Mapping[str, object]


def show(project: Project, text: str, errand: Errand, *, reveals: bool) -> Dossier:
    """Return what is known of an address. Raises UnknownReaderError when that is nothing."""
    found = storage(project).find(known_address(text).key, errand)
    if found.subscriber is None and found.hashed is not None:
        return Dossier(card=None, hashed=found.hashed)
    reader = found.reader
    return Dossier(
        card=card(reader, reveals=reveals),
        hashed=found.hashed,
        issues=tuple(received(project, reader, limit=LAST_ISSUES)),
    )


def selection(
    project: Project,
    *,
    state: str | None = None,
    digest: str | None = None,
    topic: str | None = None,
    domain: str | None = None,
) -> Selection:
    """Return which readers are meant. Raises UsageError for what the settings do not have."""
    return Selection(
        group=Group(state) if state else None,
        digest="".join(known_digests(project, [digest] if digest else [])),
        topic=(known_topics(project, [topic] if topic else []) or ("",))[0],
        domain=_domain(domain) if domain else "",
    )


def list_readers(
    project: Project, selected: Selection, errand: Errand, *, limit: int, reveals: bool
) -> tuple[list[Card], int]:
    """Return the newest *limit* readers, and how many there are in all."""
    found, total = RollStorage(project.engine).latest(selected, limit, errand)
    return [card(reader, reveals=reveals) for reader in found], total


def export(
    project: Project, selected: Selection, target: Path | BinaryIO, errand: Errand, *, as_json: bool
) -> int:
    """Write readers to a new file that only its owner can read, or to an open one; return how many they were.

    Raises NewsletterError when there is such a file, OSError when the disk refuses.
    """
    roll = RollStorage(project.engine)
    to = Format.JSON_LINES if as_json else Format.CSV
    if not isinstance(target, Path):
        roll.begin_export(selected, errand)
        return _write(roll.all(selected), to, target)
    if target.exists():
        raise NewsletterError(f"{target} is there already and was left as it is.")
    with whole_file(target, is_private=True) as file:
        roll.begin_export(selected, errand)
        return _write(roll.all(selected), to, file)


def audit(
    project: Project, *, since: datetime | None, action: str, reader: str | None, limit: int
) -> list[Record]:
    """Return the last *limit* records of what was done with readers' data, newest last."""
    key = known_address(reader).key if reader else ""
    found = AuditStorage(project.engine).records(since=since, action=action, key=key, limit=limit)
    return [
        Record(
            at=record.at,
            actor=record.actor,
            action=record.action,
            people=record.people,
            reader=None if record.ref is None else record.ref.hex(),
            channel=record.channel,
            note=record.note,
            details=record.details,
        )
        for record in found
    ]


def _write(readers: Iterator[Subscriber], to: Format, file: BinaryIO) -> int:
    count = 0

    def counted() -> Iterator[Subscriber]:
        nonlocal count
        for reader in readers:
            count += 1
            yield reader

    for piece in exported(counted(), to):
        file.write(piece)
    return count


def _domain(text: str) -> str:
    try:
        return normalise(f"somebody@{text.strip().removeprefix('@')}").key.partition("@")[2]
    except AddressError as error:
        raise UsageError(printable(f"--domain {text}: {error}")) from error
