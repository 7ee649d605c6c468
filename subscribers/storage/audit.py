"""Notes of what operators and jobs do with personal data. Part of a caller's transaction."""

import json
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, Engine, func, insert, select

from subscribers.storage.tables import audit_records
from subscribers.storage.transactions import reading


def note(
    connection: Connection,
    *,
    at: datetime,
    actor: str,
    action: str,
    people: int,
    ref: bytes | None = None,
    channel: str = "",
    note: str = "",
    details: Mapping[str, object] | None = None,
) -> None:
    """Write down that *actor* did *action* with the data of so many *people*. No address is in *details*."""
    connection.execute(
        insert(audit_records),
        {
            "at": at,
            "actor": actor[:64],
            "action": action,
            "subscriber_ref": ref,
            "people": people,
            "channel": channel,
            "note": note,
            "details": json.dumps(details or {}, ensure_ascii=False, sort_keys=True),
        },
    )


def count_by_action(engine: Engine) -> Mapping[str, int]:
    """Return how many notes there are of each action."""
    columns = audit_records.c
    with reading(engine) as connection:
        rows = connection.execute(select(columns.action, func.count()).group_by(columns.action))
        return {row.action: row[1] for row in rows}
