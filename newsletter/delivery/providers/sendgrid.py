"""SendGrid (Twilio), API version 3: a request holds the two bodies once, and each reader's headers and links.

SendGrid puts the links in where it finds their tags (`substitutions`), literally, without escaping. So each slot has
one tag in the HTML and another in the text, and both hold a digest of the letter, which the letter itself cannot spell.
The answer is for the request as a whole: all readers are accepted, or none.
"""

import hashlib
import html
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from email.headerregistry import Address
from typing import Any

import msgspec

from newsletter.delivery.letter import Letter
from newsletter.delivery.pattern import Pattern
from newsletter.delivery.providers.asking import is_to, known
from newsletter.delivery.providers.base import Capabilities, LookUp
from newsletter.delivery.providers.http import HttpSession, Reply
from newsletter.delivery.providers.reading import fields, text
from newsletter.delivery.providers.sending_domains import about_domains, domain_of, is_within
from newsletter.delivery.values import Receipt, Recipient, Verdict
from newsletter.errors import (
    AccountError,
    NewsletterError,
    OutcomeUnknownError,
    RefusedError,
)
from newsletter.rendering.values import Slot
from newsletter.settings.model import Secret

_PATH = "/v3/mail/send"
_DOMAINS = "/v3/whitelabel/domains"
_FORBIDDEN = re.compile(r"\(403:")
_HOSTS = {"": "https://api.sendgrid.com", "eu": "https://api.eu.sendgrid.com"}
_ACCEPTED = 202
#: Fields of the request, or SendGrid's own.
_NOT_HEADERS = frozenset({"To", "Reply-To", "Date"})
#: SendGrid's own tags for suppression groups, which it may fill in whether or not a group is named.
_OWN_TAG = re.compile(r"<%\s*asm_\w*", re.IGNORECASE)
#: How a refusal names an address by its reader's place in the request: `"field": "personalizations.3.to.0.email"`.
_PLACE = re.compile(r"\bpersonalizations\.(\d+)\.to\.")

_OFF = {"enable": False}
_NO_TRACKING = {
    "click_tracking": {"enable": False, "enable_text": False},
    "open_tracking": _OFF,
    # Else SendGrid replaces the List-Unsubscribe pair by its own.
    "subscription_tracking": _OFF,
    "ganalytics": _OFF,
}

