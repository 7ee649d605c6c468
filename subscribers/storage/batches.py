"""A batch of imported rows at a time: looked up, decided about and written in one transaction.

Written by the driver itself: what SQLAlchemy does to each value of each row takes longer than the database.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from sqlalchemy import Connection, Engine, func, insert, literal, select, update

from subscribers.consent import Action, Channel
from subscribers.importing.merging import Change, Decision, Known
from subscribers.importing.rows import Entry, Wish
from subscribers.importing.standings import SUPPRESSIONS, Standing
from subscribers.states import State
from subscribers.storage.tables import imports, moment_text, subscribers, suppressed_hashes
from subscribers.storage.transactions import (
    execute_in,
    execute_many,
    execute_values,
    reading,
    select_in,
    writing,
)
from subscribers.suppression import WITHDRAWALS, Suppression, SuppressionKeys
from subscribers.values import topics_from_text

# In a dict: a member of an enumeration is looked up slowly, and there may be a million rows.
_STATES = {state.value: state for state in State}
_SUPPRESSIONS = {reason.value: reason for reason in Suppression}

#: Says what an entry changes, given what is known about it and whether its address was erased.
Decide = Callable[[Entry, Known | None, bool], Decision]


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportRun:
    """One file's import."""

    id: int
    at: datetime


class ImportStorage:
    """What an import does with the database."""

    def __init__(self, engine: Engine, suppression_keys: SuppressionKeys) -> None:
        self._engine = engine
        self._keys = suppression_keys

    def check_keys(self) -> None:
        """Raise KeysError when erased addresses could not be recognised."""
        with reading(self._engine) as connection:
            used = connection.execute(select(suppressed_hashes.c.key_id).distinct()).scalars().all()
        self._keys.check_covers(used)

    def start(self, *, source: str, evidence: str, at: datetime) -> ImportRun:
        """Note that an import begins, and where it comes from. *evidence*: "" when its people are asked by mail."""
        with writing(self._engine) as connection:
            row = {"at": at, "source": source, "evidence": evidence}
            (id_,) = connection.execute(insert(imports), row).inserted_primary_key or (0,)
        return ImportRun(id=id_, at=at)

    def finish(self, run: ImportRun, counts: Mapping[str, object]) -> None:
        """Note what came of it."""
        with writing(self._engine) as connection:
            text = json.dumps(counts, sort_keys=True)
            connection.execute(update(imports).where(imports.c.id == run.id).values(counts=text))

    def look(self, entries: Sequence[Entry], decide: Decide) -> list[Decision]:
        """Return what *decide* says of *entries*, of different addresses each; nothing is written."""
        with reading(self._engine) as connection:
            return self._decisions(connection, entries, decide, at=None)

    def write(
        self, entries: Sequence[Entry], decide: Decide, run: ImportRun, new_refs: Sequence[bytes]
    ) -> list[Decision]:
        """Do what *decide* says of *entries*, of different addresses each, and return it.

        *new_refs*: as many as there are entries.
        """
        with writing(self._engine) as connection:
            decisions = self._decisions(connection, entries, decide, at=run.at)
            changes = [each for each in decisions if isinstance(each, Change)]
            placed = [(change, change.ref or ref) for change, ref in zip(changes, new_refs, strict=False)]
            _add(placed, connection, run)
            known = [pair for pair in placed if pair[0].ref is not None]
            _update(known, connection, run)
            _subscribe(known, connection, run)
            _record([pair for pair in placed if pair[0].ref or pair[0].entry.times], connection, run)
            return decisions

    def _decisions(
        self, connection: Connection, entries: Sequence[Entry], decide: Decide, *, at: datetime | None
    ) -> list[Decision]:
        keys = [entry.address.key for entry in entries]
        known = _known(connection, keys, at)
        erased = self._erased(connection, keys)
        return [
            decide(entry, known.get(key), key in erased) for entry, key in zip(entries, keys, strict=True)
        ]

    def _erased(self, connection: Connection, keys: Sequence[str]) -> set[str]:
        if connection.execute(select(literal(1)).select_from(suppressed_hashes).limit(1)).first() is None:
            return set()
        by_hash = {hashed: key for key in keys for hashed in self._keys.hashes(key)}
        found = connection.execute(
            select(suppressed_hashes.c.hash).where(suppressed_hashes.c.hash.in_(by_hash))
        )
        return {by_hash[hashed] for hashed in found.scalars()}


def _known(connection: Connection, keys: Sequence[str], at: datetime | None) -> dict[str, Known]:
    """Return what is known about the addresses *keys*. What was created *at* this very moment is from this import."""
    rows = select_in(
        connection,
        "SELECT id, ref, email_key, state, suppressed, created_at = ? AS is_from_here FROM subscribers"
        " WHERE email_key IN (?)",
        [at and moment_text(at)],
        keys,
    )
    digests: dict[int, list[str]] = {}
    pairs = select_in(
        connection,
        "SELECT subscriber_id, digest FROM subscriptions WHERE subscriber_id IN (?)",
        [],
        [row[0] for row in rows],
    )
    for subscriber, digest in pairs:
        digests.setdefault(subscriber, []).append(digest)
    return {
        key: Known(
            ref,
            _STATES[state],
            None if suppressed is None else _SUPPRESSIONS[suppressed],
            frozenset(digests.get(id_, ())),
            bool(is_from_here),
        )
        for id_, ref, key, state, suppressed, is_from_here in rows
    }


_Placed = Sequence[tuple[Change, bytes]]

