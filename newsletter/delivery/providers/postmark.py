"""Postmark: whole mails in batches, answered reader by reader.

A mail that Postmark queued has ErrorCode 0; any other code says that this one was not queued, and why. Without an
answer nothing is known: Postmark knows no idempotency keys.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from newsletter.delivery.bounces import bounce_of, status_in
from newsletter.delivery.events import Bounce, Event, EventKind, Posted, diagnostic
from newsletter.delivery.letter import Letter, LetterKind, filled
from newsletter.delivery.providers.asking import is_of, known
from newsletter.delivery.providers.base import Capabilities, LookUp
from newsletter.delivery.providers.http import HttpSession, Reply, words_of
from newsletter.delivery.providers.reading import addresses, decoded, event_id, fields, moment, ours, text
from newsletter.delivery.providers.verifying import require_password
from newsletter.delivery.values import Receipt, Recipient, Verdict
from newsletter.errors import (
    AccountError,
    NewsletterError,
    OutcomeUnknownError,
    RefusedError,
    TemporaryError,
    UnreadableEventError,
)
from newsletter.settings.model import NO_SECRET, Secret, Webhook

URL = "https://api.postmarkapp.com"
#: The ids of the streams that each new server has, for mail to many and for mail to one.
BROADCAST, OUTBOUND = "broadcast", "outbound"

CAPABILITIES = Capabilities(
    max_batch=500,
    max_bytes=50_000_000,
    repeats_bodies=True,
    look_up=LookUp.ACCEPTANCE,
    reports_events=True,
    shortcomings=(
        "On a broadcast stream List-Unsubscribe and a footer are Postmark's own, until its support sets it to Custom.",
        "Postmark knows no idempotency keys: a request without an answer is in doubt until events tell, or each mail is found in its log.",
        "Text like `{{{ pm:unsubscribe }}}` cannot be sent: Postmark would fill it.",
        "The Date of a mail is Postmark's own; our Message-ID is asked for by `X-PM-KeepID`.",
        "Postmark has no region in the EU.",
    ),
)

#: Fields of their own in a request, or, as the Date, not ours to set.
_NOT_HEADERS = frozenset({"Date", "Reply-To", "To"})
#: What Postmark fills in itself on a broadcast stream.
_PLACEHOLDER = re.compile(r"\{\{\s*pm:\w*", re.IGNORECASE)

_QUEUED, _INVALID, _INACTIVE = 0, 300, 406
#: Maintenance, and too many requests.
_NOT_NOW = frozenset({100, 429})
#: Invalid, but in what all readers share.
_OF_THE_LETTER = re.compile(r"\b(From|ReplyTo|Subject|HtmlBody|TextBody|Headers?|Metadata|MessageStream)\b")
#: Of a request refused as a whole.
_ERROR_CODE = re.compile(r'"ErrorCode"\s*:\s*(\d+)')
_ADVICE = "Check the server's token, its stream, the sender's signature and the account at Postmark."

#: Events other than bounces and changes of a subscription.
_KINDS = {
    "Delivery": EventKind.DELIVERED,
    "SpamComplaint": EventKind.COMPLAINED,
    "Open": EventKind.OPENED,
    "Click": EventKind.CLICKED,
}
#: Types of a "bounce" that are something else; None: nothing to us.
_NOT_BOUNCES = {
    "Transient": EventKind.DEFERRED,
    "DnsError": EventKind.DEFERRED,
    "SpamNotification": EventKind.COMPLAINED,
    "SpamComplaint": EventKind.COMPLAINED,
    "Unsubscribe": EventKind.UNSUBSCRIBED,
    "ManuallyDeactivated": EventKind.REJECTED,
    "Unconfirmed": EventKind.REJECTED,
    "SMTPApiError": EventKind.REJECTED,
    "TemplateRenderingFailed": EventKind.REJECTED,
    "AutoResponder": None,
    "AddressChange": None,
    "ChallengeVerification": None,
    "Subscribe": None,
    "OpenRelayTest": None,
}
_PERMANENT = frozenset({"HardBounce", "BadEmailAddress"})
#: The receiver refuses the mail; the address is fine.
_OF_POLICY = frozenset({"Blocked", "DMARCPolicy", "VirusNotification"})
_TIMES = ("BouncedAt", "DeliveredAt", "ReceivedAt", "ChangedAt")
#: Why Postmark writes to somebody no longer.
_SUPPRESSIONS = {
    "ManualSuppression": EventKind.UNSUBSCRIBED,
    "HardBounce": EventKind.BOUNCED,
    "SpamComplaint": EventKind.COMPLAINED,
}


class _Result(msgspec.Struct, frozen=True, rename="pascal"):
    error_code: int
    message: str = ""
    message_id: str = msgspec.field(default="", name="MessageID")


@dataclass(frozen=True, slots=True, kw_only=True)
class Postmark:
    """A server, as Postmark calls it, and two of its streams."""

    base_url: str = ""
    api_key: Secret = NO_SECRET
    #: Of issues; "": that which each server has.
    stream: str = ""
    #: Of transactional mail, which is not for a stream for many; "" likewise.
    transactional_stream: str = ""
    name: str = "postmark"
    capabilities: Capabilities = CAPABILITIES

    def open(self) -> "PostmarkSession":
        """Return a session that connects with its first request."""
        return PostmarkSession(self._http(), self)

    def _http(self) -> HttpSession:
        headers = {
            "X-Postmark-Server-Token": self.api_key.reveal(),
            "Accept": "application/json",
            "Content-Type": "application/json",
        }
        return HttpSession(self.base_url or URL, headers)

    def look_up(self, letter: Letter, recipients: Sequence[Recipient]) -> frozenset[int]:
        """Search its messages (`GET /messages/outbound`), kept for 45 days unless the server is set otherwise."""
        stream = self.stream_of(letter)
        return known(
            self._http(),
            recipients,
            path="/messages/outbound",
            query=lambda reader: {
                "recipient": reader.email,
                "messagestream": stream,
                "count": "50",
                "offset": "0",
            },
            listed="Messages",
            is_theirs=lambda reader, message: is_of(letter, reader, message.get("Metadata")),
        )

    def stream_of(self, letter: Letter) -> str:
        """Return the stream that *letter* leaves by."""
        if letter.kind is LetterKind.TRANSACTIONAL:
            return self.transactional_stream or OUTBOUND
        return self.stream or BROADCAST

    def check(self, sender: str = "") -> str:
        """Ask whose token it is: `GET /server`. A sandbox takes mail and delivers none."""
        server = fields(self._http().get_once("/server"))
        name = text(server.get("Name"))
        if server.get("DeliveryType") == "Sandbox":
            raise AccountError(
                f"Postmark's server `{name}` is a sandbox: nothing is delivered. Use a live one's token."
            )
        return f"Postmark knows the token: it is of the server `{name}`."


@dataclass(slots=True)
class PostmarkSession:
    """One connection to Postmark."""

    _http: HttpSession
    _postmark: Postmark

    def send(self, letter: Letter, recipients: Sequence[Recipient]) -> Sequence[Receipt]:
        """Send a mail to each reader in one request."""
        _check(letter)
        body = msgspec.json.encode(_mails(letter, self._postmark.stream_of(letter), recipients))
        try:
            reply = self._http.post("/email/batch", body)
        except RefusedError as error:
            raise _explained(error) from error
        return _receipts(_results(reply, len(recipients)), recipients)

    def close(self) -> None:
        """End the connection."""
        self._http.close()


def _check(letter: Letter) -> None:
    """Raise AccountError for a letter that Postmark would change."""
    found = _PLACEHOLDER.search("\n".join((letter.subject, letter.html, letter.text)))
    if found:
        raise AccountError(
            f"Issue {letter.issue} ({letter.lang}) holds `{found[0]}`, which Postmark fills in itself. "
            "Write it otherwise, or send this issue by another provider."
        )


def _mails(letter: Letter, stream: str, recipients: Iterable[Recipient]) -> list[dict[str, Any]]:
    shared: dict[str, Any] = {
        "From": str(letter.sender.address),
        "Subject": letter.subject,
        "MessageStream": stream,
        "TrackOpens": False,
        "TrackLinks": "None",
    }
    if letter.sender.reply_to:
        shared["ReplyTo"] = str(letter.sender.reply_to)
    headers = letter.shared_headers() | {"X-PM-KeepID": "true"}
    return [shared | _own(letter, headers, recipient) for recipient in recipients]


def _own(letter: Letter, shared_headers: Mapping[str, str], recipient: Recipient) -> dict[str, Any]:
    """Return the fields that differ from reader to reader; nothing is left for Postmark to substitute."""
    slots = letter.slots(recipient)
    html, text = filled(letter, slots)
    headers = {**shared_headers, **letter.own_headers(recipient, slots)}
    return {
        "To": recipient.email,
        "HtmlBody": html,
        "TextBody": text,
        "Headers": [
            {"Name": name, "Value": value} for name, value in headers.items() if name not in _NOT_HEADERS
        ],
        "Metadata": letter.metadata(recipient),
    }


def _explained(error: RefusedError) -> NewsletterError:
    """Return what the refusal of a whole request means: by its code, where it has one."""
    found = _ERROR_CODE.search(str(error))
    code = int(found[1]) if found else _INVALID
    if code in _NOT_NOW:
        return TemporaryError(str(error))
    return error if code in {_INVALID, _INACTIVE} else AccountError(f"{error} {_ADVICE}")


def _results(reply: Reply, count: int) -> Sequence[_Result]:
    """Read an answer, in the order of the mails. Raises OutcomeUnknownError when it does not account for each of them."""
    results = reply.read(tuple[_Result, ...], "a list of results")
    if len(results) != count:
        raise OutcomeUnknownError(
            f"the answer ({reply.status}) has {len(results)} results for {count} readers"
        )
    return results


def _receipts(results: Sequence[_Result], recipients: Sequence[Recipient]) -> list[Receipt]:
    """Return a receipt for each reader.

    Raises AccountError when nothing was queued and a result is about us: once a mail has left, its receipt must not be
    lost, and the others' next try tells.
    """
    about_us = [result for result in results if _is_about_us(result)]
    if about_us and not any(result.error_code == _QUEUED for result in results):
        raise AccountError(f"Postmark takes no mail from us ({_words(about_us[0])}). {_ADVICE}")
    return [_receipt(result, recipient) for result, recipient in zip(results, recipients, strict=True)]


def _receipt(result: _Result, recipient: Recipient) -> Receipt:
    if result.error_code == _QUEUED:
        return Receipt(recipient.subscriber_id, Verdict.ACCEPTED, provider_id=result.message_id)
    is_later = result.error_code in _NOT_NOW or _is_about_us(result)
    return Receipt(recipient.subscriber_id, Verdict.LATER if is_later else Verdict.REFUSED, _words(result))


def _is_about_us(result: _Result) -> bool:
    """Whether no other reader's mail would fare better: the account, the stream, the sender or the letter."""
    if result.error_code == _INVALID:
        return _OF_THE_LETTER.search(_words(result)) is not None
    return result.error_code not in {_QUEUED, _INACTIVE, *_NOT_NOW}


