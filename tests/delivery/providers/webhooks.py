"""Requests to a webhook, as the services make them, and how to read and sign them."""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from newsletter.delivery.events import Event, Posted
from newsletter.delivery.providers import open_receiver
from newsletter.settings.model import Webhook

NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
SIGNING_KEY = "mailgun's webhook signing key"


def posted(body: object, headers: Mapping[str, str] | None = None) -> Posted:
    """Return a request with *body*, as JSON unless it is bytes."""
    return Posted(headers=headers or {}, body=body if isinstance(body, bytes) else json.dumps(body).encode())


def read(provider: str, body: object) -> list[Event]:
    """Return the events that *provider*'s receiver finds in *body*."""
    return list(open_receiver(provider, Webhook()).read(posted(body), NOW))


def read_one(provider: str, body: object) -> Event:
    """Return the only event in *body*."""
    (event,) = read(provider, body)
    return event


def basic(credentials: str) -> dict[str, str]:
    """Return the header of Basic authentication (RFC 7617)."""
    return {"authorization": f"Basic {base64.b64encode(credentials.encode()).decode()}"}


def bearer(token: str) -> dict[str, str]:
    """Return the header of a bearer token (RFC 6750)."""
    return {"authorization": f"Bearer {token}"}


def mailgun_signature(key: str = SIGNING_KEY, at: datetime = NOW, token: str = "f00d" * 12) -> dict[str, Any]:
    """Return what stands beside one of Mailgun's events: of a time and a token, not of the event."""
    timestamp = str(int(at.timestamp()))
    signature = hmac.new(key.encode(), f"{timestamp}{token}".encode(), hashlib.sha256).hexdigest()
    return {"timestamp": timestamp, "token": token, "signature": signature}


def mailgun_body(event: object, signature: object = None) -> dict[str, Any]:
    """Return the body of one of Mailgun's requests."""
    return {"signature": signature or mailgun_signature(), "event-data": event}
