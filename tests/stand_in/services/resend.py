"""Resend: takes whole mails under an idempotency key, and answers a repetition as the first time."""

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec

from tests.stand_in.values import Happening, Mail, Occurrence, Posting, Refusal, Reply, Request, json_reply

_KINDS: Mapping[Happening, tuple[str, Mapping[str, object]]] = {
    Happening.DELIVERED: ("email.delivered", {}),
    Happening.DEFERRED: ("email.delivery_delayed", {}),
    Happening.BOUNCED: (
        "email.bounced",
        {"bounce": {"type": "Permanent", "subType": "General", "message": "550 5.1.1 No such user"}},
    ),
    Happening.SOFT_BOUNCED: (
        "email.bounced",
        {"bounce": {"type": "Transient", "subType": "MailboxFull", "message": "552 5.2.2 Mailbox full"}},
    ),
    Happening.COMPLAINED: ("email.complained", {}),
    # Of a contact, not of a mail.
    Happening.UNSUBSCRIBED: ("contact.updated", {"unsubscribed": True}),
    Happening.OPENED: ("email.opened", {}),
}


class _To(msgspec.Struct):
    to: tuple[str]


class _Tag(msgspec.Struct):
    name: str
    value: str


class _Mail(_To, rename={"author": "from"}):
    author: str
    subject: str
    html: str
    text: str
    headers: dict[str, str]
    tags: list[_Tag]


_ADDRESSES = msgspec.json.Decoder(list[_To])


@dataclass
class ResendApi:
    """`POST /emails/batch`."""

    #: As its pages show it.
    signing_secret: str = "whsec_c2lnbmluZy1zZWNyZXQ="

    def addresses(self, request: Request) -> Sequence[str]:
        """Return whom it is for."""
        return [mail.to[0] for mail in _ADDRESSES.decode(request.body)]

    def mails(self, request: Request) -> Sequence[Mail]:
        """Return the mails, which are whole."""
        return [
            Mail(
                address=mail.to[0],
                author=mail.author,
                subject=mail.subject,
                html=mail.html,
                text=mail.text,
                headers=mail.headers,
                metadata={tag.name: tag.value for tag in mail.tags},
            )
            for mail in msgspec.json.decode(request.body, type=list[_Mail])
        ]

    def refuses_all(self, request: Request) -> bool:
        """By default one invalid mail refuses them all."""
        return request.headers.get("x-batch-validation") != "permissive"

    def answer(self, addresses: Sequence[str], refused: Mapping[int, Refusal], _number: int) -> Reply:
        """The ids in order, without those that `errors` names."""
        ids = [{"id": f"id of {address}"} for place, address in enumerate(addresses) if place not in refused]
        errors = [{"index": place, "message": refusal.words} for place, refusal in refused.items()]
        return json_reply(200, {"data": ids} | ({"errors": errors} if errors else {}))

    def key(self, request: Request) -> str:
        """Return its header, with the account's, in which alone it is known."""
        key = request.headers.get("Idempotency-Key", "")
        return f"{request.headers['Authorization']} {key}" if key else ""

    def repeated(self, first: Request, reply: Reply | None, request: Request) -> Reply:
        """The first answer again, unless the first request still runs or was another."""
        if request.body != first.body:
            return _error("invalid_idempotent_request")
        return reply or _error("concurrent_idempotent_requests")

    def posting(self, occurrences: Sequence[Occurrence], now: datetime) -> Posting:
        """One event; id, time and body are signed (Standard Webhooks)."""
        (occurrence,) = occurrences
        kind, rest = _KINDS[occurrence.kind]
        mail = occurrence.mail
        data = (
            {"email": mail.address, **rest}
            if kind.startswith("contact.")
            else {
                "email_id": f"id of {mail.address}",
                "to": [mail.address],
                "subject": mail.subject,
                "tags": mail.metadata,
                **rest,
            }
        )
        body = msgspec.json.encode({"type": kind, "created_at": occurrence.at.isoformat(), "data": data})
        stamp = str(int(now.timestamp()))
        key = base64.b64decode(self.signing_secret.removeprefix("whsec_"))
        signed = b".".join((occurrence.id.encode(), stamp.encode(), body))
        signature = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
        headers = {
            "Content-Type": "application/json",
            "svix-id": occurrence.id,
            "svix-timestamp": stamp,
            "svix-signature": f"v1,{signature}",
        }
        return Posting(headers, body)


def _error(name: str) -> Reply:
    return json_reply(409, {"statusCode": 409, "message": "The key was used before.", "name": name})
