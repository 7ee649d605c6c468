"""Brevo: fills in each version's parameters as its template language does, and refuses a repetition."""

import base64
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from html import escape
from urllib.parse import parse_qs, urlsplit

import msgspec

from tests.stand_in.values import Happening, Mail, Occurrence, Posting, Refusal, Reply, Request, json_reply

#: What the template language fills in, carries out or leaves out.
_TAG = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}")

_KINDS: Mapping[Happening, Mapping[str, object]] = {
    Happening.DELIVERED: {"event": "delivered"},
    Happening.DEFERRED: {"event": "deferred", "reason": "451 4.7.1 Greylisted"},
    Happening.BOUNCED: {"event": "hard_bounce", "reason": "550 5.1.1 No such user"},
    Happening.SOFT_BOUNCED: {"event": "soft_bounce", "reason": "552 5.2.2 Mailbox full"},
    Happening.COMPLAINED: {"event": "complaint"},
    Happening.UNSUBSCRIBED: {"event": "unsubscribed"},
    Happening.OPENED: {"event": "opened"},
}


class _Address(msgspec.Struct):
    email: str
    name: str = ""


class _To(msgspec.Struct):
    to: tuple[_Address]


class _Version(_To):
    headers: dict[str, str]
    params: dict[str, str]


class _Addresses(msgspec.Struct, rename="camel"):
    message_versions: list[_To]


class _Request(msgspec.Struct, rename="camel"):
    tags: tuple[str]
    message_versions: list[_Version]
    sender: _Address
    subject: str
    html_content: str
    text_content: str


class _Keyed(msgspec.Struct):
    headers: dict[str, str] = {}


_ADDRESSES = msgspec.json.Decoder(_Addresses)


@dataclass
class BrevoApi:
    """`POST /v3/smtp/email`."""

    log_path: str = "/v3/smtp/statistics/events"

    #: Whether the template language escapes what it fills in.
    escapes: bool = False
    #: Of its webhooks: name and password.
    basic_auth: str = "brevo:password"

    def addresses(self, request: Request) -> Sequence[str]:
        """Return whom it is for."""
        return [version.to[0].email for version in _ADDRESSES.decode(request.body).message_versions]

    def mails(self, request: Request) -> Sequence[Mail]:
        """Return what each of them gets, placeholders filled."""
        asked = msgspec.json.decode(request.body, type=_Request)
        return [
            Mail(
                address=version.to[0].email,
                author=str(Address(asked.sender.name, addr_spec=asked.sender.email)),
                subject=self._filled(asked.subject, version.params),
                html=self._filled(asked.html_content, version.params),
                text=self._filled(asked.text_content, version.params),
                headers=version.headers,
                metadata=msgspec.json.decode(version.headers["X-Mailin-custom"], type=dict[str, str]),
                tag=asked.tags[0],
            )
            for version in asked.message_versions
        ]

    def _filled(self, template: str, params: Mapping[str, str]) -> str:
        def value(found: re.Match[str]) -> str:
            name = found[0].strip("{} ")
            known = params.get(name.removeprefix("params."), "") if name.startswith("params.") else ""
            return escape(known) if self.escapes else known

        return _TAG.sub(value, template)

    def refuses_all(self, _request: Request) -> bool:
        """One invalid address refuses the request."""
        return True

    def answer(self, addresses: Sequence[str], refused: Mapping[int, Refusal], _number: int) -> Reply:
        """The ids in the order of the versions, or the only one."""
        if refused:
            return _error("invalid_parameter", next(iter(refused.values())).words)
        ids = [f"<id-of-{address}>" for address in addresses]
        return json_reply(201, {"messageId": ids[0]} if len(ids) == 1 else {"messageIds": ids})

    def key(self, request: Request) -> str:
        """Return what stands in the body."""
        return msgspec.json.decode(request.body, type=_Keyed).headers.get("idempotencyKey", "")

    def repeated(self, _first: Request, _reply: Reply | None, _request: Request) -> Reply:
        """A refusal, which does not tell the first answer."""
        return _error("duplicate_parameter", "The idempotencyKey was used already.")

    def searched(self, request: Request, mails: Mapping[str, Sequence[Mail]]) -> Reply:
        """`GET /v3/smtp/statistics/events`: a `requests` for each mail to that address; it knows mails by their tag alone."""
        asked = parse_qs(urlsplit(request.path).query)
        address, tag = asked["email"][0], asked["tags"][0]
        found = [mail for mail in mails.get(address, ()) if mail.tag == tag]
        event = {"email": address, "event": "requests", "messageId": f"<id-of-{address}>", "tag": tag}
        return json_reply(200, {"events": [event for _ in found]})

    def posting(self, occurrences: Sequence[Occurrence], _now: datetime) -> Posting:
        """One event, with a password instead of a signature."""
        (occurrence,) = occurrences
        mail, seconds = occurrence.mail, int(occurrence.at.timestamp())
        event = {
            # Of the webhook, not of the event.
            "id": 1,
            "email": mail.address,
            "message-id": f"<id-of-{mail.address}>",
            "date": f"{occurrence.at:%Y-%m-%d %H:%M:%S}",
            "ts": seconds,
            "ts_event": seconds,
            "ts_epoch": seconds * 1000,
            "subject": mail.subject,
            "X-Mailin-custom": mail.headers["X-Mailin-custom"],
            **_KINDS[occurrence.kind],
        }
        password = base64.b64encode(self.basic_auth.encode()).decode()
        headers = {"Content-Type": "application/json", "Authorization": f"Basic {password}"}
        return Posting(headers, msgspec.json.encode(event))


def _error(code: str, message: str) -> Reply:
    return json_reply(400, {"code": code, "message": message})
