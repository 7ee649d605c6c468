"""SendGrid: takes the bodies once, and puts each reader's substitutions in."""

import base64
import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.headerregistry import Address
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import msgspec

from tests.stand_in.values import Happening, Mail, Occurrence, Posting, Refusal, Reply, Request, json_reply

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

_KINDS: Mapping[Happening, Mapping[str, object]] = {
    Happening.DELIVERED: {"event": "delivered", "response": "250 OK"},
    Happening.DEFERRED: {"event": "deferred", "response": "451 4.7.1 Greylisted", "attempt": "1"},
    Happening.BOUNCED: {
        "event": "bounce",
        "type": "bounce",
        "status": "5.1.1",
        "reason": "550 5.1.1 No such user",
    },
    Happening.SOFT_BOUNCED: {
        "event": "bounce",
        "type": "blocked",
        "status": "5.2.2",
        "reason": "552 5.2.2 Mailbox full",
    },
    Happening.COMPLAINED: {"event": "spamreport"},
    Happening.UNSUBSCRIBED: {"event": "unsubscribe"},
    Happening.OPENED: {"event": "open"},
}


class _Address(msgspec.Struct):
    email: str
    name: str = ""


class _Part(msgspec.Struct):
    type: str
    value: str


class _To(msgspec.Struct):
    to: tuple[_Address]


class _Reader(_To):
    headers: dict[str, str]
    substitutions: dict[str, str]
    custom_args: dict[str, str]


class _Addresses(msgspec.Struct):
    personalizations: list[_To]


class _Request(msgspec.Struct, rename={"author": "from"}):
    personalizations: list[_Reader]
    author: _Address
    subject: str
    content: list[_Part]


_ADDRESSES = msgspec.json.Decoder(_Addresses)
#: Of its query language, what finds mails by what went along with them.
_CONDITION = re.compile(r"\(unique_args\['([^']*)'\]=\"([^\"]*)\"\)")


def _new_key() -> "EllipticCurvePrivateKey":
    from cryptography.hazmat.primitives.asymmetric import ec

    return ec.generate_private_key(ec.SECP256R1())


@dataclass
class SendGridApi:
    """`POST /v3/mail/send`; no keys."""

    log_path: str = "/v3/messages"

    signing_key: "EllipticCurvePrivateKey" = field(default_factory=_new_key)

    @property
    def public_key(self) -> str:
        """What its pages show of the key: base64 of a SubjectPublicKeyInfo."""
        from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

        public = self.signing_key.public_key()
        return base64.b64encode(public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()

    def addresses(self, request: Request) -> Sequence[str]:
        """Return whom it is for."""
        return [reader.to[0].email for reader in _ADDRESSES.decode(request.body).personalizations]

    def mails(self, request: Request) -> Sequence[Mail]:
        """Return what each of them gets, substitutions done."""
        asked = msgspec.json.decode(request.body, type=_Request)
        text, html = (part.value for part in asked.content)
        return [
            Mail(
                address=reader.to[0].email,
                author=str(Address(asked.author.name, addr_spec=asked.author.email)),
                subject=_filled(asked.subject, reader.substitutions),
                html=_filled(html, reader.substitutions),
                text=_filled(text, reader.substitutions),
                headers=reader.headers,
                metadata=reader.custom_args,
            )
            for reader in asked.personalizations
        ]

    def refuses_all(self, _request: Request) -> bool:
        """One invalid address refuses the request."""
        return True

    def answer(self, _addresses: Sequence[str], refused: Mapping[int, Refusal], number: int) -> Reply:
        """No word about any reader."""
        if refused:
            errors = [
                {"message": refusal.words, "field": f"personalizations.{place}.to.0.email", "help": None}
                for place, refusal in refused.items()
            ]
            return json_reply(400, {"errors": errors})
        return Reply(202, b"", {"X-Message-Id": f"message-{number}"})

    def searched(self, request: Request, mails: Mapping[str, Sequence[Mail]]) -> Reply:
        """`GET /v3/messages`: the mails that meet all conditions, without what went along with them."""
        asked = parse_qs(urlsplit(request.path).query)["query"][0]
        conditions = [_CONDITION.fullmatch(one) for one in asked.split(" AND ")]
        if None in conditions:
            return json_reply(400, {"errors": [{"message": "invalid syntax"}]})
        wanted = {found[1]: found[2] for found in conditions if found}
        messages = [
            {"to_email": mail.address, "msg_id": f"message of {mail.address}", "status": "processed"}
            for mail in itertools.chain.from_iterable(mails.values())
            if wanted.items() <= mail.metadata.items()
        ]
        return json_reply(200, {"messages": messages})

    def posting(self, occurrences: Sequence[Occurrence], now: datetime) -> Posting:
        """Any number of events in one list; time and body are signed."""
        from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
        from cryptography.hazmat.primitives.hashes import SHA256

        body = msgspec.json.encode([_event(occurrence) for occurrence in occurrences])
        stamp = str(int(now.timestamp()))
        signature = self.signing_key.sign(stamp.encode() + body, ECDSA(SHA256()))
        headers = {
            "Content-Type": "application/json",
            "X-Twilio-Email-Event-Webhook-Signature": base64.b64encode(signature).decode(),
            "X-Twilio-Email-Event-Webhook-Timestamp": stamp,
        }
        return Posting(headers, body)


def _event(occurrence: Occurrence) -> Mapping[str, object]:
    mail = occurrence.mail
    return {
        "email": mail.address,
        "timestamp": int(occurrence.at.timestamp()),
        "sg_event_id": occurrence.id,
        "sg_message_id": f"message of {mail.address}",
        "smtp-id": mail.headers["Message-ID"],
        **mail.metadata,
        **_KINDS[occurrence.kind],
    }


def _filled(text: str, substitutions: Mapping[str, str]) -> str:
    for tag, value in substitutions.items():
        text = text.replace(tag, value)
    return text
