"""What the readers' tables hold of one person, as JSON values, for that person (GDPR, Articles 15 and 20; row P-07)."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from subscribers.storage.tables import consent_records, requests, subscribers, subscriptions
from subscribers.values import topics_from_text


def held_of(connection: Connection, ref: bytes) -> tuple[int, dict[str, object]] | None:
    """Return the number of the reader whom links call *ref*, and all that is held of them; None when there is none."""
    row = connection.execute(select(subscribers).where(subscribers.c.ref == ref)).one_or_none()
    if row is None:
        return None
    held: dict[str, object] = {
        "email": row.email,
        "as_entered": row.as_entered,
        "lang": row.lang,
        "state": row.state,
        "paused_until": _time(row.paused_until),
        "created_at": _time(row.created_at),
        "confirmed_at": _time(row.confirmed_at),
        "unsubscribed_at": _time(row.unsubscribed_at),
        "suppressed": row.suppressed,
        "suppressed_at": _time(row.suppressed_at),
        "subscriptions": _subscriptions(connection, row.id),
        "consents": _consents(connection, ref),
        "requests": _requests(connection, row.email_key),
    }
    return row.id, held


def _subscriptions(connection: Connection, subscriber_id: int) -> list[Mapping[str, Any]]:
    is_theirs = subscriptions.c.subscriber_id == subscriber_id
    rows = connection.execute(select(subscriptions).where(is_theirs).order_by(subscriptions.c.digest))
    return [
        {
            "digest": row.digest,
            "topics": topics_from_text(row.topics),
            "created_at": _time(row.created_at),
            "ended_at": _time(row.ended_at),
        }
        for row in rows
    ]


def _consents(connection: Connection, ref: bytes) -> list[Mapping[str, Any]]:
    is_theirs = consent_records.c.subscriber_ref == ref
    rows = connection.execute(select(consent_records).where(is_theirs).order_by(consent_records.c.id))
    return [
        {
            "at": _time(row.at),
            "action": row.action,
            "channel": row.channel,
            "content": json.loads(row.payload) if row.payload else None,
        }
        for row in rows
    ]


def _requests(connection: Connection, key: str) -> list[Mapping[str, Any]]:
    rows = connection.execute(select(requests).where(requests.c.email_key == key).order_by(requests.c.id))
    return [
        {
            "at": _time(row.created_at),
            "kind": row.kind,
            "state": row.state,
            "mailed_at": _time(row.mailed_at),
            "done_at": _time(row.done_at),
        }
        for row in rows
    ]


def _time(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
