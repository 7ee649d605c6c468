"""Reading everything that is recorded of one reader's consent."""

import json
from bisect import bisect_left
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Engine, select

from subscribers.evidence import Batch, Entry, Evidence
from subscribers.storage.erasing import person_by_key, refs_by_hash
from subscribers.storage.tables import consent_records, consent_seals, imports
from subscribers.storage.transactions import reading
from subscribers.suppression import SuppressionKeys


def references(engine: Engine, keys: SuppressionKeys, key: str) -> list[bytes]:
    """Return under which references consents of an address are recorded, those of a deleted profile included."""
    with reading(engine) as connection:
        person = person_by_key(connection, key)
        former = refs_by_hash(connection, keys.hashes(key))
    return [*sorted(former), *([person.ref] if person else [])]


def evidence(engine: Engine, ref: bytes) -> Evidence:
    """Return what is recorded of the reader whom links call *ref*, oldest first; nothing of who is not known."""
    with reading(engine) as connection:
        rows = connection.execute(
            select(consent_records)
            .where(consent_records.c.subscriber_ref == ref)
            .order_by(consent_records.c.id)
        ).all()
        seals = connection.execute(select(consent_seals).order_by(consent_seals.c.id)).all()
        payloads = {row.id: json.loads(row.payload) if row.payload else None for row in rows}
        batches = _batches(connection, payloads)
    last_records = [seal.last_record for seal in seals]
    entries = []
    for row in rows:
        place = bisect_left(last_records, row.id)
        seal = seals[place] if place < len(seals) else None
        batch = (payloads[row.id] or {}).get("import", 0)
        entries.append(
            Entry(
                id=row.id,
                at=row.at,
                action=row.action,
                channel=row.channel,
                payload=payloads[row.id],
                batch=batches.get(batch),
                seal=(seal.id, seal.at, seal.seal) if seal else None,
            )
        )
    return Evidence(ref=ref, entries=tuple(entries))


def _batches(connection: Connection, payloads: Mapping[int, Mapping[str, Any] | None]) -> dict[int, Batch]:
    numbers = {payload["import"] for payload in payloads.values() if payload and "import" in payload}
    rows = connection.execute(select(imports).where(imports.c.id.in_(numbers)))
    return {row.id: Batch(id=row.id, at=row.at, source=row.source, evidence=row.evidence) for row in rows}
