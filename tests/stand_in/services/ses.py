"""Amazon SES: takes signed requests only, and fills in each entry's values as its template language does."""

import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.header import decode_header, make_header
from email.headerregistry import Address
from email.utils import parseaddr

import msgspec

from tests.stand_in.services import sns
from tests.stand_in.values import Happening, Mail, Occurrence, Posting, Refusal, Reply, Request, json_reply

KEY_ID, KEY = "AKIDEXAMPLE", "a secret/key+of the account"
REGION = "eu-central-1"

_AUTHORIZATION = re.compile(
    r"AWS4-HMAC-SHA256 Credential=(?P<credential>[^,]+), ?SignedHeaders=(?P<names>[^,]+), ?Signature=(?P<signature>\w+)"
)
#: Handlebars: an escaped placeholder, one that is not escaped for HTML, a placeholder.
_TAG = re.compile(r"\\(\{\{.*?\}\})|\{\{\{.*?\}\}\}|\{\{(.*?)\}\}")
_MOST_HEADERS = 15

#: Name of the event, where its own part stands, where the reader stands in it, and what else tells the kind.
_KINDS: Mapping[Happening, tuple[str, str, str, Mapping[str, object]]] = {
    Happening.DELIVERED: ("Delivery", "delivery", "recipients", {"smtpResponse": "250 ok"}),
    Happening.DEFERRED: (
        "DeliveryDelay",
        "deliveryDelay",
        "delayedRecipients",
        {"delayType": "TransientCommunicationFailure"},
    ),
    Happening.BOUNCED: (
        "Bounce",
        "bounce",
        "bouncedRecipients",
        {"bounceType": "Permanent", "bounceSubType": "General"},
    ),
    Happening.SOFT_BOUNCED: (
        "Bounce",
        "bounce",
        "bouncedRecipients",
        {"bounceType": "Transient", "bounceSubType": "MailboxFull"},
    ),
    Happening.COMPLAINED: (
        "Complaint",
        "complaint",
        "complainedRecipients",
        {"complaintFeedbackType": "abuse"},
    ),
    Happening.UNSUBSCRIBED: (
        "Subscription",
        "subscription",
        "",
        {"contactList": "news", "newTopicPreferences": {"unsubscribeAll": True}},
    ),
    Happening.OPENED: ("Open", "open", "", {"ipAddress": "192.0.2.1"}),
}
#: What is said of the reader in an event's own part.
_WORDS: Mapping[Happening, Mapping[str, str]] = {
    Happening.DEFERRED: {"status": "4.4.1", "diagnosticCode": "smtp; 421 4.4.1 Unable to connect"},
    Happening.BOUNCED: {"status": "5.1.1", "diagnosticCode": "smtp; 550 5.1.1 No such user"},
    Happening.SOFT_BOUNCED: {"status": "5.2.2", "diagnosticCode": "smtp; 552 5.2.2 Mailbox full"},
}


class _Named(msgspec.Struct, rename="pascal"):
    name: str
    value: str


class _Destination(msgspec.Struct, rename="pascal"):
    to_addresses: tuple[str]


class _To(msgspec.Struct, rename="pascal"):
    destination: _Destination


class _Addresses(msgspec.Struct, rename="pascal"):
    bulk_email_entries: list[_To]


class _ReplacementTemplate(msgspec.Struct, rename="pascal"):
    replacement_template_data: str


class _ReplacementContent(msgspec.Struct, rename="pascal"):
    replacement_template: _ReplacementTemplate


class _Entry(_To, rename="pascal"):
    replacement_email_content: _ReplacementContent
    replacement_headers: list[_Named]
    replacement_tags: list[_Named]


class _TemplateContent(msgspec.Struct, rename="pascal"):
    subject: str
    html: str
    text: str


class _Template(msgspec.Struct, rename="pascal"):
    template_content: _TemplateContent
    template_data: str
    headers: list[_Named]


class _DefaultContent(msgspec.Struct, rename="pascal"):
    template: _Template


class _Request(msgspec.Struct, rename="pascal"):
    from_email_address: str
    default_content: _DefaultContent
    bulk_email_entries: list[_Entry]
    configuration_set_name: str = ""


_ADDRESSES = msgspec.json.Decoder(_Addresses)


