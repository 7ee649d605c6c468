"""What Prometheus is told, at a port of its own that only this machine reaches. Figures alone: nothing in it is about a person."""

import logging
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Literal

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from newsletter.errors import NewsletterError

_log = logging.getLogger(__name__)

PATH = "/metrics"
_HOST = "127.0.0.1"
#: Whose links carry tokens: what is not found there was forged, cut off, or made with a key that is retired.
_TOKEN_PAGES = frozenset({"confirm", "unsubscribe", "preferences", "manage", "block"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """A figure, or several of one kind (the text format of Prometheus, 0.0.4)."""

    name: str
    help: str
    kind: Literal["counter", "gauge"]
    #: The name of the label that tells the figures apart.
    label: str
    figures: Mapping[str, float]


def exposition(metrics: Sequence[Metric]) -> str:
    """Return *metrics* as Prometheus reads them. No label's value needs an escape: all are words of ours."""
    lines = []
    for metric in metrics:
        lines += [f"# HELP {metric.name} {metric.help}", f"# TYPE {metric.name} {metric.kind}"]
        lines += [
            f'{metric.name}{{{metric.label}="{value}"}} {figure:g}'
            for value, figure in sorted(metric.figures.items())
        ]
    return "".join(f"{line}\n" for line in lines)


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts what happened on the site since it was started."""

    _counts: Counter[str] = field(default_factory=Counter)
    _lock: Lock = field(default_factory=Lock)

    def add(self, name: str) -> None:
        """Count *name* once."""
        with self._lock:
            self._counts[name] += 1

    def counts(self) -> Mapping[str, int]:
        """Return how often each name was counted."""
        with self._lock:
            return dict(self._counts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """Wraps an application: its answers are counted by status, and what tells of somebody at the door by name."""

    app: ASGIApp
    #: The path of the public URL, without a slash at its end.
    base_path: str
    answers: Tally
    events: Tally

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, and count the answer."""

        async def send_counted(message: Message) -> None:
            if message["type"] == "http.response.start":
                self.answers.add(str(message["status"]))
                page = scope["path"].removeprefix(self.base_path).lstrip("/").partition("/")[0]
                if event := event_of(page, message["status"]):
                    self.events.add(event)
            await send(message)

        await self.app(scope, receive, send_counted if scope["type"] == "http" else send)


def event_of(page: str, status: int) -> str:
    """Return what an answer with *status* of the page whose path begins with *page* tells of; "" for nothing."""
    if status == 429:
        return "limited"
    if page == "webhooks" and 400 <= status < 500:
        return "webhook_refused"
    return "dead_link" if page in _TOKEN_PAGES and status == 404 else ""


class _Server(ThreadingHTTPServer):
    """A thread for each who asks: one that connects and says nothing would keep out all others, and the end too."""

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of who asked and went away, where the library would write a trace."""
        if not isinstance(sys.exception(), ConnectionError):
            _log.exception("metrics")


@contextmanager
def metrics_at(port: int, text: Callable[[], str]) -> Iterator[None]:
    """Serve *text* at *port* of this machine until the end of the block. Raises NewsletterError when nothing can listen there."""

    class Handler(BaseHTTPRequestHandler):
        server_version, sys_version = "newsletter", ""

        def do_GET(self) -> None:
            try:
                status, body = (200, text()) if self.path == PATH else (404, "")
            except Exception:  # whatever it is, the next look may find it mended
                _log.exception("metrics")
                status, body = 503, ""
            self.send_response(status)
            self.send_header("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing: it is asked every few seconds."""

    try:
        server = _Server((_HOST, port), Handler)
    except OSError as error:
        raise NewsletterError(
            f"{_HOST}:{port}: nothing can listen there: {error.strerror}. Name another one with --metrics-port."
        ) from error
    thread = Thread(target=server.serve_forever, name="metrics", daemon=True)
    with server:
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            thread.join()
