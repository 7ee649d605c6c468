"""Resend: whole mails in batches under an idempotency key, and events under Svix's signature.

A repeat under the same key within 24 hours is answered as the first time, and sends nothing: the bytes of a request
therefore depend on nothing but the letter and its readers.
"""

import base64
import hmac
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import msgspec

from newsletter.delivery.bounces import bounce_of, status_in
from newsletter.delivery.events import Bounce, Event, EventKind, Posted, diagnostic
from newsletter.delivery.letter import Letter, filled
from newsletter.delivery.providers.base import Capabilities
from newsletter.delivery.providers.http import HttpSession, Reply, words_of
from newsletter.delivery.providers.reading import addresses, decoded, event_id, fields, moment, ours, text
from newsletter.delivery.providers.sending_domains import domain_of
from newsletter.delivery.providers.verifying import each_of, is_same, require_fresh
from newsletter.delivery.values import Receipt, Recipient, Verdict
from newsletter.errors import (
    AccountError,
    ForgedEventError,
    NewsletterError,
    OutcomeUnknownError,
    RefusedError,
    TemporaryError,
    UnreadableEventError,
)
from newsletter.settings.model import NO_SECRET, Secret, Webhook

URL = "https://api.resend.com"

CAPABILITIES = Capabilities(
    max_batch=100,
    # Five requests a second.
    max_per_second=500,
    repeats_bodies=True,
    key_window_s=24 * 60 * 60,
    reports_events=True,
    shortcomings=(
        "Tracking of opens and clicks is a setting of the domain at Resend, not of a request: leave it off there.",
        "The Date of a mail is Resend's own, and whether it keeps our Message-ID is not documented.",
        "Resend cannot be asked what it accepted: a doubt older than its keys, 24 hours, is left to events and to you.",
        "No limit of a request's bytes is documented: one that is too large stops the issue.",
        "Addresses, contents and logs are kept in the United States, also where mail is sent from another region.",
    ),
)

#: Fields of their own in a request, or, as the Date, not ours to set.
_NOT_HEADERS = frozenset({"Date", "Reply-To", "To"})
#: What every other request would meet too, as status or name: no reader may be given up for it.
_ABOUT_US = (
    "(413:",
    "daily_quota_exceeded",
    "monthly_quota_exceeded",
    "invalid_from_address",
)
#: Of a domain that is sent from.
_VERIFIED = "verified"
#: The key is in use or was used with other bytes: either way an earlier request may have been accepted.
_KEY_CONFLICT = "(409:"

#: How old a signature may be, as Svix has it.
_TOLERANCE = timedelta(minutes=5)
#: Of a key and of a signature in Svix's writing.
_KEY_PREFIX, _SIGNATURE_PREFIX = b"whsec_", "v1,"
_MAIL, _CONTACT = "email.", "contact.updated"
_KINDS = {
    "email.scheduled": EventKind.ACCEPTED,
    "email.sent": EventKind.ACCEPTED,
    "email.delivered": EventKind.DELIVERED,
    "email.delivery_delayed": EventKind.DEFERRED,
    "email.bounced": EventKind.BOUNCED,
    "email.complained": EventKind.COMPLAINED,
    "email.opened": EventKind.OPENED,
    "email.clicked": EventKind.CLICKED,
    # Our account's fault: quota, domain.
    "email.failed": EventKind.REJECTED,
    "email.suppressed": EventKind.REJECTED,
}
#: Mail that comes in.
_NOT_OURS = "email.received"
#: The oldest form has no type at all.
_PERMANENT = frozenset({"permanent", ""})


class _Sent(msgspec.Struct, frozen=True):
    id: str


class _Invalid(msgspec.Struct, frozen=True):
    index: int
    message: str = ""


