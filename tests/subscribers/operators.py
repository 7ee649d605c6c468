"""What operators do with readers, in few words."""

import json
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Engine, insert, select

from subscribers.addresses import normalise
from subscribers.audit import Errand
from subscribers.erasedfile import Remembered
from subscribers.keys import key_id, new_key
from subscribers.requests import Choice
from subscribers.storage import (
    AdministrationStorage,
    audience,
    consent_records,
    subscribers,
    suppressed_hashes,
)
from subscribers.storage.administration import Change
from subscribers.suppression import Suppression, SuppressionKeys
from tests.subscribers.browser import NOW

ERRAND = Errand(actor="operator", at=NOW, channel="phone", note="asked for it on Friday")


SECRETS = [new_key(), new_key()]


MONTHLY = Choice(digests=("monthly",))


WEEKLY = Choice(digests=("weekly",), topics=("green",))


def add(
    administration: AdministrationStorage, email: str, choice: Choice = MONTHLY, *, evidence: str = ""
) -> Change:
    return administration.add(
        normalise(email), choice, lang="fr", evidence=evidence, errand=ERRAND, new_ref=b"new reader 1"
    )


def suppress(
    administration: AdministrationStorage,
    email: str,
    reason: Suppression,
    remember: Callable[[Sequence[Remembered]], None] = lambda _entries: None,
) -> Change:
    return administration.suppress(
        normalise(email), reason, lang="en", errand=ERRAND, new_ref=b"new reader 2", remember=remember
    )


def erase(engine: Engine, email: str, secret: str = SECRETS[-1]) -> None:
    """Leave of an address what an erasure leaves, made with a key that is not the newest."""
    keys = SuppressionKeys.from_secrets([secret])
    row = {"hash": keys.hashes(email)[0], "key_id": key_id(secret), "reason": "erased", "at": NOW}
    with engine.begin() as connection:
        connection.execute(insert(suppressed_hashes), row)


def consents(engine: Engine) -> list[tuple[str, str, dict[str, Any]]]:
    with engine.connect() as connection:
        rows = connection.execute(select(consent_records).order_by(consent_records.c.id))
        return [(row.action, row.channel, json.loads(row.payload)) for row in rows]


def mailed(engine: Engine, digest: str = "monthly") -> set[str]:
    statement = audience(digest, NOW + timedelta(hours=1)).add_columns(subscribers.c.email)
    with engine.connect() as connection:
        return {row.email for row in connection.execute(statement)}
