"""The record of what was done with readers' data: added to in the transaction that does it, and read."""

import json
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, Engine, select

from subscribers.audit import AuditRecord, Errand
from subscribers.storage.audit import note
from subscribers.storage.tables import audit_records, subscribers
from subscribers.storage.transactions import reading, writing


def record_deed(
    connection: Connection,
    action: str,
    errand: Errand,
    *,
    ref: bytes | None = None,
    people: int = 1,
    details: Mapping[str, object] | None = None,
) -> None:
    """Add to the record of deeds. *details*: JSON values, never an address."""
    note(
        connection,
        at=errand.at,
        actor=errand.actor,
        action=action,
        people=people,
        ref=ref,
        channel=errand.channel,
        note=errand.note,
        details=details,
    )


class AuditStorage:
    """The record of deeds, by itself."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(
        self, action: str, errand: Errand, *, people: int, details: Mapping[str, object] | None = None
    ) -> None:
        """Record that *people* were looked at, or that something was done with them elsewhere."""
        with writing(self._engine) as connection:
            record_deed(connection, action, errand, people=people, details=details)

    def records(
        self, *, since: datetime | None = None, action: str = "", key: str = "", limit: int
    ) -> list[AuditRecord]:
        """Return the last *limit* records, newest last; of the reader whose address has the unique form *key*."""
        statement = select(audit_records).order_by(audit_records.c.id.desc()).limit(limit)
        if since is not None:
            statement = statement.where(audit_records.c.at >= since)
        if action:
            statement = statement.where(audit_records.c.action == action)
        if key:
            reader = select(subscribers.c.ref).where(subscribers.c.email_key == key)
            statement = statement.where(audit_records.c.subscriber_ref == reader.scalar_subquery())
        with reading(self._engine) as connection:
            rows = connection.execute(statement).all()
        return [
            AuditRecord(
                at=row.at,
                actor=row.actor,
                action=row.action,
                ref=row.subscriber_ref,
                people=row.people,
                channel=row.channel,
                note=row.note,
                details=json.loads(row.details),
            )
            for row in reversed(rows)
        ]
