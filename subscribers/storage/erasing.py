"""Erasing one person from the readers' tables: only a keyed hash is left, and records without content. Parts of a caller's transaction."""

import json
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Row, delete, func, or_, select, update

from subscribers.addresses import normalise
from subscribers.consent import Action
from subscribers.erasedfile import Remembered
from subscribers.erasing import Names, Person
from subscribers.errors import AddressError
from subscribers.requests import Kind
from subscribers.sealing import hash_of_payload
from subscribers.storage.tables import (
    audit_records,
    consent_records,
    imports,
    moment_text,
    requests,
    subscribers,
    subscriptions,
    suppressed_hashes,
)
from subscribers.storage.transactions import execute_many
from subscribers.suppression import Suppression, SuppressionKeys, is_stronger

#: What people and services wrote freely.
_FREE_TEXTS = (
    audit_records.c.channel,
    audit_records.c.note,
    audit_records.c.details,
    imports.c.source,
    imports.c.evidence,
    requests.c.reason,
)


def person_by_ref(connection: Connection, ref: bytes) -> Person | None:
    """Return whom links call *ref*; None once erased."""
    return _person(connection, subscribers.c.ref == ref)


def person_by_key(connection: Connection, key: str) -> Person | None:
    """Return the reader whose address has the unique form *key*."""
    return _person(connection, subscribers.c.email_key == key)


def _person(connection: Connection, condition: ColumnElement[bool]) -> Person | None:
    found = people(connection, condition, 1)
    return found[0] if found else None


def people(connection: Connection, condition: ColumnElement[bool], most: int) -> list[Person]:
    """Return readers; until the transaction ends nobody else changes them."""
    rows = connection.execute(
        select(subscribers).where(condition).order_by(subscribers.c.id).limit(most).with_for_update()
    )
    return [
        Person(
            id=row.id,
            ref=row.ref,
            email=row.email,
            key=row.email_key,
            as_entered=row.as_entered,
            suppressed=None if row.suppressed is None else Suppression(row.suppressed),
            since=max(row.created_at, row.confirmed_at or row.created_at),
        )
        for row in rows
    ]


def former_keys(connection: Connection, ref: bytes) -> set[str]:
    """Return the unique forms of addresses that the reader *ref* had before, and that nobody else has taken since."""
    is_taken = select(subscribers.c.id).where(subscribers.c.email_key == requests.c.email_key).exists()
    rows = connection.execute(
        select(requests.c.email_key).where(
            requests.c.kind == Kind.ADDRESS_CHANGED,
            requests.c.payload.contains(ref.hex()),
            requests.c.email_key != "",
            ~is_taken,
        )
    )
    return set(rows.scalars())


def spellings_in_requests(connection: Connection, keys: Collection[str]) -> set[str]:
    """Return how addresses were written in what was asked for on the site."""
    rows = connection.execute(
        select(requests.c.email, requests.c.as_entered).where(requests.c.email_key.in_(keys))
    )
    return {text for row in rows for text in row}


def remembered(connection: Connection, keys: SuppressionKeys, key: str) -> Remembered | None:
    """Return what is left of an address that was erased before."""
    row = connection.execute(
        select(suppressed_hashes).where(suppressed_hashes.c.hash.in_(keys.hashes(key)))
    ).first()
    return None if row is None else remembered_of(row)


def remembered_of(row: Row[Any]) -> Remembered:
    """Return what a row of `suppressed_hashes` keeps."""
    return Remembered(hash=row.hash, key_id=row.key_id, reason=Suppression(row.reason), at=row.at)


def remember(connection: Connection, entries: Sequence[Remembered]) -> None:
    """Keep hashes; of one that is there already the stronger reason stays."""
    there = {
        row.hash: Suppression(row.reason)
        for row in connection.execute(
            select(suppressed_hashes).where(suppressed_hashes.c.hash.in_([each.hash for each in entries]))
        )
    }
    execute_many(
        connection,
        "INSERT INTO suppressed_hashes (hash, key_id, reason, at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
        [
            (each.hash, each.key_id, str(each.reason), moment_text(each.at))
            for each in entries
            if each.hash not in there
        ],
    )
    execute_many(
        connection,
        "UPDATE suppressed_hashes SET reason = ? WHERE hash = ?",
        [
            (str(each.reason), each.hash)
            for each in entries
            if each.hash in there and is_stronger(each.reason, there[each.hash])
        ],
    )


