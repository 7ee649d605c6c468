"""Erasing a reader everywhere: afterwards only a keyed hash, its key's id, a reason and a date are left (rows P-08, P-09)."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from newsletter.app.project import Project
from newsletter.app.readers import check_suppression_keys, suppression_keys
from newsletter.app.traces import copies_of_database, mails_to, take_out_of_findings
from newsletter.database import Connection, reading, writing
from newsletter.delivery.letter import reference_text
from newsletter.storage import forgetting
from subscribers.addresses import normalise
from subscribers.audit import Errand
from subscribers.erasedfile import ErasedJournal, Remembered
from subscribers.erasing import Names, Person, reason_to_remember
from subscribers.storage import erasing as store
from subscribers.storage.audit import note
from subscribers.storage.transactions import have_alone
from subscribers.suppression import SuppressionKeys


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """What erasing somebody came to."""

    #: There was a profile of theirs.
    was_reader: bool
    #: Rehearsed mails that were deleted.
    mails: int
    #: The database's file holds nothing of them any more; else another process kept it from being overwritten: do it again.
    is_wiped: bool
    #: Copies of the database that still name them, until they are deleted after 35 days.
    copies: tuple[Path, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Who is to be erased, and what will be left."""

    #: The unique forms of the address, and of those that the reader had before.
    keys: frozenset[str] = field(repr=False)
    person: Person | None
    names: Names
    entry: Remembered
    #: The references under which consents of theirs are recorded.
    refs: frozenset[bytes]
    #: The database holds more of them than the entry.
    is_news: bool

    @property
    def ref(self) -> bytes | None:
        return self.person.ref if self.person else None

    @property
    def reference(self) -> str:
        return reference_text(self.person.ref) if self.person else ""


def journal(project: Project) -> ErasedJournal:
    """Return the file of those who were erased, which no backup brings back."""
    return ErasedJournal(project.settings.var / "erased.journal")


def erase_reader(project: Project, ref: bytes, errand: Errand) -> Erased | None:
    """Erase whom links call *ref*; None when nobody is called so, as after the first time."""
    with reading(project.engine) as connection:
        person = store.person_by_ref(connection, ref)
    return _erase(project, person.key, person.email, errand) if person else None


def erase_address(project: Project, text: str, errand: Errand) -> Erased:
    """Erase whoever has the address that *text* spells, and remember that it is not to be mailed.

    Doing it again does what is still to do. Raises AddressError, KeysError.
    """
    address = normalise(text, allow_international=True)
    return _erase(project, address.key, address.as_entered, errand)


def _erase(project: Project, key: str, spelling: str, errand: Errand) -> Erased:
    now = errand.at
    check_suppression_keys(project)
    keys = suppression_keys(project)
    engine, var = project.engine, project.settings.var
    with reading(engine) as connection:
        target = target_of(connection, keys, key, spelling, now)
    # The database comes last: until it is done, everything can be done again, for the address is still known.
    if target.is_news:
        journal(project).append([target.entry])
    mails = list(mails_to(var / "outbox", target.names, target.reference))
    for mail in mails:
        mail.unlink(missing_ok=True)
    take_out_of_findings(var / "imports", target.names)
    with writing(engine) as connection:
        have_alone(connection, key)
        # Once more: an event or a sign-up may have come meanwhile.
        again = target_of(connection, keys, key, spelling, now, known_refs=target.refs)
        erase_in_database(connection, again)
        without = again.names.taken_out_of
        note(
            connection,
            at=now,
            actor=errand.actor,
            action="erase",
            people=1,
            channel=without(errand.channel, with_local_part=True),
            note=without(errand.note, with_local_part=True),
            ref=again.ref,
        )
    return Erased(
        was_reader=target.person is not None,
        mails=len(mails),
        is_wiped=forgetting.wipe(engine, target.names),
        copies=tuple(copies_of_database(project.database_file)),
    )


def target_of(
    connection: Connection,
    keys: SuppressionKeys,
    key: str,
    spelling: str,
    now: datetime,
    *,
    known_refs: frozenset[bytes] | None = None,
) -> Target:
    """Look who has the address with the unique form *key*. *known_refs*: what a look before found; it takes a while."""
    person = store.person_by_key(connection, key)
    before = store.remembered(connection, keys, key)
    own = {key} | (store.former_keys(connection, person.ref) if person else set())
    spellings = {spelling, *own, *store.spellings_in_requests(connection, own)}
    if person is not None:
        spellings |= {person.email, person.as_entered}
    reason = reason_to_remember(person.suppressed if person else None, before.reason if before else None)
    entry = Remembered.of_address(key, keys, reason=reason, at=now)
    if before is not None:
        entry = replace(before, reason=reason, at=now)
    refs = store.refs_by_hash(connection, keys.hashes(key)) if known_refs is None else known_refs
    return Target(
        keys=frozenset(own),
        person=person,
        names=Names.of(spellings),
        entry=entry,
        refs=frozenset(refs) | ({person.ref} if person else set()),
        is_news=person is not None or before is None or before.reason != reason,
    )


def erase_in_database(connection: Connection, target: Target, *, until: datetime | None = None) -> None:
    """Leave nothing of somebody in the database but the entry, in the caller's transaction.

    *until*: what they asked for later stays.
    """
    person = target.person
    store.remember(connection, [target.entry])
    store.forget_requests(connection, target.keys, target.ref, until=until)
    store.blank_consents(connection, target.refs)
    store.delete_profiles(connection, [person.id] if person else [])
    store.take_out_of_free_texts(connection, target.names, target.ref)
    forgetting.forget(
        connection,
        target.names,
        subscriber_id=person.id if person else None,
        reference=target.reference,
    )
