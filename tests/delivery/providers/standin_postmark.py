"""A server that answers `POST /email/batch` as Postmark documents it, mail by mail."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.delivery.providers.serving import Answer, serving


@dataclass(frozen=True)
class Request:
    """One request, as it came."""

    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def mails(self) -> list[dict[str, Any]]:
        """The mails in it."""
        found = json.loads(self.body)
        assert isinstance(found, list)
        return found


@dataclass
class Server:
    """What the server has seen, and what it is told to do."""

    url: str = ""
    requests: list[Request] = field(default_factory=list)
    #: Code and words for mail to an address that is not simply queued.
    refusals: dict[str, tuple[int, str]] = field(default_factory=dict)
    #: Said in place of the next answers: status, body and headers.
    scripted: list[tuple[int, bytes, Mapping[str, str]]] = field(default_factory=list)
    #: Requests to accept without an answer.
    cut_after_acceptance: int = 0

    def say(self, status: int, body: bytes, **headers: str) -> None:
        """Answer the next request with *body*."""
        self.scripted.append(
            (status, body, {name.replace("_", "-"): value for name, value in headers.items()})
        )

    def results(self, mails: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Return a result for each mail, in their order."""
        return [self._result(mail["To"]) for mail in mails]

    def _result(self, address: str) -> dict[str, Any]:
        if address in self.refusals:
            code, words = self.refusals[address]
            return {"ErrorCode": code, "Message": words}
        return {
            "To": address,
            "SubmittedAt": "2026-11-03T09:00:00.1234567-05:00",
            "MessageID": f"id of {address}",
            "ErrorCode": 0,
            "Message": "OK",
        }


@contextmanager
def postmark_server() -> Iterator[Server]:
    """Run the server on a free port of this machine."""
    server = Server()

    def answer(path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        request = Request(path, headers, body)
        server.requests.append(request)
        if server.cut_after_acceptance:
            server.cut_after_acceptance -= 1
            return None
        if server.scripted:
            return server.scripted.pop(0)
        return 200, json.dumps(server.results(request.mails)).encode(), {}

    with serving(answer) as server.url:
        yield server
