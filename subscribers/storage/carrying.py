"""From a database that is replaced by an older one: who left since, and who must not be mailed, stays so in the older one.

What operators did since is brought along, too.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Row, and_, exists, insert, or_, select, update

from subscribers.consent import Action, Channel
from subscribers.erasedfile import Remembered
from subscribers.requests import payload_text
from subscribers.states import State
from subscribers.storage.erasing import forget_requests, remember, remembered_of
from subscribers.storage.tables import (
    audit_records,
    moment_text,
    subscribers,
    subscriptions,
    suppressed_hashes,
)
from subscribers.storage.transactions import execute_many, reading, writing
from subscribers.suppression import Suppression, SuppressionKeys, is_stronger

_ROWS = 250
_READERS = (State.ACTIVE, State.PAUSED)
_DEEDS = select(audit_records)


def carry_withdrawals(
    replaced: Engine,
    older: Engine,
    keys: SuppressionKeys,
    at: datetime,
    journal: Callable[[Sequence[Remembered]], None],
) -> int:
    """Bring what people took back, their pauses, and what keeps from mailing them, from *replaced* to *older*; return how many it changed.

    Nobody is brought back who is in *replaced* alone: of them a hash is kept, if they left, and *journal* keeps it outside the
    database too. Doing it again changes nothing.
    """
    changed, after = 0, 0
    while people := _who_left(replaced, after, at):
        ended = _ended(replaced, people)
        with writing(older) as connection:
            gone = []
            for person in people:
                older_row = _find(connection, person)
                if older_row is not None:
                    changed += _carry(connection, person, older_row, ended.get(person.id, {}), at)
                elif person.suppressed or person.state == State.UNSUBSCRIBED:
                    gone.append((person, _remembered_of(person, keys)))
            # First: a third database, brought back later, may know them as they were before.
            journal([entry for _, entry in gone])
            remember(connection, [entry for _, entry in gone])
            for person, entry in gone:
                # What they asked for before they left is not mailed, and cannot be confirmed.
                forget_requests(connection, {person.email_key}, person.ref, until=entry.at)
        after = people[-1].id
    with reading(replaced) as connection:
        rows = connection.execute(select(suppressed_hashes)).all()
    for start in range(0, len(rows), _ROWS):
        with writing(older) as connection:
            remember(connection, [remembered_of(row) for row in rows[start : start + _ROWS]])
    return changed


def carry_deeds(replaced: Engine, older: Engine) -> None:
    """Bring what operators and jobs did since, from *replaced* to *older*: that it was done is known for as long as it is kept.

    Also when something was done with *older* since it was brought back. Doing it again changes nothing.
    """
    after = _last_deed_of_both(replaced, older)
    columns = [column for column in audit_records.c if column is not audit_records.c.id]
    with reading(older) as connection:
        there = {_deed(row) for row in connection.execute(_DEEDS.where(audit_records.c.id > after))}
    while True:
        with reading(replaced) as connection:
            since = _DEEDS.where(audit_records.c.id > after).order_by(audit_records.c.id)
            rows = connection.execute(since.limit(_ROWS)).all()
        if not rows:
            return
        missing = [row for row in rows if _deed(row) not in there]
        if missing:
            with writing(older) as connection:
                connection.execute(
                    insert(audit_records),
                    [{column.key: getattr(row, column.key) for column in columns} for row in missing],
                )
        after = rows[-1].id


def _last_deed_of_both(replaced: Engine, older: Engine) -> int:
    """Return the number of the last record from before the backup; 0 when there is none. Numbers given since differ in their moment."""
    before = None
    while True:
        newest = _DEEDS.order_by(audit_records.c.id.desc()).limit(_ROWS)
        with reading(older) as connection:
            rows = connection.execute(
                newest if before is None else newest.where(audit_records.c.id < before)
            ).all()
        if not rows:
            return 0
        with reading(replaced) as connection:
            same = _DEEDS.where(audit_records.c.id.in_([row.id for row in rows]))
            theirs = {row.id: _deed(row) for row in connection.execute(same)}
        for row in rows:
            if theirs.get(row.id) == _deed(row):
                return int(row.id)
        before = rows[-1].id


def _deed(row: Row[Any]) -> tuple[datetime, str, str, bytes | None]:
    """Return what tells a record from any other, whatever its number is."""
    return row.at, row.actor, row.action, row.subscriber_ref


def _who_left(engine: Engine, after: int, at: datetime) -> Sequence[Row[Any]]:
    has_ended = exists().where(
        subscriptions.c.subscriber_id == subscribers.c.id, subscriptions.c.ended_at.is_not(None)
    )
    has_left = or_(
        subscribers.c.state == State.UNSUBSCRIBED,
        and_(subscribers.c.state == State.PAUSED, subscribers.c.paused_until > at),
        subscribers.c.suppressed.is_not(None),
        has_ended,
    )
    statement = select(subscribers).where(subscribers.c.id > after, has_left)
    with reading(engine) as connection:
        return connection.execute(statement.order_by(subscribers.c.id).limit(_ROWS)).all()


def _ended(engine: Engine, people: Sequence[Row[Any]]) -> Mapping[int, Mapping[str, datetime]]:
    """Return when people ended which digest, by their numbers."""
    found: dict[int, dict[str, datetime]] = {}
    statement = select(subscriptions).where(
        subscriptions.c.subscriber_id.in_([person.id for person in people]),
        subscriptions.c.ended_at.is_not(None),
    )
    with reading(engine) as connection:
        for row in connection.execute(statement):
            found.setdefault(row.subscriber_id, {})[row.digest] = row.ended_at
    return found


def _find(connection: Connection, person: Row[Any]) -> Row[Any] | None:
    is_them = or_(subscribers.c.ref == person.ref, subscribers.c.email_key == person.email_key)
    return connection.execute(select(subscribers).where(is_them)).first()


def _remembered_of(person: Row[Any], keys: SuppressionKeys) -> Remembered:
    """Return what is kept of somebody who left, or must not be mailed."""
    reason = Suppression(person.suppressed or Suppression.UNSUBSCRIBED)
    at = max(at for at in (person.unsubscribed_at, person.suppressed_at) if at is not None)
    hashed = Remembered.of_address(person.email_key, keys, reason=reason, at=at)
    return replace(hashed, keeps_consents=True)


def _carry(
    connection: Connection, person: Row[Any], older: Row[Any], ended: Mapping[str, datetime], at: datetime
) -> bool:
    values = _taken_back(person, older)
    digests = _end(connection, older.id, ended)
    if values:
        connection.execute(update(subscribers).where(subscribers.c.id == older.id).values(values))
    if values or digests:
        payload = {"digests": digests, "state": values.get("state"), "reason": values.get("suppressed")}
        execute_many(
            connection,
            "INSERT INTO consent_records (subscriber_ref, at, action, channel, payload) VALUES (?, ?, ?, ?, ?)",
            [
                (
                    older.ref,
                    moment_text(at),
                    str(Action.WITHDRAW),
                    str(Channel.RESTORED),
                    payload_text(payload),
                )
            ],
        )
    return bool(values or digests)


def _taken_back(person: Row[Any], older: Row[Any]) -> dict[str, Any]:
    """Return what changes of somebody, unless they have confirmed since: the older database may be the newer one after all."""
    confirmed = older.confirmed_at or older.created_at
    reason = Suppression(person.suppressed) if person.suppressed else None
    values: dict[str, Any] = {}
    if reason is not None and person.suppressed_at >= confirmed:
        before = Suppression(older.suppressed) if older.suppressed else None
        if is_stronger(reason, before):
            values |= {"suppressed": reason, "suppressed_at": person.suppressed_at}
    is_news = person.state == State.UNSUBSCRIBED and older.state != State.UNSUBSCRIBED
    if is_news and person.unsubscribed_at >= confirmed:
        values |= {"state": State.UNSUBSCRIBED, "unsubscribed_at": person.unsubscribed_at}
    pause = (State.PAUSED, person.paused_until)
    if (
        person.state == State.PAUSED
        and older.state in _READERS
        and (older.state, older.paused_until) != pause
    ):
        values |= {"state": State.PAUSED, "paused_until": person.paused_until}
    return values


def _end(connection: Connection, subscriber_id: int, ended: Mapping[str, datetime]) -> list[str]:
    """End the subscriptions that had been ended; return their digests."""
    return [
        digest
        for digest, at in sorted(ended.items())
        if connection.execute(
            update(subscriptions)
            .where(
                subscriptions.c.subscriber_id == subscriber_id,
                subscriptions.c.digest == digest,
                subscriptions.c.ended_at.is_(None),
                subscriptions.c.created_at <= at,
            )
            .values(ended_at=at)
        ).rowcount
    ]