_ADD = (
    "INSERT INTO subscribers (lang, state, suppressed, suppressed_at, created_at, confirmed_at, unsubscribed_at,"
    " ref, email, email_key, as_entered)"
    " SELECT ?, ?, ?, ?, ?, ?, ?, column1, column2, column3, column4 FROM (VALUES (?)) AS given"
    # Somebody signed up this very moment: their own wish stands. (`WHERE` keeps SQLite from taking it for a join.)
    " WHERE true ON CONFLICT (email_key) DO NOTHING"
)
#: Whose address is one text.
_ADD_ONE = _ADD.replace("column3, column4", "column2, column2")


def _add(placed: _Placed, connection: Connection, run: ImportRun) -> None:
    """Add who is new, with their subscriptions and what is on record of them, but for who has times of their own."""
    at = moment_text(run.at)
    # Few different ones and many people: a few statements for each.
    alike: dict[
        tuple[str, Standing, State | None, Suppression | None, Wish, bool, bool], list[tuple[object, ...]]
    ] = {}
    for ((_, address, lang, _, standing, times), known_ref, state, suppressed, wish), ref in placed:
        if known_ref is None:
            email, key, as_entered = address
            # Most addresses are one text, which is handed over once.
            is_one = email is key is as_entered
            row = (ref, email) if is_one else (ref, email, key, as_entered)
            alike.setdefault((lang, standing, state, suppressed, wish, bool(times), is_one), []).append(row)
    for (lang, standing, state, suppressed, wish, has_times, is_one), rows in alike.items():
        last = connection.execute(select(func.max(subscribers.c.id))).scalar() or 0
        execute_values(
            connection,
            _ADD_ONE if is_one else _ADD,
            [
                lang,
                str(state),
                suppressed and str(suppressed),
                at if suppressed else None,
                at,
                at if state is State.ACTIVE else None,
                at if state is State.UNSUBSCRIBED else None,
            ],
            rows,
        )
        # The numbers from there on are theirs, and of who signed up meanwhile, at another moment: quicker than to name them.
        execute_many(
            connection,
            "INSERT INTO subscriptions (digest, topics, created_at, subscriber_id)"
            " SELECT ?, ?, ?, id FROM subscribers WHERE id > ? AND created_at = ?",
            [(*pair, at, last, at) for pair in wish.digests],
        )
        if not has_times and (record := _record_of(lang, standing, wish, run)):
            execute_many(connection, f"{_RECORD} id > ? AND created_at = ?", [(*record, last, at)])


def _update(placed: _Placed, connection: Connection, run: ImportRun) -> None:
    at = moment_text(run.at)
    gone = [(at, ref) for change, ref in placed if change.state == State.UNSUBSCRIBED]
    execute_many(
        connection,
        # On PostgreSQL they may have left since they were looked up.
        "UPDATE subscribers SET state = 'active', confirmed_at = ?"
        " WHERE ref = ? AND state = 'pending' AND suppressed IS NULL",
        [(at, ref) for change, ref in placed if change.state == State.ACTIVE],
    )
    execute_many(
        connection, "UPDATE subscribers SET state = 'unsubscribed', unsubscribed_at = ? WHERE ref = ?", gone
    )
    execute_many(
        connection,
        "UPDATE subscriptions SET ended_at = ? WHERE ended_at IS NULL"
        " AND subscriber_id = (SELECT id FROM subscribers WHERE ref = ?)",
        gone,
    )
    execute_many(
        connection,
        "UPDATE subscribers SET suppressed = ?, suppressed_at = ? WHERE ref = ?",
        [(str(change.suppressed), at, ref) for change, ref in placed if change.suppressed is not None],
    )


def _subscribe(placed: _Placed, connection: Connection, run: ImportRun) -> None:
    # Few different wishes and many people: a statement for each wish.
    by_wish: dict[tuple[str, str | None], list[bytes]] = {}
    for change, ref in placed:
        for pair in change.wish.digests:
            by_wish.setdefault(pair, []).append(ref)
    for pair, refs in by_wish.items():
        execute_in(
            connection,
            "INSERT INTO subscriptions (digest, topics, created_at, subscriber_id)"
            " SELECT ?, ?, ?, id FROM subscribers WHERE ref IN (?)",
            [*pair, moment_text(run.at)],
            refs,
        )


_RECORD = (
    "INSERT INTO consent_records (action, payload, at, channel, subscriber_ref)"
    " SELECT ?, ?, ?, ?, ref FROM subscribers WHERE"
)


def _record(placed: _Placed, connection: Connection, run: ImportRun) -> None:
    """Record what was agreed to with evidence, and what was taken back, by who was here or has times of their own."""
    rows = []
    for (entry, _, _, _, wish), ref in placed:
        if record := _record_of(entry.lang, entry.standing, wish, run):
            action, payload, *rest = record
            if entry.times:
                payload = f'{payload[:-1]}, "times": {entry.times}}}'
            rows.append((action, payload, *rest, ref))
    # Who signed up meanwhile has another reference, and stands for themselves.
    execute_many(connection, f"{_RECORD} ref = ?", rows)


# Few different records and many people.
@lru_cache(4096)
def _record_of(lang: str, standing: Standing, wish: Wish, run: ImportRun) -> tuple[str, str, str, str] | None:
    """Return the action, payload, moment and channel of a record; None: nothing was agreed to, nor taken back.

    The evidence itself is the import's.
    """
    if standing is Standing.PENDING:
        return None
    payload: dict[str, object]
    if standing is Standing.ACTIVE:
        action = Action.CONFIRM
        digests = {digest: topics_from_text(topics) for digest, topics in wish.digests}
        payload = {"import": run.id, "lang": lang, "digests": digests}
    else:
        reason = SUPPRESSIONS[standing]
        action = Action.WITHDRAW if reason in WITHDRAWALS else Action.SUPPRESS
        payload = {"import": run.id, "reason": reason}
    return str(action), json.dumps(payload, sort_keys=True), moment_text(run.at), str(Channel.IMPORT)
