"""A project with an editor and an operator, and a listener for the addresses of [alerts]."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from typing import Any

from newsletter.app.project import Project
from newsletter.app.telling.notices import mail_notices
from subscribers.keys import new_key
from tests.app.mailing import SETTINGS, project, written

EDITOR, OPERATOR = "editor@example.org", "operator@example.org"
KEYS = {"NEWSLETTER_SECRET_KEYS": new_key(), "NEWSLETTER_SUPPRESSION_KEYS": new_key()}
STAFF = f'editors = ["{EDITOR}"]\noperators = ["{OPERATOR}"]\n'


def staffed(folder: Path, database: str, more: str = "", *, staff: str = STAFF) -> Project:
    """Return a project in *folder* that is to tell *staff*; with *more* settings."""
    folder.mkdir(exist_ok=True)
    base = SETTINGS.replace("[newsletter]\n", f"[newsletter]\n{staff}", 1)
    return project(folder, more, base=base, environ={**KEYS, "NEWSLETTER_DATABASE__URL": database})


def mailed(found: Project, now: datetime) -> list[tuple[str, str]]:
    """Send what is to be told, and return all that was ever sent: to whom, and the subject."""
    mail_notices(found, now, Event())
    return sorted((str(mail["To"]), str(mail["Subject"]).strip()) for mail in written(found))


@dataclass
class Listener:
    """What was called."""

    url: str
    paths: list[str] = field(default_factory=list)
    posted: list[dict[str, Any]] = field(default_factory=list)
    authorised: list[str] = field(default_factory=list)


@contextmanager
def listening(status: int = 200) -> Iterator[Listener]:
    """Answer whatever is asked with *status*, on loopback."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer()

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            heard.posted.append(json.loads(body))
            self._answer()

        def _answer(self) -> None:
            heard.paths.append(self.path)
            heard.authorised.append(self.headers.get("Authorization", ""))
            self.send_response(status)
            self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    heard = Listener(f"http://127.0.0.1:{server.server_port}")
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield heard
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
