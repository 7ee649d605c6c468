"""Who left by the links of a mail, and when."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, func, select

from subscribers.consent import Action, Channel
from subscribers.storage.tables import consent_records, subscribers
from subscribers.storage.transactions import reading

#: So many of the newest records are looked at: they have no index over their time.
MOST = 100_000

_BY_LINK: Collection[Channel] = (Channel.ONE_CLICK, Channel.UNSUBSCRIBE_PAGE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Departure:
    """A reader who left."""

    subscriber_id: int
    #: Of the address.
    domain: str
    at: datetime


def departures(engine: Engine, scope: str, since: datetime) -> list[Departure]:
    """Return who left since *since* by a link that was about *scope*; the erased are not among them."""
    newest = select(func.coalesce(func.max(consent_records.c.id), 0)).scalar_subquery()
    statement = (
        select(subscribers.c.id, subscribers.c.email_key, consent_records.c.at, consent_records.c.payload)
        .join(subscribers, subscribers.c.ref == consent_records.c.subscriber_ref)
        .where(
            consent_records.c.id > newest - MOST,
            consent_records.c.at >= since,
            consent_records.c.action == Action.WITHDRAW,
            consent_records.c.channel.in_(_BY_LINK),
            consent_records.c.payload != "",
        )
        .order_by(consent_records.c.id)
    )
    with reading(engine) as connection:
        return [
            Departure(subscriber_id=row.id, domain=row.email_key.rpartition("@")[2], at=row.at)
            for row in connection.execute(statement)
            if json.loads(row.payload).get("scope") == scope
        ]
