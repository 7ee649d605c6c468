"""Sealing the record of consents and looking whether the seals hold: a part at a time, whoever writes meanwhile."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import Connection, Engine, func, select, text

from subscribers.consent import Action
from subscribers.errors import SealsError
from subscribers.sealfile import SealFile
from subscribers.sealing import NO_SEAL, Difference, Seal, Sealable, Verdict, checks_of, compare, seal_over
from subscribers.storage.tables import consent_records, consent_seals, moment_text
from subscribers.storage.transactions import execute_many, reading, writing

#: Records a seal: what is in memory at once, and how closely a difference is told without the file.
RECORDS_A_SEAL = 10_000


def seal(engine: Engine, file: SealFile, at: datetime) -> int:
    """Seal the records that are not sealed yet; return how many they were.

    What broke off is gone on with. Raises SealsError when database and file do not agree about the seals that there are.
    """
    before = _catch_up(engine, file)
    until = _last_written(engine)
    sealed = 0
    while records := _records(engine, before.last_record if before else 0, until):
        hashes = [record.hash() for record in records]
        made = Seal(
            id=before.id + 1 if before else 1,
            at=at,
            last_record=records[-1].id,
            seal=seal_over(before.seal if before else NO_SEAL, hashes),
            checks=checks_of(hashes),
        )
        if not _store(engine, made):
            break  # another process seals, too
        file.append(made)
        sealed += len(records)
        before = made
    return sealed


def newest_seal(engine: Engine) -> Seal | None:
    """Return the newest seal that the database has."""
    with reading(engine) as connection:
        return _newest(connection)


def verify(engine: Engine, file: SealFile) -> Verdict:
    """Look whether every sealed record is what it was; the first difference ends it."""
    written = file.seals()
    before: Seal | None = None
    sealed = deleted = seals = 0
    for place, stored in enumerate(_seals(engine)):
        records = _records(engine, before.last_record if before else 0, stored.last_record, most=None)
        hashes = [(record.id, record.hash()) for record in records]
        line = written[place] if place < len(written) else None
        difference = compare(hashes, before.seal if before else NO_SEAL, stored, line)
        if difference is not None:
            return Verdict(seals=seals, sealed=sealed, unsealed=0, deleted=deleted, difference=difference)
        seals, sealed, before = seals + 1, sealed + len(records), stored
        deleted += sum(record.action == Action.DELETED for record in records)
    return Verdict(
        seals=seals,
        sealed=sealed,
        unsealed=_count_after(engine, before),
        deleted=deleted,
        difference=_missing(written[seals:], before),
    )


def _missing(surplus: list[Seal], last: Seal | None) -> Difference | None:
    """Say what it means that the file knows more seals than the database."""
    if not surplus:
        return None
    first = last.last_record + 1 if last else 1
    return Difference(
        record=first,
        message=f"records {first} to {surplus[-1].last_record}: {len(surplus)} seals of theirs are gone from the database. If an"
        " older backup was put in its place by hand, say so with: newsletter restore --replay",
    )


def _catch_up(engine: Engine, file: SealFile) -> Seal | None:
    """Write to the file the seals that a crash kept from it; return the newest seal."""
    written = file.seals()
    stored = list(_seals(engine))
    known = min(len(written), len(stored))
    if len(written) > len(stored) or (known and written[known - 1].seal != stored[known - 1].seal):
        raise SealsError(
            f"{file.path} knows other seals of the record of consents than the database. Nothing is sealed until a person has"
            " looked. See what differs with: newsletter doctor"
        )
    for place in range(known, len(stored)):
        first = stored[place - 1].last_record if place else 0
        records = _records(engine, first, stored[place].last_record, most=None)
        seal = stored[place]
        checks = checks_of([record.hash() for record in records])
        file.append(Seal(at=seal.at, last_record=seal.last_record, seal=seal.seal, checks=checks))
    return stored[-1] if stored else None


def _last_written(engine: Engine) -> int:
    """Return the number of the newest record, below which no other will ever appear.

    PostgreSQL gives numbers away before the rows are seen: the lock waits until those are written.
    """
    bound = writing(engine) if engine.dialect.name == "postgresql" else reading(engine)
    with bound as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("LOCK TABLE consent_records IN SHARE MODE"))
        return int(connection.execute(select(func.coalesce(func.max(consent_records.c.id), 0))).scalar_one())


def _records(engine: Engine, after: int, until: int, most: int | None = RECORDS_A_SEAL) -> list[Sealable]:
    columns = consent_records.c
    statement = (
        select(
            columns.id,
            columns.subscriber_ref,
            columns.at,
            columns.action,
            columns.channel,
            columns.payload,
            columns.payload_hash,
        )
        .where(columns.id > after, columns.id <= until)
        .order_by(columns.id)
        .limit(most)
    )
    with reading(engine) as connection:
        return [Sealable(*row) for row in connection.execute(statement)]


def _seals(engine: Engine) -> Iterator[Seal]:
    with reading(engine) as connection:
        rows = connection.execute(select(consent_seals).order_by(consent_seals.c.id)).all()
    for row in rows:
        yield Seal(id=row.id, at=row.at, last_record=row.last_record, seal=row.seal)


def _newest(connection: Connection) -> Seal | None:
    row = connection.execute(select(consent_seals).order_by(consent_seals.c.id.desc()).limit(1)).first()
    if row is None:
        return None
    return Seal(id=row.id, at=row.at, last_record=row.last_record, seal=row.seal)


def _store(engine: Engine, made: Seal) -> bool:
    """Store a seal unless another process was quicker; return whether it was stored."""
    with writing(engine) as connection:
        newest = _newest(connection)
        if (newest.id if newest else 0) != made.id - 1:
            return False
        statement = (
            "INSERT INTO consent_seals (id, at, last_record, seal) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING"
        )
        values = (made.id, moment_text(made.at), made.last_record, made.seal)
        return bool(execute_many(connection, statement, [values]))


def _count_after(engine: Engine, last: Seal | None) -> int:
    with reading(engine) as connection:
        after = consent_records.c.id > (last.last_record if last else 0)
        return int(
            connection.execute(select(func.count()).select_from(consent_records).where(after)).scalar_one()
        )