CAPABILITIES = Capabilities(
    max_batch=1000,
    max_bytes=20_000_000,
    is_all_or_nothing=True,
    look_up=LookUp.ACCEPTANCE,
    reports_events=True,
    shortcomings=(
        "SendGrid knows no idempotency keys: a lost answer leaves all readers of its request in doubt until an event.",
        "SendGrid can be asked what it accepted only where Email Activity was bought and the key may read it, and not for EU subusers.",
        "SendGrid drops mail to addresses on its own suppression lists after accepting it; only events tell.",
        "SendGrid writes the Date itself: a mail sent again does not carry the issue's.",
        "SendGrid fills in its own `<%asm_…%>` tags: an issue that holds one is refused.",
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SendGrid:
    """An account, or a subuser, at SendGrid."""

    api_key: Secret
    base_url: str = ""
    #: `eu` for an EU subuser; `base_url` goes before it.
    region: str = ""
    name: str = "sendgrid"
    capabilities: Capabilities = CAPABILITIES

    def open(self) -> "SendGridSession":
        """Return a session that connects with its first request. Raises as `_http`."""
        return SendGridSession(self._http())

    def _http(self) -> HttpSession:
        """Return a connection. Raises NewsletterError for a region that SendGrid does not have: mail leaves by no other."""
        url = self.base_url or _HOSTS.get(self.region)
        if url is None:
            raise NewsletterError(
                f'SendGrid has no region "{self.region}". Set [provider] region to "eu" or "".'
            )
        headers = {
            "Authorization": f"Bearer {self.api_key.reveal()}",
            "Content-Type": "application/json",
        }
        return HttpSession(url, headers)

    def look_up(self, letter: Letter, recipients: Sequence[Recipient]) -> frozenset[int]:
        """Ask its Email Activity (`GET /v3/messages`): an addition that is paid for; without it we are refused."""
        return known(
            self._http(),
            recipients,
            path="/v3/messages",
            query=lambda reader: {"query": _query(letter.metadata(reader)), "limit": "10"},
            listed="messages",
            # What went along is not in the answer.
            is_theirs=lambda reader, message: is_to(reader, message.get("to_email")),
        )

    def check(self, sender: str = "") -> str:
        """Ask what the key may do: `GET /v3/scopes`, which is refused (403) to who may not ask."""
        try:
            scopes = fields(self._http().get_once("/v3/scopes")).get("scopes")
        except AccountError as error:
            if not _FORBIDDEN.search(str(error)):
                raise
            raise OutcomeUnknownError(f"SendGrid does not tell this key what it may do: {error}") from error
        if not isinstance(scopes, list):
            raise OutcomeUnknownError("SendGrid knows the key, and does not say what it may do.")
        if "mail.send" not in scopes:
            raise AccountError(
                "SendGrid knows the key, which may not send. Give it the permission Mail Send."
            )
        if sender:
            self._require_domain(domain_of(sender))
        return "SendGrid knows the key, and it may send."

    def _require_domain(self, author: str) -> None:
        """Raise AccountError when the DNS of *author* is known to be wrong.

        A domain that is not listed proves nothing: a single sender may be verified instead.
        """
        is_wrong = False
        for domain in self._domains():
            if is_within(author, text(domain.get("domain")) or "-"):
                if domain.get("valid") is True:
                    return
                is_wrong |= domain.get("valid") is False
        if is_wrong:
            raise AccountError(f"SendGrid has {author}, and its DNS is not valid. Look at it there.")

    def _domains(self) -> Iterator[Mapping[str, Any]]:
        """Yield the account's domains, page by page: `GET /v3/whitelabel/domains`, which does not say how large a page is."""
        seen: set[str] = set()
        while True:
            path = f"{_DOMAINS}?offset={len(seen)}" if seen else _DOMAINS
            listed = about_domains(self._http(), path, "SendGrid")
            page = [fields(domain) for domain in listed] if isinstance(listed, list) else []
            fresh = {text(domain.get("id")): domain for domain in page}
            if fresh.keys() <= seen:
                return
            seen |= fresh.keys()
            yield from page


@dataclass(slots=True)
class SendGridSession:
    """One connection to the API."""

    http: HttpSession
    _requests: "Requests | None" = None

    def send(self, letter: Letter, recipients: Sequence[Recipient]) -> Sequence[Receipt]:
        """Write one request for all *recipients*, and send it."""
        return self.send_written(recipients, self.body(letter, recipients))

    def send_written(self, recipients: Sequence[Recipient], body: bytes) -> Sequence[Receipt]:
        """Send one request for all *recipients*."""
        try:
            reply = self.http.post(_PATH, body)
        except RefusedError as error:
            return _receipts_of_refusal(error, recipients)
        return _receipts(reply, recipients)

    def body(self, letter: Letter, recipients: Sequence[Recipient]) -> bytes:
        """Return the request. Raises AccountError for a letter that SendGrid would change."""
        if self._requests is None or self._requests.letter is not letter:
            _check(letter)
            self._requests = Requests.of(letter)
        return self._requests.body(recipients)

    def close(self) -> None:
        """End the connection."""
        self.http.close()


@dataclass(frozen=True, slots=True)
class Requests:
    """What the requests of one letter have in common, encoded once."""

    letter: Letter
    _personalizations: Pattern
    #: What follows the readers.
    _rest: bytes

    @classmethod
    def of(cls, letter: Letter) -> "Requests":
        """Return what sends *letter*, each reader in a message of their own."""
        digest = _digest(letter)
        rest: dict[str, Any] = {
            "from": _mailbox(letter.sender.address),
            "subject": letter.subject,
            # In this order, as SendGrid asks.
            "content": [
                {"type": "text/plain", "value": _tagged(letter.text, "text", digest)},
                {"type": "text/html", "value": _tagged(letter.html, "html", digest)},
            ],
            "tracking_settings": _NO_TRACKING,
            "mail_settings": {"footer": _OFF},
        }
        if letter.sender.reply_to:
            rest["reply_to"] = _mailbox(letter.sender.reply_to)
        pattern = Pattern.of(
            letter,
            lambda letter, reader: msgspec.json.encode(_personalization(letter, digest, reader)).decode(),
        )
        return cls(letter, pattern, msgspec.json.encode(rest)[1:])

    def body(self, recipients: Sequence[Recipient]) -> bytes:
        """Return the request for *recipients*."""
        readers = self._personalizations.filled(recipients).encode()
        return b"".join((b'{"personalizations":[', readers, b"],", self._rest))


def _personalization(letter: Letter, digest: str, recipient: Recipient) -> dict[str, Any]:
    # Whether a reader's headers join those of the whole request or replace them is not documented.
    slots = letter.slots(recipient)
    headers = letter.shared_headers() | letter.own_headers(recipient, slots)
    return {
        "to": [{"email": recipient.email}],
        "headers": {name: value for name, value in headers.items() if name not in _NOT_HEADERS},
        "substitutions": dict(_substitutions(slots, digest)),
        "custom_args": letter.metadata(recipient),
    }


def _substitutions(values: Mapping[Slot, str], digest: str) -> Iterator[tuple[str, str]]:
    for slot, value in values.items():
        yield _tag(slot, "text", digest), value
        yield _tag(slot, "html", digest), html.escape(value)


def _tagged(body: str, part: str, digest: str) -> str:
    for slot in Slot:
        body = body.replace(slot, _tag(slot, part, digest))
    return body


def _tag(slot: Slot, part: str, digest: str) -> str:
    return f"-{part}.{slot.name.lower()}.{digest}-"


def _query(metadata: Mapping[str, str]) -> str:
    """Return the words of SendGrid's query language that find the mail with which *metadata* went along."""
    return " AND ".join(f"(unique_args['{name}']=\"{value}\")" for name, value in metadata.items())


def _digest(letter: Letter) -> str:
    content = "\0".join((letter.subject, letter.html, letter.text))
    return hashlib.blake2b(content.encode(), digest_size=16).hexdigest()


def _mailbox(address: Address) -> dict[str, str]:
    name = {"name": address.display_name} if address.display_name else {}
    return {"email": address.addr_spec} | name


def _check(letter: Letter) -> None:
    """Raise AccountError for a letter that SendGrid would change."""
    found = _OWN_TAG.search("\n".join((letter.subject, letter.html, letter.text)))
    if found:
        raise AccountError(
            f"Issue {letter.issue} ({letter.lang}) holds `{found[0]}`, a tag that SendGrid fills in itself. "
            "Write it otherwise, or send this issue by another provider."
        )


def _receipts(reply: Reply, recipients: Sequence[Recipient]) -> list[Receipt]:
    if reply.status != _ACCEPTED:
        raise OutcomeUnknownError(
            f"SendGrid answered {reply.status}, which is not its answer to mail that it sends"
        )
    # Its events' `sg_message_id` begins with it.
    message = reply.headers.get("X-Message-Id", "")
    return [
        Receipt(recipient.subscriber_id, Verdict.ACCEPTED, provider_id=message) for recipient in recipients
    ]


def _receipts_of_refusal(error: RefusedError, recipients: Sequence[Recipient]) -> list[Receipt]:
    """Return receipts that refuse the readers whom *error* names; the others can be sent to without them.

    Raises *error* itself when it names none.
    """
    places = {int(place) for place in _PLACE.findall(str(error))}
    if places.isdisjoint(range(len(recipients))):
        raise error
    return [
        Receipt(recipient.subscriber_id, Verdict.REFUSED, str(error))
        if place in places
        else Receipt(recipient.subscriber_id, Verdict.LATER, "refused along with another reader")
        for place, recipient in enumerate(recipients)
    ]