@dataclass
class SesApi:
    """`POST /v2/email/outbound-bulk-emails`; no keys. What it tells goes through Amazon SNS."""

    #: Of the signatures of its topic.
    signature_version: str = "2"

    def turned_away(self, request: Request) -> Reply | None:
        """403 unless the request has our key's signature."""
        if _is_signed(request):
            return None
        return json_reply(403, {"message": "The request signature we calculated does not match"})

    def addresses(self, request: Request) -> Sequence[str]:
        """Return whom it is for."""
        entries = _ADDRESSES.decode(request.body).bulk_email_entries
        return [entry.destination.to_addresses[0] for entry in entries]

    def mails(self, request: Request) -> Sequence[Mail]:
        """Return what each of them gets, placeholders filled."""
        asked = msgspec.json.decode(request.body, type=_Request)
        author, template = _author(asked.from_email_address), asked.default_content.template
        return [
            _mail(author, template, entry, asked.configuration_set_name) for entry in asked.bulk_email_entries
        ]

    def refuses_all(self, _request: Request) -> bool:
        """Each entry is judged alone."""
        return False

    def answer(self, addresses: Sequence[str], refused: Mapping[int, Refusal], _number: int) -> Reply:
        """A result for each entry, in their order."""
        results: list[Mapping[str, object]] = [
            {"Status": refused[place].name or "MESSAGE_REJECTED", "Error": refused[place].words}
            if place in refused
            else {"Status": "SUCCESS", "MessageId": f"id of {address}"}
            for place, address in enumerate(addresses)
        ]
        return json_reply(200, {"BulkEmailEntryResults": results})

    def posting(self, occurrences: Sequence[Occurrence], now: datetime) -> Posting:
        """One event, as the text of a notification."""
        (occurrence,) = occurrences
        name, own, named, rest = _KINDS[occurrence.kind]
        mail, at = occurrence.mail, occurrence.at.isoformat()
        words = _WORDS.get(occurrence.kind, {})
        reader = mail.address if named == "recipients" else {"emailAddress": mail.address, **words}
        event = {
            "eventType": name,
            "mail": {
                "timestamp": at,
                "source": mail.author,
                "messageId": f"id of {mail.address}",
                "destination": [mail.address],
                "tags": {tag: [value] for tag, value in mail.metadata.items()},
            },
            own: {"timestamp": at, **({named: [reader]} if named else {}), **rest},
        }
        text = msgspec.json.encode(event).decode()
        return sns.notification(text, id_=occurrence.id, version=self.signature_version, now=now)


def _author(mailbox: str) -> str:
    name, address = parseaddr(mailbox)
    return str(Address(str(make_header(decode_header(name))), addr_spec=address))


def _mail(author: str, template: _Template, entry: _Entry, configuration_set: str) -> Mail:
    replacement = entry.replacement_email_content.replacement_template.replacement_template_data
    values: dict[str, str] = msgspec.json.decode(template.template_data) | msgspec.json.decode(replacement)
    headers = [*template.headers, *entry.replacement_headers]
    assert len(headers) <= _MOST_HEADERS
    content = template.template_content
    return Mail(
        address=entry.destination.to_addresses[0],
        author=author,
        subject=_filled(content.subject, values),
        html=_filled(content.html, values),
        text=_filled(content.text, values),
        headers={header.name: header.value for header in headers},
        metadata={tag.name: tag.value for tag in entry.replacement_tags}
        | ({"ses:configuration-set": configuration_set} if configuration_set else {}),
    )


def _filled(template: str, values: Mapping[str, str]) -> str:
    """Return *template* as Handlebars fills it; a value that is missing is an error."""

    def value(found: re.Match[str]) -> str:
        return found[1] or values[found[2]]

    return _TAG.sub(value, template)


def _is_signed(request: Request) -> bool:
    """Whether a request has a signature of its host, its body and its region, as Amazon checks it (version 4)."""
    headers = {name.lower(): value for name, value in request.headers.items()}
    found = _AUTHORIZATION.fullmatch(headers.get("authorization", ""))
    if found is None:
        return False
    at, names = headers["x-amz-date"], found["names"].split(";")
    scope = f"{at[:8]}/{REGION}/ses/aws4_request"
    if found["credential"] != f"{KEY_ID}/{scope}" or "host" not in names:
        return False
    signed = [f"{name}:{headers[name]}" for name in names]
    canonical = "\n".join(["POST", request.path, "", *signed, "", found["names"], _hash(request.body)])
    to_sign = "\n".join(["AWS4-HMAC-SHA256", at, scope, _hash(canonical.encode())])
    key = f"AWS4{KEY}".encode()
    for part in [*scope.split("/"), to_sign]:
        key = hmac.digest(key, part.encode(), "sha256")
    return hmac.compare_digest(key.hex(), found["signature"])


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
