"""Requests, as the site stores and finds them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, func, insert, select

from subscribers.addresses import Address
from subscribers.requests import Kind, Request, RequestState, payload_text
from subscribers.storage.networks import Passage, admit
from subscribers.storage.tables import requests, suppressed_hashes
from subscribers.storage.transactions import reading, writing
from subscribers.suppression import Suppression, SuppressionKeys

#: Values of a row that keeps nothing of whose it was and what was asked for.
NO_ADDRESS: Mapping[str, str] = {"email": "", "email_key": "", "as_entered": "", "payload": ""}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A request that is to be stored."""

    kind: Kind
    #: Random, 12 bytes.
    ref: bytes
    address: Address
    mailbox: bytes
    lang: str
    payload: Mapping[str, object] = field(repr=False)
    #: The networks that it came from, each with how much may come from it in an hour.
    passages: Sequence[Passage] = ()

    def to_row(self, at: datetime) -> dict[str, object]:
        """Return the row that stores it: of the same form whatever is known of the address."""
        return {
            "ref": self.ref,
            "kind": self.kind,
            "created_at": at,
            "email": self.address.email,
            "email_key": self.address.key,
            "as_entered": self.address.as_entered,
            "mailbox": self.mailbox,
            "domain": self.address.email.rpartition("@")[2],
            "lang": self.lang,
            "payload": payload_text(self.payload),
            "state": RequestState.WAITING,
            "not_before": at,
        }


class RequestStorage:
    """Where the site puts requests."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def store(self, wanted: Sequence[Wanted], at: datetime) -> list[bool]:
        """Store requests; return for each whether it was, or else too much came from its network in the last hour."""
        with writing(self._engine) as connection:
            admitted = admit(connection, [each.passages for each in wanted], at)
            rows = [each.to_row(at) for each, is_in in zip(wanted, admitted, strict=True) if is_in]
            if rows:
                connection.execute(insert(requests), rows)
            return admitted


def erased_reason(connection: Connection, keys: SuppressionKeys, email_key: str) -> Suppression | None:
    """Return why an address that is no subscriber's must not be mailed, as the hash says that it left behind."""
    found = connection.execute(
        select(suppressed_hashes.c.reason).where(suppressed_hashes.c.hash.in_(keys.hashes(email_key)))
    )
    reason = found.scalar()
    return Suppression(reason) if reason in set(Suppression) else None


def find(connection: Connection, ref: bytes, *, to_change: bool = False) -> Request | None:
    """Return the request that links call *ref*; *to_change*: others who want it wait for this transaction."""
    statement = select(requests).where(requests.c.ref == ref)
    row = connection.execute(statement.with_for_update() if to_change else statement).one_or_none()
    return None if row is None else from_row(row)


def from_row(row: Any) -> Request:
    """Return the request that a row of `requests` stores."""
    return Request(
        id=row.id,
        ref=row.ref,
        kind=Kind(row.kind),
        created_at=row.created_at,
        email=row.email,
        email_key=row.email_key,
        as_entered=row.as_entered,
        mailbox=row.mailbox,
        domain=row.domain,
        lang=row.lang,
        payload=json.loads(row.payload) if row.payload else {},
        state=RequestState(row.state),
        attempts=row.attempts,
        claimed_at=row.claimed_at,
        mailed_at=row.mailed_at,
        message_id=row.message_id,
        done_at=row.done_at,
    )


def count_by_state(engine: Engine) -> Mapping[str, int]:
    """Return how many requests there are in each state."""
    with reading(engine) as connection:
        rows = connection.execute(select(requests.c.state, func.count()).group_by(requests.c.state))
        return {row.state: row[1] for row in rows}
