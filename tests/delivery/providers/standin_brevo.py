"""A server that answers `POST /v3/smtp/email` as Brevo documents it, and keeps the mails that readers would see."""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import escape
from typing import Any

from tests.delivery.providers.serving import Answer, serving

#: Refuses the whole request it stands in.
BAD_ADDRESS = "not-an-address"

#: What the template language fills in, carries out or leaves out.
_TAG = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}")


@dataclass(frozen=True)
class Mail:
    """What one reader gets."""

    headers: Mapping[str, str]
    subject: str
    html: str
    text: str


@dataclass(frozen=True)
class Request:
    """One request, as it came."""

    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> dict[str, Any]:
        """Its body."""
        found = json.loads(self.body)
        assert isinstance(found, dict)
        return found


@dataclass
class Account:
    """What the server has seen, and what it is told to do."""

    url: str = ""
    #: Whether the template language escapes what it fills in.
    escapes: bool = False
    requests: list[Request] = field(default_factory=list)
    #: The mails accepted, by address.
    mails: dict[str, list[Mail]] = field(default_factory=dict)
    #: Said in place of the next answers: status, body and headers.
    scripted: list[tuple[int, bytes, Mapping[str, str]]] = field(default_factory=list)
    #: Requests to accept without an answer.
    cut_after_acceptance: int = 0
    _keys: set[str] = field(default_factory=set)

    def say(self, status: int, body: object, **headers: str) -> None:
        """Answer the next request with *body*."""
        said = {name.replace("_", "-"): value for name, value in headers.items()}
        self.scripted.append((status, json.dumps(body).encode(), said))

    def answer(self, request: dict[str, Any]) -> tuple[int, bytes]:
        """Accept a request, or refuse a repeat of it."""
        key = request.get("headers", {}).get("idempotencyKey")
        if key in self._keys:
            return _error("duplicate_parameter", "The idempotencyKey was used already.")
        if any(to["email"] == BAD_ADDRESS for version in request["messageVersions"] for to in version["to"]):
            return _error("invalid_parameter", "email is not valid in to")
        if key:
            self._keys.add(key)
        ids = [self._accept(request, version) for version in request["messageVersions"]]
        said = {"messageId": ids[0]} if len(ids) == 1 else {"messageIds": ids}
        return 201, json.dumps(said).encode()

    def _accept(self, request: dict[str, Any], version: dict[str, Any]) -> str:
        (to,) = version["to"]
        mail = Mail(
            headers=version["headers"],
            subject=self._filled(request["subject"], version["params"]),
            html=self._filled(request["htmlContent"], version["params"]),
            text=self._filled(request["textContent"], version["params"]),
        )
        self.mails.setdefault(to["email"], []).append(mail)
        return f"<id-of-{to['email']}>"

    def _filled(self, template: str, params: Mapping[str, str]) -> str:
        def value(found: re.Match[str]) -> str:
            name = found[0].strip("{} ")
            known = params.get(name.removeprefix("params."), "") if name.startswith("params.") else ""
            return escape(known) if self.escapes else known

        return _TAG.sub(value, template)


def _error(code: str, message: str) -> tuple[int, bytes]:
    return 400, json.dumps({"code": code, "message": message}).encode()


@contextmanager
def brevo_account() -> Iterator[Account]:
    """Run the server on a free port of this machine."""
    account = Account()

    def answer(path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        request = Request(path, headers, body)
        account.requests.append(request)
        if account.scripted:
            return account.scripted.pop(0)
        status, said = account.answer(request.json)
        if account.cut_after_acceptance:
            account.cut_after_acceptance -= 1
            return None
        return status, said, {}

    with serving(answer) as account.url:
        yield account
