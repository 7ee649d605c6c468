"""A browser without a screen, a clock that stands, and what the newsletter of these tests offers."""

import http.client
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import Engine, select

from subscribers.offers import Offer
from subscribers.storage import SubscriberStorage, consent_records, subscribers, subscriptions
from subscribers.tokens import Purpose, TokenKeys

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
OFFER = Offer(
    digests={"monthly": "Monthly digest", "weekly": "Weekly digest"},
    frequencies={"monthly": "once a month", "weekly": "once a week"},
    topics={
        "finance": {"en": "Financial investigation", "fr": "Enquêtes financières"},
        "green": {"en": "Green"},
    },
    languages=("en", "fr", "de"),
)

AddReader = Callable[..., bytes]
WriteList = Callable[..., Path]


@dataclass
class Clock:
    """A clock that stands until it is moved."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Answer:
    """What a server answered."""

    status: int
    headers: http.client.HTTPMessage
    text: str


@dataclass
class Browser:
    """Asks the running server."""

    port: int
    keys: TokenKeys
    clock: Clock
    engine: Engine
    #: Sent with every request.
    headers: dict[str, str] = field(default_factory=dict)

    def token(
        self, ref: bytes, purpose: Purpose = Purpose.UNSUBSCRIBE, scope: str = "monthly-2026-11"
    ) -> str:
        return self.keys.make(purpose, ref, scope)

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        sent = self.headers | {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, body, sent)
        response = connection.getresponse()
        answer = Answer(response.status, response.headers, response.read().decode())
        connection.close()
        return answer

    def get(self, path: str, **headers: str) -> Answer:
        return self.ask("GET", path, None, **headers)

    def press(self, path: str, fields: dict[str, str | list[str]]) -> Answer:
        """Send a form as a browser does."""
        body = urlencode(fields, doseq=True).encode()
        return self.ask("POST", path, body, Content_Type="application/x-www-form-urlencoded")

    def state(self) -> list[tuple[object, ...]]:
        """Return everything that is stored about readers."""
        with self.engine.connect() as connection:
            return [
                tuple(row)
                for table in (subscribers, subscriptions, consent_records)
                for row in connection.execute(select(table))
            ]


def state_of(storage: SubscriberStorage, ref: bytes) -> str:
    """Return the state of the reader *ref*, or `erased`."""
    reader = storage.find(ref)
    return "erased" if reader is None else str(reader.state)


def last_record(engine: Engine) -> dict[str, Any]:
    """Return the newest consent record, its payload read."""
    with engine.connect() as connection:
        row = connection.execute(select(consent_records).order_by(consent_records.c.id.desc())).first()
    assert row is not None
    return dict(row._mapping) | {"payload": json.loads(row.payload)}