def strengthened(
    connection: Connection,
    keys: SuppressionKeys,
    emails: Collection[str],
    reason: Suppression,
    at: datetime,
) -> list[Remembered]:
    """Make *reason* that of the hashes of *emails* whose own is weaker; return those. Addresses of which none is kept stay unknown."""
    changed = []
    for email in sorted(emails):
        try:
            key = normalise(email, allow_international=True).key
        except AddressError:
            continue
        before = remembered(connection, keys, key)
        if before is not None and is_stronger(reason, before.reason):
            changed.append(replace(before, reason=reason, at=at))
    remember(connection, changed)
    return changed


def unknown_hashes(connection: Connection, hashes: Collection[bytes]) -> set[bytes]:
    """Return those of *hashes* that the database does not remember."""
    rows = connection.execute(select(suppressed_hashes.c.hash).where(suppressed_hashes.c.hash.in_(hashes)))
    return set(hashes) - set(rows.scalars())


def addresses(connection: Connection, after: str, most: int) -> list[str]:
    """Return the unique forms of addresses that are kept, of readers and of what was asked for, in their order."""
    of_readers = select(subscribers.c.email_key).where(subscribers.c.email_key > after)
    of_requests = select(requests.c.email_key).where(requests.c.email_key > after)
    parts = [
        part.order_by(part.selected_columns.email_key).limit(most).subquery().select()
        for part in (of_readers, of_requests)
    ]
    found: set[str] = set()
    for part in parts:
        found.update(connection.execute(part).scalars())
    return sorted(found)[:most]


def forget_requests(
    connection: Connection, keys: Collection[str], ref: bytes | None, *, until: datetime | None = None
) -> None:
    """Delete what was asked for from or for addresses, until a time; also for another address of their reader *ref*."""
    condition: ColumnElement[bool] = requests.c.email_key.in_(keys)
    if ref is not None:
        condition = or_(condition, requests.c.payload.contains(ref.hex()))
    statement = delete(requests).where(condition)
    connection.execute(statement if until is None else statement.where(requests.c.created_at <= until))


def blank_consents(connection: Connection, refs: Collection[bytes]) -> None:
    """Empty what the record of consents says of people; that there was a record, when, and its hash stay."""
    columns = consent_records.c
    rows = connection.execute(
        select(columns.id, columns.payload).where(columns.subscriber_ref.in_(refs), columns.payload != "")
    ).all()
    for row in rows:
        blank = {"payload": "", "payload_hash": hash_of_payload(row.payload)}
        connection.execute(update(consent_records).where(columns.id == row.id).values(**blank))


def refs_by_hash(connection: Connection, hashes: Collection[bytes]) -> set[bytes]:
    """Return the references of people whose profiles are gone and whose consents are kept, by hashes of their addresses."""
    columns = consent_records.c
    rows = connection.execute(
        select(columns.subscriber_ref, columns.payload).where(
            columns.action == Action.FORGET, columns.payload != ""
        )
    )
    texts = {each.hex() for each in hashes}
    return {row.subscriber_ref for row in rows if json.loads(row.payload)["address"] in texts}


def delete_profiles(connection: Connection, ids: Collection[int]) -> None:
    """Delete readers and what they chose. Their numbers are never given to anybody else."""
    connection.execute(delete(subscriptions).where(subscriptions.c.subscriber_id.in_(ids)))
    connection.execute(delete(subscribers).where(subscribers.c.id.in_(ids)))


def take_out_of_free_texts(connection: Connection, names: Names, ref: bytes | None) -> None:
    """Take an address out of what operators and services wrote."""
    for column in _FREE_TEXTS:
        take_out_of(connection, column, names)
    if ref is not None:
        is_theirs = audit_records.c.subscriber_ref == ref
        for column in (audit_records.c.channel, audit_records.c.note, audit_records.c.details):
            take_out_of(connection, column, names, is_theirs, with_local_part=True)


def take_out_of(
    connection: Connection,
    column: Column[str],
    names: Names,
    *conditions: ColumnElement[bool],
    with_local_part: bool = False,
) -> None:
    """Take an address out of a column of texts; *with_local_part* as in `Names.taken_out_of`."""
    table = column.table
    if not with_local_part:
        # Both databases fold ASCII; other spellings are among the names as they were typed.
        conditions += (
            or_(*(func.lower(column).contains(each, autoescape=True) for each in names.spellings)),
        )
    rows = connection.execute(select(table.c[_key_of(column)], column).where(column != "", *conditions)).all()
    for key, text in rows:
        without = names.taken_out_of(text, with_local_part=with_local_part)
        if without != text:
            is_this = table.c[_key_of(column)] == key
            connection.execute(update(table).where(is_this).values({column.name: without}))


def _key_of(column: Column[str]) -> str:
    (key,) = column.table.primary_key.columns.keys()
    return str(key)
