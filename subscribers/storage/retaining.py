"""Deleting what is no longer needed of the readers' tables, a few rows a transaction. Each function does one such step."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    delete,
    exists,
    func,
    insert,
    not_,
    or_,
    select,
    update,
)

from subscribers import retention
from subscribers.consent import Action, Channel, ConsentRecord
from subscribers.erasedfile import Remembered
from subscribers.erasing import Person
from subscribers.sealing import Sealable
from subscribers.states import State
from subscribers.storage.erasing import delete_profiles, people, remember
from subscribers.storage.tables import (
    audit_records,
    consent_records,
    consent_seals,
    network_hits,
    requests,
    subscribers,
)
from subscribers.suppression import Suppression, SuppressionKeys

#: Takes the place of a reference when a record is deleted.
_NOBODY = bytes(12)
_FIVE_MINUTES_S = 300


def delete_network_hits(connection: Connection, now: datetime, most: int) -> int:
    """Delete what networks did longer ago than limits look."""
    until = int((now - retention.NETWORKS).timestamp()) // _FIVE_MINUTES_S
    old = select(network_hits.c.network, network_hits.c.span).where(network_hits.c.span < until).limit(most)
    rows = connection.execute(old).all()
    for network, span in rows:
        is_this = (network_hits.c.network == network, network_hits.c.span == span)
        connection.execute(delete(network_hits).where(*is_this))
    return len(rows)


def delete_unconfirmed(connection: Connection, now: datetime, most: int) -> int:
    """Delete readers who never confirmed, unless they have asked again since."""
    asked_lately = exists().where(
        requests.c.email_key == subscribers.c.email_key, requests.c.created_at > now - retention.UNCONFIRMED
    )
    is_over = or_(
        subscribers.c.asked_at <= now - retention.UNCONFIRMED,
        and_(subscribers.c.asked_at.is_(None), subscribers.c.created_at <= now - retention.NEVER_ASKED),
    )
    never = (subscribers.c.state == State.PENDING, subscribers.c.suppressed.is_(None))
    ids = _ids(connection, select(subscribers.c.id).where(*never, is_over, not_(asked_lately)), most)
    delete_profiles(connection, ids)
    return len(ids)


def blank_requests(connection: Connection, now: datetime, most: int) -> int:
    """Empty whose they are and what they hold; the keyed hash of the mailbox stays for the limits."""
    old = now - retention.REQUESTS
    is_over = (requests.c.created_at <= old, func.coalesce(requests.c.mailed_at, old) <= old)
    ids = _ids(connection, select(requests.c.id).where(requests.c.email != "", *is_over), most)
    blank = {"email": "", "email_key": "", "as_entered": "", "domain": "", "payload": "", "reason": ""}
    connection.execute(update(requests).where(requests.c.id.in_(ids)).values(**blank))
    return len(ids)


def delete_requests(connection: Connection, now: datetime, most: int) -> int:
    """Delete what no limit counts any more."""
    old = now - retention.REQUESTS_WITHOUT_ADDRESS
    is_over = (requests.c.created_at <= old, func.coalesce(requests.c.claimed_at, old) <= old)
    ids = _ids(connection, select(requests.c.id).where(*is_over), most)
    connection.execute(delete(requests).where(requests.c.id.in_(ids)))
    return len(ids)


def profiles_to_forget(connection: Connection, now: datetime, most: int) -> list[Person]:
    """Return readers who left, or must not be mailed, for so long that a hash is enough."""
    return people(connection, _is_gone(now), most)


def forgotten(person: Person, keys: SuppressionKeys, key_hash: bytes, now: datetime) -> Remembered:
    """Return what takes the place of a reader's profile."""
    return Remembered(
        hash=key_hash,
        key_id=keys.newest_id,
        reason=person.suppressed or Suppression.UNSUBSCRIBED,
        at=now,
        keeps_consents=True,
    )


def forget_profiles(
    connection: Connection, entries: Sequence[tuple[Person, Remembered]], now: datetime
) -> int:
    """Put hashes in the place of profiles, except of those who came back meanwhile; return how many."""
    by_id = {person.id: (person, entry) for person, entry in entries}
    still = subscribers.c.id.in_(by_id)
    gone = [by_id[each.id] for each in people(connection, and_(still, _is_gone(now)), len(by_id))]
    put_hashes(connection, gone, now)
    return len(gone)


def put_hashes(connection: Connection, gone: Sequence[tuple[Person, Remembered]], now: datetime) -> None:
    """Delete profiles, remember hashes, and record by which hash the consents are found again."""
    remember(connection, [entry for _, entry in gone])
    for person, entry in gone:
        payload = {"address": entry.hash.hex(), "key_id": entry.key_id, "reason": str(entry.reason)}
        record = ConsentRecord(
            subscriber_ref=person.ref,
            at=now,
            action=Action.FORGET,
            channel=Channel.RETENTION,
            payload=payload,
        )
        connection.execute(
            insert(consent_records),
            {
                "subscriber_ref": record.subscriber_ref,
                "at": record.at,
                "action": record.action,
                "channel": record.channel,
                "payload": record.payload_text,
            },
        )
    delete_profiles(connection, [person.id for person, _ in gone])


def delete_consents(connection: Connection, now: datetime, most: int) -> int:
    """Delete records of people who are no longer readers, sealed ones only: their hash stays, and every seal holds."""
    newer = consent_records.alias("newer")
    columns = consent_records.c
    last_sealed = select(func.coalesce(func.max(consent_seals.c.last_record), 0)).scalar_subquery()
    rows = connection.execute(
        select(consent_records)
        .where(
            columns.id <= last_sealed,
            columns.at <= now - retention.EVIDENCE,
            columns.action != Action.DELETED,
            not_(exists().where(subscribers.c.ref == columns.subscriber_ref)),
            not_(
                exists().where(
                    newer.c.subscriber_ref == columns.subscriber_ref, newer.c.at > now - retention.EVIDENCE
                )
            ),
        )
        .limit(most)
    ).all()
    for row in rows:
        record = Sealable(
            row.id, row.subscriber_ref, row.at, row.action, row.channel, row.payload, row.payload_hash
        )
        gone = {
            "subscriber_ref": _NOBODY,
            "at": now,
            "action": Action.DELETED,
            "channel": Channel.RETENTION,
            "payload": "",
            "payload_hash": record.hash(),
        }
        connection.execute(update(consent_records).where(columns.id == row.id).values(**gone))
    return len(rows)


def delete_audit(connection: Connection, now: datetime, most: int) -> int:
    """Delete what was noted of operators and jobs long ago."""
    ids = _ids(
        connection, select(audit_records.c.id).where(audit_records.c.at <= now - retention.AUDIT), most
    )
    connection.execute(delete(audit_records).where(audit_records.c.id.in_(ids)))
    return len(ids)


def last_done(connection: Connection, action: str) -> datetime | None:
    """Return when a job was last noted as done."""
    is_this = audit_records.c.action == action
    return connection.execute(select(func.max(audit_records.c.at)).where(is_this)).scalar()


def _is_gone(now: datetime) -> ColumnElement[bool]:
    until = now - retention.PROFILES_OF_THE_GONE
    has_left = and_(subscribers.c.state == State.UNSUBSCRIBED, subscribers.c.unsubscribed_at <= until)
    return or_(has_left, and_(subscribers.c.suppressed.is_not(None), subscribers.c.suppressed_at <= until))


def _ids(connection: Connection, statement: Select[tuple[int]], most: int) -> Sequence[int]:
    return connection.execute(statement.limit(most)).scalars().all()
