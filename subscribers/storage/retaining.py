"""Deleting what is no longer needed of the readers' tables: rows are looked for without keeping anybody waiting, and end a few at a time."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Engine,
    Table,
    and_,
    delete,
    exists,
    func,
    not_,
    or_,
    select,
    update,
)

from subscribers import retention
from subscribers.consent import Action, Channel
from subscribers.erasedfile import Remembered
from subscribers.erasing import Person
from subscribers.requests import payload_text
from subscribers.sealing import Sealable
from subscribers.states import State
from subscribers.storage.erasing import delete_profiles, people, remember
from subscribers.storage.requests import NO_ADDRESS
from subscribers.storage.tables import (
    audit_records,
    consent_records,
    consent_seals,
    moment_text,
    network_hits,
    requests,
    subscribers,
)
from subscribers.storage.transactions import execute_many, reading, writing
from subscribers.suppression import Suppression, SuppressionKeys

#: Takes the place of a reference when a record is deleted.
_NOBODY = bytes(12)
_FIVE_MINUTES_S = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One kind of rows whose time comes."""

    #: In the plural, as the job says what it removed.
    name: str
    #: Rows are taken in its order.
    id: Column[int]
    is_over: Callable[[datetime], ColumnElement[bool]]
    #: Deletes or empties rows, by their numbers.
    end: Callable[[Connection, Sequence[int], datetime], None]


def end_part(engine: Engine, step: Step, now: datetime, *, after: int, most: int) -> tuple[int, int | None]:
    """End the next rows of a step after the row *after*, in a transaction; return how many, and the last, None at the end."""
    is_over = step.is_over(now)
    statement = select(step.id).where(is_over)
    with reading(engine) as connection:
        found = connection.execute(statement.where(step.id > after).order_by(step.id).limit(most))
        ids = found.scalars().all()
    if not ids:
        return 0, None
    with writing(engine) as connection:
        # What has changed meanwhile is not over any more.
        still = connection.execute(statement.where(step.id.in_(ids)).with_for_update()).scalars().all()
        step.end(connection, still, now)
    return len(still), ids[-1]


def _is_unconfirmed(now: datetime) -> ColumnElement[bool]:
    """Whether readers never confirmed, and have not asked again since."""
    until = now - retention.UNCONFIRMED
    asked_lately = exists().where(
        requests.c.email_key == subscribers.c.email_key, requests.c.created_at > until
    )
    never_asked = and_(
        subscribers.c.asked_at.is_(None), subscribers.c.created_at <= now - retention.NEVER_ASKED
    )
    return and_(
        subscribers.c.state == State.PENDING,
        subscribers.c.suppressed.is_(None),
        or_(subscribers.c.asked_at <= until, never_asked),
        not_(asked_lately),
    )


def _delete_profiles(connection: Connection, ids: Sequence[int], _now: datetime) -> None:
    delete_profiles(connection, ids)


def _has_needless_address(now: datetime) -> ColumnElement[bool]:
    until = now - retention.REQUESTS
    return and_(
        requests.c.email != "",
        requests.c.created_at <= until,
        func.coalesce(requests.c.mailed_at, until) <= until,
    )


def _blank_requests(connection: Connection, ids: Sequence[int], _now: datetime) -> None:
    """Empty whose they are and what they hold; the keyed hash of the mailbox stays for the limits."""
    blank = {**NO_ADDRESS, "domain": "", "reason": ""}
    connection.execute(update(requests).where(requests.c.id.in_(ids)).values(blank))


def _counts_no_more(now: datetime) -> ColumnElement[bool]:
    until = now - retention.REQUESTS_WITHOUT_ADDRESS
    return and_(requests.c.created_at <= until, func.coalesce(requests.c.claimed_at, until) <= until)


def _is_no_evidence(now: datetime) -> ColumnElement[bool]:
    """Whether records are of people who have been no readers for long. Sealed ones only: their hash stays, and every seal holds."""
    columns, newer = consent_records.c, consent_records.alias("newer")
    until = now - retention.EVIDENCE
    last_sealed = select(func.coalesce(func.max(consent_seals.c.last_record), 0)).scalar_subquery()
    is_needed = exists().where(newer.c.subscriber_ref == columns.subscriber_ref, newer.c.at > until)
    return and_(
        columns.at <= until,
        columns.id <= last_sealed,
        columns.action != Action.DELETED,
        not_(exists().where(subscribers.c.ref == columns.subscriber_ref)),
        not_(is_needed),
    )


