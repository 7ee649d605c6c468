"""Somebody who sends the site whatever they like."""

import http.client
from dataclasses import dataclass

from newsletter.app.project import Project

API = "/api/subscriptions"


@dataclass
class Answer:
    """What the site answered."""

    status: int
    headers: http.client.HTTPMessage
    text: str


@dataclass
class Stranger:
    """Sends whatever it likes."""

    port: int
    project: Project

    def ask(self, method: str, path: str, *fields: tuple[str, str], body: bytes = b"") -> Answer:
        """Send a request with just these header fields, besides Host unless that is among them."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        if "Host" not in dict(fields):
            connection.putheader("Host", "news.example.org")
        for name, value in fields:
            connection.putheader(name, value)
        if body:
            connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body)
        response = connection.getresponse()
        answer = Answer(response.status, response.headers, response.read().decode())
        connection.close()
        return answer

    def status(self, method: str, path: str, *fields: tuple[str, str]) -> int:
        return self.ask(method, path, *fields).status