class _Answer(msgspec.Struct, frozen=True):
    """`data` in the order of the mails, without those that `errors` names."""

    data: tuple[_Sent, ...]
    errors: tuple[_Invalid, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Resend:
    """An account at Resend."""

    base_url: str = ""
    api_key: Secret = NO_SECRET
    name: str = "resend"
    capabilities: Capabilities = CAPABILITIES

    def open(self) -> "ResendSession":
        """Return a session that connects with its first request."""
        return ResendSession(self._http())

    def _http(self) -> HttpSession:
        headers = {
            "Authorization": f"Bearer {self.api_key.reveal()}",
            "Content-Type": "application/json",
            # The default refuses a hundred readers for one invalid address.
            "x-batch-validation": "permissive",
        }
        return HttpSession(self.base_url or URL, headers)

    def look_up(self, letter: Letter, recipients: Sequence[Recipient]) -> frozenset[int]:
        """Resend has no search by tag."""
        raise NewsletterError("Resend cannot be asked what it accepted.")

    def check(self, sender: str = "") -> str:
        """Ask for the account's domains: `GET /domains`, which a key that may only send is refused by name."""
        try:
            answer = fields(self._http().get_once("/domains"))
        except AccountError as error:
            if "restricted_api_key" not in str(error):
                raise
            return "Resend knows the key: it may send, and nothing else."
        domains = answer.get("data")
        if not isinstance(domains, list):
            raise OutcomeUnknownError("Resend knows the key, and does not list its domains.")
        stands = {text(domain.get("name")).lower(): _standing(domain) for domain in map(fields, domains)}
        verified = [name for name, standing in stands.items() if standing == _VERIFIED]
        author = domain_of(sender)
        # Of such a domain it is not told which part is verified; and all come in one answer, unless it says otherwise.
        is_open = stands.get(author, "").startswith("partially") or answer.get("has_more") is True
        if author and author not in verified and is_open:
            raise OutcomeUnknownError(f"Resend knows the key, and does not say how {author} stands.")
        if not verified:
            raise AccountError(
                "Resend knows the key, and no verified domain: it sends from verified ones alone."
            )
        if author and author not in verified:
            raise AccountError(
                f"Resend sends from verified domains alone ({', '.join(verified)}), and {author} is none of them."
            )
        return f"Resend knows the key. Verified domains: {', '.join(verified)}."


def _standing(domain: Mapping[str, Any]) -> str:
    """Return how a domain stands; one that is only for mail that comes in is not verified for sending."""
    is_for_sending = fields(domain.get("capabilities")).get("sending") != "disabled"
    return text(domain.get("status")) if is_for_sending else "disabled"


@dataclass(slots=True)
class ResendSession:
    """One connection to Resend."""

    #: Not shown: it holds the key.
    _http: HttpSession = field(repr=False)

    def send(self, letter: Letter, recipients: Sequence[Recipient]) -> Sequence[Receipt]:
        """Send a mail to each reader in one request, which may be repeated for 24 hours."""
        body = msgspec.json.encode(_mails(letter, recipients))
        try:
            reply = self._http.post(
                "/emails/batch", body, {"Idempotency-Key": letter.request_key(recipients)}
            )
        except (TemporaryError, RefusedError) as error:
            words = str(error)
            if any(name in words for name in _ABOUT_US):
                raise AccountError(
                    f"{words} Check quota and sender's domain at Resend, [provider] base_url, and the size of the mail."
                ) from error
            if _KEY_CONFLICT in words:
                raise OutcomeUnknownError(f"an earlier request has the same key: {words}") from error
            raise
        return _receipts(reply, recipients)

    def close(self) -> None:
        """End the connection."""
        self._http.close()


def _mails(letter: Letter, recipients: Iterable[Recipient]) -> list[dict[str, Any]]:
    shared = {
        "from": str(letter.sender.address),
        "subject": letter.subject,
    }
    if letter.sender.reply_to:
        shared["reply_to"] = str(letter.sender.reply_to)
    headers = letter.shared_headers()
    return [shared | _own(letter, headers, recipient) for recipient in recipients]


def _own(letter: Letter, shared_headers: Mapping[str, str], recipient: Recipient) -> dict[str, Any]:
    """Return the fields that differ from reader to reader; nothing is left for Resend to substitute."""
    slots = letter.slots(recipient)
    html, text = filled(letter, slots)
    headers = {**shared_headers, **letter.own_headers(recipient, slots)}
    return {
        "to": [recipient.email],
        "html": html,
        "text": text,
        "headers": {name: value for name, value in headers.items() if name not in _NOT_HEADERS},
        "tags": [{"name": name, "value": value} for name, value in letter.metadata(recipient).items()],
    }


def _receipts(reply: Reply, recipients: Sequence[Recipient]) -> list[Receipt]:
    """Read an answer reader by reader. Raises OutcomeUnknownError when it does not account for each of them once."""
    answer = reply.read(_Answer, "a list of ids")
    invalid = {found.index: found.message for found in answer.errors}
    expected = set(range(len(recipients)))
    if not invalid.keys() <= expected or len(answer.data) != len(expected - invalid.keys()):
        raise OutcomeUnknownError(
            f"the answer ({reply.status}) has {len(answer.data)} ids and {len(answer.errors)} errors "
            f"for {len(recipients)} readers"
        )
    sent = iter(answer.data)
    return [
        Receipt(recipient.subscriber_id, Verdict.REFUSED, words_of(invalid[place].encode()))
        if place in invalid
        else Receipt(recipient.subscriber_id, Verdict.ACCEPTED, provider_id=next(sent).id)
        for place, recipient in enumerate(recipients)
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class ResendReceiver:
    """Resend's webhooks: one event a request, signed by Svix with one of our keys (`whsec_…`)."""

    settings: Webhook

    def verify(self, posted: Posted, now: datetime) -> None:
        """Raise ForgedEventError unless one of our keys signed id, time and body, lately.

        Source: Standard Webhooks, "Verifying webhook authenticity".
        """
        written = each_of(self.settings.signing_key) + each_of(self.settings.secret)
        keys = [key for key in map(key_of, written) if key]
        if not keys:
            raise ForgedEventError("no signing key of the form whsec_… is set for this webhook")
        stamp = posted.headers.get("svix-timestamp", "")
        signed = f"{posted.headers.get('svix-id', '')}.{stamp}.".encode() + posted.body
        expected = [base64.b64encode(hmac.digest(key, signed, "sha256")) for key in keys]
        sent = _signatures(posted)
        # Every one is compared: how long it takes does not tell which was near.
        if not any([is_same(one, other) for one in sent for other in expected]):  # noqa: C419
            raise ForgedEventError("the signature of this request is missing or wrong")
        require_fresh(stamp, now, _TOLERANCE)

    def read(self, posted: Posted, now: datetime) -> Iterable[Event]:
        """Return the event once for each of its readers; what is not about a mail we sent, or a leaving, is none."""
        body = fields(decoded(posted.body))
        data = body.get("data")
        if not isinstance(data, dict):
            raise UnreadableEventError("Resend's event has no data")
        kind = _event_kind(text(body.get("type")), data)
        if kind is None:
            return []
        readers = addresses(data.get("email") if kind is EventKind.UNSUBSCRIBED else data.get("to"))
        identity = posted.headers.get("svix-id") or event_id(
            text(body.get("type")), text(data.get("email_id")), text(body.get("created_at")), *readers
        )
        return (
            _event(body, data, kind, id_=f"{text(identity, 180)}:{place}", email=email, now=now)
            for place, email in enumerate(readers)
        )


def key_of(written: bytes) -> bytes:
    """Return the key that *written* spells, with or without `whsec_`; nothing when it spells none."""
    encoded = written.removeprefix(_KEY_PREFIX)
    try:
        return base64.b64decode(encoded + b"=" * (-len(encoded) % 4), validate=True)
    except ValueError:
        return b""


def _signatures(posted: Posted) -> list[bytes]:
    """Return the signatures of a request; there are several while keys change."""
    return [
        signature.removeprefix(_SIGNATURE_PREFIX).encode()
        for signature in posted.headers.get("svix-signature", "").split()
        if signature.startswith(_SIGNATURE_PREFIX)
    ]


def _event_kind(name: str, data: Mapping[str, Any]) -> EventKind | None:
    """Return what an event is; None when it says nothing to us."""
    if name == _CONTACT:
        # Back on a list of Resend's is not back on ours.
        return EventKind.UNSUBSCRIBED if text(data.get("unsubscribed")).lower() == "true" else None
    if name == _NOT_OURS or not name.startswith(_MAIL):
        return None
    return _KINDS.get(name, EventKind.UNKNOWN)


def _event(
    body: Mapping[str, Any], data: Mapping[str, Any], kind: EventKind, *, id_: str, email: str, now: datetime
) -> Event:
    cause = next((fields(data[name]) for name in ("bounce", "suppressed", "failed") if data.get(name)), {})
    # `message` is Resend's own, and speaks of reputation whatever the reason.
    server = diagnostic(_joined(cause.get("diagnosticCode")))
    words = server or diagnostic(cause.get("message")) or diagnostic(cause.get("reason"))
    status = status_in(words)
    issue, delivery = ours(_tags(data.get("tags")))
    return Event(
        provider="resend",
        id=id_,
        kind=kind,
        bounce=_bounce(cause, status, server) if kind is EventKind.BOUNCED else None,
        at=moment(body.get("created_at"), data.get("created_at"), now=now),
        email=email,
        issue=issue,
        delivery=delivery,
        message=text(data.get("email_id")),
        status=status,
        diagnostic=words,
    )


def _bounce(cause: Mapping[str, Any], status: str, words: str) -> Bounce:
    # Such as ContentRejected: Resend's own word for what the server said.
    words = f"{words} {text(cause.get('subType'))}"
    return bounce_of(is_permanent=text(cause.get("type")).lower() in _PERMANENT, status=status, words=words)


def _joined(value: object) -> object:
    if isinstance(value, list):
        return " ".join(part for part in value if isinstance(part, str))
    return value


def _tags(value: object) -> object:
    """Return tags as an object, also where they come as they are sent: a list of names and values."""
    if isinstance(value, list):
        return {text(fields(tag).get("name")): fields(tag).get("value") for tag in value}
    return value
