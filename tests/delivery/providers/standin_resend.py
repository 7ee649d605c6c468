"""A server that answers `POST /emails/batch` as Resend documents it, and counts what it accepted for whom."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.delivery.providers.serving import Answer, serving

#: Refused reader by reader, as an address that Resend cannot use is.
BAD_ADDRESS = "not-an-address"


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
class Account:
    """What the server has seen, and what it is told to do."""

    url: str = ""
    requests: list[Request] = field(default_factory=list)
    #: Mails accepted, by address.
    accepted: Counter[str] = field(default_factory=Counter)
    #: Said in place of the next answers: status, body and headers.
    scripted: list[tuple[int, bytes, Mapping[str, str]]] = field(default_factory=list)
    #: Requests to accept without an answer.
    cut_after_acceptance: int = 0
    _answers: dict[str, tuple[bytes, bytes]] = field(default_factory=dict)

    def say(self, status: int, name: str, **headers: str) -> None:
        """Answer the next request with an error of that *name*."""
        body = json.dumps({"statusCode": status, "message": "No reader@example.org.", "name": name})
        self.say_bytes(status, body.encode(), **headers)

    def say_bytes(self, status: int, body: bytes, **headers: str) -> None:
        """Answer the next request with *body*."""
        self.scripted.append(
            (status, body, {name.replace("_", "-"): value for name, value in headers.items()})
        )

    def answer(self, request: Request) -> tuple[int, bytes]:
        """Accept a request, or repeat what was said to the same one."""
        key = request.headers["Idempotency-Key"]
        body, said = self._answers.get(key, (request.body, b""))
        if body != request.body:
            return 409, b'{"statusCode": 409, "message": "Other body.", "name": "invalid_idempotent_request"}'
        if not said:
            said = self._accept(request.mails)
            self._answers[key] = (body, said)
        return 200, said

    def _accept(self, mails: list[dict[str, Any]]) -> bytes:
        ids, errors = [], []
        for index, mail in enumerate(mails):
            if mail["to"] == [BAD_ADDRESS]:
                errors.append({"index": index, "message": f"Invalid `to` field: {mail['to'][0]}"})
            else:
                self.accepted.update(mail["to"])
                ids.append({"id": f"id of {mail['to'][0]}"})
        return json.dumps({"data": ids} | ({"errors": errors} if errors else {})).encode()


@contextmanager
def resend_account() -> Iterator[Account]:
    """Run the server on a free port of this machine."""
    account = Account()

    def answer(path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        request = Request(path, headers, body)
        account.requests.append(request)
        if account.scripted:
            return account.scripted.pop(0)
        status, said = account.answer(request)
        if account.cut_after_acceptance:
            account.cut_after_acceptance -= 1
            return None
        return status, said, {}

    with serving(answer) as account.url:
        yield account
