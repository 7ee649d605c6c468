"""Postmark: takes whole mails, and answers mail by mail."""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qs, urlsplit

import msgspec

from tests.stand_in.values import Happening, Mail, Occurrence, Posting, Refusal, Reply, Request, json_reply

#: Type of the record, the field of the address, the field of the time, and what else tells the kind.
_KINDS: Mapping[Happening, tuple[str, str, str, Mapping[str, object]]] = {
    Happening.DELIVERED: ("Delivery", "Recipient", "DeliveredAt", {"Details": "smtp;250 OK"}),
    Happening.DEFERRED: ("Bounce", "Email", "BouncedAt", {"Type": "Transient", "TypeCode": 2}),
    Happening.BOUNCED: (
        "Bounce",
        "Email",
        "BouncedAt",
        {"Type": "HardBounce", "TypeCode": 1, "Details": "smtp;550 5.1.1 No such user"},
    ),
    Happening.SOFT_BOUNCED: (
        "Bounce",
        "Email",
        "BouncedAt",
        {"Type": "SoftBounce", "TypeCode": 4096, "Details": "smtp;552 5.2.2 Mailbox full"},
    ),
    Happening.COMPLAINED: ("SpamComplaint", "Email", "BouncedAt", {"Type": "SpamComplaint", "TypeCode": 512}),
    Happening.UNSUBSCRIBED: (
        "SubscriptionChange",
        "Recipient",
        "ChangedAt",
        {"SuppressSending": True, "SuppressionReason": "ManualSuppression", "Origin": "Recipient"},
    ),
    Happening.OPENED: ("Open", "Recipient", "ReceivedAt", {"FirstOpen": True}),
}


class _To(msgspec.Struct, rename="pascal"):
    to: str


class _Header(msgspec.Struct, rename="pascal"):
    name: str
    value: str


class _Mail(_To, rename="pascal"):
    author: str = msgspec.field(name="From")
    subject: str
    html_body: str
    text_body: str
    headers: list[_Header]
    metadata: dict[str, str]


_ADDRESSES = msgspec.json.Decoder(list[_To])


@dataclass
class PostmarkApi:
    """`POST /email/batch`; no keys."""

    log_path: str = "/messages/outbound"

    #: Of its webhooks: name and password.
    basic_auth: str = "postmark:password"

    def addresses(self, request: Request) -> Sequence[str]:
        """Return whom it is for."""
        return [mail.to for mail in _ADDRESSES.decode(request.body)]

    def mails(self, request: Request) -> Sequence[Mail]:
        """Return the mails, which are whole."""
        return [
            Mail(
                address=mail.to,
                author=mail.author,
                subject=mail.subject,
                html=mail.html_body,
                text=mail.text_body,
                headers={header.name: header.value for header in mail.headers},
                metadata=mail.metadata,
            )
            for mail in msgspec.json.decode(request.body, type=list[_Mail])
        ]

    def refuses_all(self, _request: Request) -> bool:
        """Each mail is judged alone."""
        return False

    def answer(self, addresses: Sequence[str], refused: Mapping[int, Refusal], _number: int) -> Reply:
        """A result for each mail, in their order."""
        results: list[Mapping[str, object]] = [
            {"ErrorCode": refused[place].code, "Message": refused[place].words}
            if place in refused
            else {
                "To": address,
                "SubmittedAt": "2026-11-03T09:00:00.1234567-05:00",
                "MessageID": f"id of {address}",
                "ErrorCode": 0,
                "Message": "OK",
            }
            for place, address in enumerate(addresses)
        ]
        return json_reply(200, results)

    def searched(self, request: Request, mails: Mapping[str, Sequence[Mail]]) -> Reply:
        """`GET /messages/outbound`: the mails to that recipient, if a stream is named: by itself it looks at another one."""
        asked = parse_qs(urlsplit(request.path).query)
        address = asked["recipient"][0]
        found = mails.get(address, ()) if "messagestream" in asked else ()
        messages = [
            {
                "MessageID": f"id of {address}",
                "Recipients": [address],
                "Status": "Sent",
                "Metadata": mail.metadata,
            }
            for mail in found
        ]
        return json_reply(200, {"TotalCount": len(messages), "Messages": messages})

    def posting(self, occurrences: Sequence[Occurrence], _now: datetime) -> Posting:
        """One event, with a password instead of a signature."""
        (occurrence,) = occurrences
        kind, address, time, rest = _KINDS[occurrence.kind]
        event = {
            "RecordType": kind,
            "MessageStream": "broadcast",
            "MessageID": f"id of {occurrence.mail.address}",
            "Metadata": occurrence.mail.metadata,
            address: occurrence.mail.address,
            time: f"{occurrence.at:%Y-%m-%dT%H:%M:%S.%f}7Z",
            **rest,
        }
        password = base64.b64encode(self.basic_auth.encode()).decode()
        headers = {"Content-Type": "application/json", "Authorization": f"Basic {password}"}
        return Posting(headers, msgspec.json.encode(event))
