"""A SendGrid on loopback: it keeps what it is asked, answers as told, and fills in substitutions as SendGrid does."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import msgspec

from newsletter.delivery.letter import Letter
from newsletter.delivery.providers.sendgrid import SendGrid
from newsletter.delivery.values import Receipt, Recipient
from newsletter.settings.model import Secret
from tests.delivery.providers.serving import Answer, serving
from tests.delivery.sample_letter import send_by

KEY = "SG.very-secret"


@dataclass(kw_only=True)
class Request:
    """What was asked."""

    path: str
    key: str
    body: dict[str, Any]

    def mail(self, place: int, kind: str) -> str:
        """Return the body of *kind* that the reader at *place* gets."""
        text = next(part["value"] for part in self.body["content"] if part["type"] == kind)
        for tag, value in self.body["personalizations"][place]["substitutions"].items():
            text = text.replace(tag, value)
        return str(text)


@dataclass
class SendGridStandIn:
    """What it is asked, and how it answers."""

    status: int = 202
    answer: bytes = b""
    headers: dict[str, str] = field(default_factory=lambda: {"X-Message-Id": "abc"})
    #: Takes the request and cuts the connection.
    hangs_up: bool = False
    url: str = ""
    requests: list[Request] = field(default_factory=list)

    @contextmanager
    def running(self) -> Iterator["SendGridStandIn"]:
        """Listen on a port of its own."""
        with serving(self._take) as self.url:
            yield self

    def _take(self, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        self.requests.append(Request(path=path, key=headers["Authorization"], body=msgspec.json.decode(body)))
        return None if self.hangs_up else (self.status, self.answer, self.headers)


def provider(standin: SendGridStandIn) -> SendGrid:
    """Return the provider that asks *standin*."""
    return SendGrid(api_key=Secret(KEY), base_url=standin.url)


def send(standin: SendGridStandIn, to_send: Letter, recipients: list[Recipient]) -> list[Receipt]:
    """Send in a session of its own."""
    return send_by(provider(standin), to_send, recipients)