def _words(result: _Result) -> str:
    return f"{result.error_code}: {words_of(result.message.encode())}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PostmarkReceiver:
    """Postmark's webhooks: one event a request, without a signature, so a password is all that tells who sends it."""

    settings: Webhook

    def verify(self, posted: Posted, now: datetime) -> None:
        """Raise ForgedEventError unless the password is right."""
        require_password(posted, self.settings)

    def read(self, posted: Posted, now: datetime) -> list[Event]:
        """Return the event; what only says that Postmark would write to somebody again is none."""
        found = decoded(posted.body)
        if not isinstance(found, dict):
            raise UnreadableEventError("Postmark's event is not an object")
        kind = _kind(found)
        if kind is None:
            return []
        # Bounces and complaints have an `Email`, the others a `Recipient`.
        recipients = addresses(found.get("Email")) or addresses(found.get("Recipient")) or [""]
        return [_event(found, kind, email, now) for email in recipients]


def _kind(found: Mapping[str, Any]) -> EventKind | None:
    """Return what the event is; None when it says nothing to us."""
    match text(found.get("RecordType")):
        case "Bounce":
            return _NOT_BOUNCES.get(text(found.get("Type")), EventKind.BOUNCED)
        case "SubscriptionChange" if text(found.get("SuppressSending")).lower() == "true":
            return _SUPPRESSIONS.get(text(found.get("SuppressionReason")), EventKind.UNKNOWN)
        case "SubscriptionChange":
            return None
        case name:
            return _KINDS.get(name, EventKind.UNKNOWN)


def _event(found: Mapping[str, Any], kind: EventKind, email: str, now: datetime) -> Event:
    record, message = text(found.get("RecordType")), text(found.get("MessageID"))
    time = next((found[name] for name in _TIMES if found.get(name)), None)
    words = diagnostic(found.get("Details")) or diagnostic(found.get("Description"))
    status = status_in(words)
    issue, delivery = ours(found.get("Metadata"))
    return Event(
        provider="postmark",
        id=event_id(record, text(found.get("ID")), message, email, text(time)),
        kind=kind,
        bounce=_bounce(found, status, words) if kind is EventKind.BOUNCED else None,
        at=moment(time, now=now),
        email=email,
        issue=issue,
        delivery=delivery,
        message=message,
        status=status,
        diagnostic=words,
    )


def _bounce(found: Mapping[str, Any], status: str, words: str) -> Bounce:
    # A suppression has no type of its own.
    cause = text(found.get("Type")) or text(found.get("SuppressionReason"))
    if cause in _OF_POLICY:
        return Bounce.POLICY
    return bounce_of(is_permanent=cause in _PERMANENT, status=status, words=words)