def _delete_consents(connection: Connection, ids: Sequence[int], now: datetime) -> None:
    rows = connection.execute(select(consent_records).where(consent_records.c.id.in_(ids))).all()
    records = [
        Sealable(row.id, row.subscriber_ref, row.at, row.action, row.channel, row.payload, row.payload_hash)
        for row in rows
    ]
    execute_many(
        connection,
        "UPDATE consent_records SET subscriber_ref = ?, at = ?, action = ?, channel = ?, payload = '', payload_hash = ?"
        " WHERE id = ?",
        [
            (_NOBODY, moment_text(now), str(Action.DELETED), str(Channel.RETENTION), each.hash(), each.id)
            for each in records
        ],
    )


def _deletes(table: Table) -> Callable[[Connection, Sequence[int], datetime], None]:
    def end(connection: Connection, ids: Sequence[int], _now: datetime) -> None:
        connection.execute(delete(table).where(table.c.id.in_(ids)))

    return end


STEPS = (
    Step(name="unconfirmed readers", id=subscribers.c.id, is_over=_is_unconfirmed, end=_delete_profiles),
    Step(name="addresses of requests", id=requests.c.id, is_over=_has_needless_address, end=_blank_requests),
    Step(name="requests", id=requests.c.id, is_over=_counts_no_more, end=_deletes(requests)),
    Step(name="consent records", id=consent_records.c.id, is_over=_is_no_evidence, end=_delete_consents),
    Step(
        name="audit records",
        id=audit_records.c.id,
        is_over=lambda now: audit_records.c.at <= now - retention.AUDIT,
        end=_deletes(audit_records),
    ),
)


def delete_network_hits(engine: Engine, now: datetime) -> int:
    """Delete what networks did longer ago than limits look; return how many rows."""
    until = int((now - retention.NETWORKS).timestamp()) // _FIVE_MINUTES_S
    with writing(engine) as connection:
        return connection.execute(delete(network_hits).where(network_hits.c.span < until)).rowcount


def profiles_to_forget(engine: Engine, now: datetime, *, after: int, most: int) -> list[Person]:
    """Return the next readers, after the number *after*, who left or must not be mailed for so long that a hash is enough."""
    with reading(engine) as connection:
        return people(connection, and_(subscribers.c.id > after, _is_gone(now)), most)


def forgotten(person: Person, keys: SuppressionKeys, now: datetime) -> Remembered:
    """Return what takes the place of a reader's profile."""
    reason = person.suppressed or Suppression.UNSUBSCRIBED
    return replace(Remembered.of_address(person.key, keys, reason=reason, at=now), keeps_consents=True)


def forget_profiles(engine: Engine, entries: Sequence[tuple[Person, Remembered]], now: datetime) -> int:
    """Put hashes in the place of profiles, except of those who came back meanwhile; return how many."""
    by_id = {person.id: (person, entry) for person, entry in entries}
    with writing(engine) as connection:
        still = and_(subscribers.c.id.in_(by_id), _is_gone(now))
        gone = [by_id[each.id] for each in people(connection, still, len(by_id))]
        put_hashes(connection, gone, now)
    return len(gone)


def put_hashes(connection: Connection, gone: Sequence[tuple[Person, Remembered]], now: datetime) -> None:
    """Delete profiles, remember hashes, and record by which hash the consents are found again."""
    remember(connection, [entry for _, entry in gone])
    execute_many(
        connection,
        "INSERT INTO consent_records (subscriber_ref, at, action, channel, payload) VALUES (?, ?, ?, ?, ?)",
        [
            (person.ref, moment_text(now), str(Action.FORGET), str(Channel.RETENTION), _leading_to(entry))
            for person, entry in gone
        ],
    )
    delete_profiles(connection, [person.id for person, _ in gone])


def _leading_to(entry: Remembered) -> str:
    payload = {"address": entry.hash.hex(), "key_id": entry.key_id, "reason": str(entry.reason)}
    return payload_text(payload)


def _is_gone(now: datetime) -> ColumnElement[bool]:
    until = now - retention.PROFILES_OF_THE_GONE
    has_left = and_(subscribers.c.state == State.UNSUBSCRIBED, subscribers.c.unsubscribed_at <= until)
    return or_(has_left, and_(subscribers.c.suppressed.is_not(None), subscribers.c.suppressed_at <= until))
