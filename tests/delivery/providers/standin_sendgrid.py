"""A SendGrid on loopback: it keeps what it is asked, answers as told, and fills in substitutions as SendGrid does."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import msgspec

from newsletter.delivery.letter import Letter
from newsletter.delivery.providers.sendgrid import SendGrid
from newsletter.delivery.values import Receipt, Recipient
from newsletter.settings.model import Secret

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
        listener = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{listener.server_port}"
        threading.Thread(target=listener.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        try:
            yield self
        finally:
            listener.shutdown()
            listener.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        standin = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                standin.requests.append(
                    Request(path=self.path, key=self.headers["Authorization"], body=msgspec.json.decode(body))
                )
                if standin.hangs_up:
                    self.close_connection = True
                    return
                self.send_response(standin.status)
                for name, value in standin.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(standin.answer)))
                self.end_headers()
                self.wfile.write(standin.answer)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        return Handler


def readers(count: int) -> list[Recipient]:
    """Return *count* readers."""
    return [Recipient(n, n.to_bytes(12, "big"), f"reader-{n}@example.org") for n in range(1, count + 1)]


def provider(standin: SendGridStandIn) -> SendGrid:
    """Return the provider that asks *standin*."""
    return SendGrid(api_key=Secret(KEY), base_url=standin.url)


def send(standin: SendGridStandIn, to_send: Letter, recipients: list[Recipient]) -> list[Receipt]:
    """Send in a session of its own."""
    session = provider(standin).open()
    try:
        return list(session.send(to_send, recipients))
    finally:
        session.close()
