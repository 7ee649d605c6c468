"""Events of Amazon SES, as they come: each inside a notification of Amazon SNS, which signs it.

A notification is believed when it is of our topic, was signed lately, and the certificate came from Amazon SNS itself.
Both forms are read: events of a configuration set (`eventType`) and the older ones of an identity (`notificationType`).
"""

import base64
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from typing import Any
from urllib.parse import urlsplit

from newsletter.delivery.bounces import bounce_of, status_in
from newsletter.delivery.events import Bounce, Event, EventKind, Posted, diagnostic
from newsletter.delivery.providers.reading import (
    address,
    addresses,
    decoded,
    event_id,
    fields,
    moment,
    ours,
    text,
    time_in,
)
from newsletter.delivery.providers.verifying import require_fresh
from newsletter.errors import ForgedEventError, TemporaryError, UnreadableEventError
from newsletter.settings.model import Webhook

#: Gets an address, follows nothing, and returns what a 200 holds; raises TemporaryError otherwise.
Fetch = Callable[[str], bytes]

#: How old a notification may be.
_TOLERANCE = timedelta(hours=1)
_FETCH_S = 10.0
_MOST_CERTIFICATES = 8

#: No port, no user, no query: nothing that two readers of an address could take for two hosts.
_CERTIFICATE_URL = re.compile(r"https://sns\.[a-zA-Z0-9-]{3,}\.amazonaws\.com(?:\.cn)?/[A-Za-z0-9/._-]+\.pem")
_NOTIFICATION, _SUBSCRIPTION = "Notification", "SubscriptionConfirmation"
_OF_A_CONFIRMATION = ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type")
#: What is signed, in this order; of a notification, the subject only where there is one.
_SIGNED = {
    _NOTIFICATION: ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"),
    _SUBSCRIPTION: _OF_A_CONFIRMATION,
    "UnsubscribeConfirmation": _OF_A_CONFIRMATION,
}

#: By name in small letters without spaces.
_KINDS = {
    "send": EventKind.ACCEPTED,
    "delivery": EventKind.DELIVERED,
    "deliverydelay": EventKind.DEFERRED,
    "bounce": EventKind.BOUNCED,
    "complaint": EventKind.COMPLAINED,
    "reject": EventKind.REJECTED,
    "renderingfailure": EventKind.REJECTED,
    "open": EventKind.OPENED,
    "click": EventKind.CLICKED,
    "subscription": EventKind.UNSUBSCRIBED,
}
#: Where an event's own part stands, if not under its name.
_PARTS = {"deliverydelay": "deliveryDelay", "renderingfailure": "failure"}
#: Where the readers of an event stand in it; the others are about all readers of the mail.
_READERS = {
    "bounce": "bouncedRecipients",
    "complaint": "complainedRecipients",
    "delivery": "recipients",
    "deliverydelay": "delayedRecipients",
}
#: Reports that are no complaint (RFC 5965 and its registry): of a mail that is no spam, of DKIM or DMARC.
_NO_COMPLAINTS = frozenset({"not-spam", "auth-failure"})


def fetch(url: str) -> bytes:
    """Return what stands at *url*. Raises TemporaryError for anything but a 200 within 10 s."""
    import requests

    with requests.Session() as session:
        session.trust_env = False
        try:
            answer = session.get(url, timeout=_FETCH_S, allow_redirects=False)
        except requests.RequestException as error:
            raise TemporaryError(f"Amazon SNS cannot be reached: {type(error).__name__}.") from error
    if answer.status_code != requests.codes.ok:
        raise TemporaryError(f"Amazon SNS answered {answer.status_code}.")
    return answer.content


@dataclass(frozen=True, slots=True, kw_only=True)
class SesReceiver:
    """The topic of Amazon SNS to which Amazon SES publishes its events."""

    settings: Webhook
    fetch: Fetch = fetch
    #: By address: those that have proved a signature.
    _certificates: dict[str, bytes] = field(default_factory=dict, init=False, repr=False)
    _is_fetching: Lock = field(default_factory=Lock, init=False, repr=False)

    def verify(self, posted: Posted, now: datetime) -> None:
        """Raise ForgedEventError unless *posted* is of our topic and Amazon SNS signed it lately; confirm a subscription.

        Raises TemporaryError when Amazon SNS cannot be asked for its certificate or be told the confirmation.
        """
        try:
            envelope = _envelope(posted)
        except UnreadableEventError as error:
            raise ForgedEventError("there is no signature in this request") from error
        # First, so that nobody else's notification makes us ask anything of anybody.
        if not self.settings.topic_arn or envelope.get("TopicArn") != self.settings.topic_arn:
            raise ForgedEventError(
                "this notification is not of the topic_arn that is set for this webhook",
                is_forbidden=bool(self.settings.topic_arn),
            )
        self._require_signature(envelope)
        stamped = time_in(envelope.get("Timestamp"))
        require_fresh(stamped.timestamp() if stamped else 0, now, _TOLERANCE)
        if envelope["Type"] == _SUBSCRIPTION:
            self._confirm(envelope)

    def read(self, posted: Posted, now: datetime) -> Iterable[Event]:
        """Return the events of a notification; what is none, or says nothing to us, gives none."""
        envelope = _envelope(posted)
        message = envelope.get("Message")
        if envelope["Type"] != _NOTIFICATION or not isinstance(message, str):
            return []
        try:
            found = fields(decoded(message.encode("utf-8", "replace")))
        except UnreadableEventError:
            # "Successfully validated SNS topic for Amazon SES event publishing."
            return []
        return _events(found, envelope, now)

    def _require_signature(self, envelope: Mapping[str, Any]) -> None:
        url = envelope.get("SigningCertURL")
        if not isinstance(url, str) or not self._is_certificate_url(url):
            raise ForgedEventError("the certificate of this notification is not one of Amazon SNS")
        certificate = self._certificates.get(url) or self._fetched(url)
        _check_signature(envelope, certificate)
        if len(self._certificates) < _MOST_CERTIFICATES:
            self._certificates[url] = certificate

    def _fetched(self, url: str) -> bytes:
        """Return the certificate at *url*, one at a time: whoever knows the topic can make us ask, and must not keep us busy."""
        if not self._is_fetching.acquire(blocking=False):
            raise TemporaryError("Another certificate is being fetched from Amazon SNS.")
        try:
            return self.fetch(url)
        finally:
            self._is_fetching.release()

    def _is_certificate_url(self, url: str) -> bool:
        """Whether *url* is of the topic's own region: others of this form may be anybody's, such as a bucket named sns."""
        region = self.settings.topic_arn.split(":")[3:4]
        return bool(_CERTIFICATE_URL.fullmatch(url)) and urlsplit(url).netloc.split(".")[1:2] == region

    def _confirm(self, envelope: Mapping[str, Any]) -> None:
        """Tell Amazon SNS that we want the notifications of our topic."""
        url = envelope.get("SubscribeURL")
        host = urlsplit(envelope["SigningCertURL"]).netloc
        if not isinstance(url, str) or not re.fullmatch(rf"https://{re.escape(host)}/[!-\[\]-~]*", url):
            raise ForgedEventError("the SubscribeURL of this notification does not lead to Amazon SNS")
        self.fetch(url)


def _envelope(posted: Posted) -> Mapping[str, Any]:
    """Return the notification. Raises UnreadableEventError for what is none."""
    envelope = fields(decoded(posted.body))
    if not isinstance(envelope.get("Type"), str):
        raise UnreadableEventError("this is no notification of Amazon SNS")
    return envelope


def _check_signature(envelope: Mapping[str, Any], certificate: bytes) -> None:
    """Raise ForgedEventError unless the owner of *certificate* signed *envelope*.

    Source: Amazon SNS developer guide, "Verifying the signatures of Amazon SNS messages".
    """
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from cryptography.x509 import load_pem_x509_certificate

    version = text(envelope.get("SignatureVersion"))
    # Version 1 is what a topic has until it is told otherwise.
    algorithm = {"1": hashes.SHA1(), "2": hashes.SHA256()}.get(version)  # noqa: S303
    if algorithm is None:
        raise ForgedEventError("the signature of this notification is of a version that is not known")
    try:
        key = load_pem_x509_certificate(certificate).public_key()
        signature = base64.b64decode(text(envelope.get("Signature"), 2_000), validate=True)
        if not isinstance(key, RSAPublicKey):
            raise ForgedEventError("the certificate of this notification is of no use")
        key.verify(signature, _signed(envelope), PKCS1v15(), algorithm)
    except (ValueError, InvalidSignature) as error:
        raise ForgedEventError("the signature of this notification is missing or wrong") from error


def _signed(envelope: Mapping[str, Any]) -> bytes:
    """Return what the signature is of. Raises ForgedEventError for a kind of message that has none."""
    names = _SIGNED.get(envelope["Type"])
    if names is None:
        raise ForgedEventError("this is no kind of message that Amazon SNS sends")
    lines = [f"{name}\n{envelope[name]}\n" for name in names if envelope.get(name) is not None]
    return "".join(lines).encode("utf-8", "replace")


def _events(found: Mapping[str, Any], envelope: Mapping[str, Any], now: datetime) -> Iterator[Event]:
    name = text(found.get("eventType") or found.get("notificationType")).replace(" ", "").lower()
    part = fields(found.get(_PARTS.get(name, name)))
    mail = fields(found.get("mail"))
    kind = _kind(name, part)
    if kind is None:
        return
    issue, delivery = ours(mail.get("tags"))
    message = text(mail.get("messageId"))
    notification = text(envelope.get("MessageId"), 180) or event_id(name, message, str(part))
    for place, reader in enumerate(_readers(name, part, mail)):
        yield Event(
            provider="ses",
            id=f"{notification}:{place}",
            kind=kind,
            bounce=_bounce(part, reader) if kind is EventKind.BOUNCED else None,
            at=moment(part.get("timestamp"), mail.get("timestamp"), envelope.get("Timestamp"), now=now),
            email=reader.email,
            issue=issue,
            delivery=delivery,
            message=message,
            status=reader.status,
            diagnostic=reader.words or _words(part),
        )


def _kind(name: str, part: Mapping[str, Any]) -> EventKind | None:
    """Return what an event is; None when it says nothing to us."""
    if name == "subscription" and not _is_leaving(fields(part.get("newTopicPreferences"))):
        return None
    if name == "complaint" and text(part.get("complaintFeedbackType")).lower() in _NO_COMPLAINTS:
        return EventKind.UNKNOWN
    return _KINDS.get(name, EventKind.UNKNOWN)


def _is_leaving(preferences: Mapping[str, Any]) -> bool:
    """Whether a reader left something of Amazon's lists; coming back there is not coming back here."""
    topics = preferences.get("topicSubscriptionStatus")
    left = [
        topic
        for topic in (topics if isinstance(topics, list) else [])
        if text(fields(topic).get("subscriptionStatus")).lower() == "optout"
    ]
    return bool(left) or text(preferences.get("unsubscribeAll")).lower() == "true"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reader:
    """One whom an event is about, and what the server said of the address."""

    email: str
    status: str = ""
    words: str = ""


def _readers(name: str, part: Mapping[str, Any], mail: Mapping[str, Any]) -> list[_Reader]:
    """Return whom an event is about: of a bounce or a complaint only those whom it names itself (row B-07)."""
    if name not in _READERS:
        return [_Reader(email=email) for email in addresses(mail.get("destination"))]
    named = part.get(_READERS[name])
    found = [_reader(one) for one in (named if isinstance(named, list) else [])]
    return list({reader.email: reader for reader in found if reader.email}.values())


def _reader(named: object) -> _Reader:
    if isinstance(named, str):
        return _Reader(email=address(named))
    own = fields(named)
    words = diagnostic(own.get("diagnosticCode"))
    status = status_in(text(own.get("status")), words)
    return _Reader(email=address(own.get("emailAddress")), status=status, words=words)


def _bounce(part: Mapping[str, Any], reader: _Reader) -> Bounce:
    is_permanent = text(part.get("bounceType")).lower() == "permanent"
    # Such as ContentRejected: Amazon's own word for what the server said.
    words = f"{reader.words} {text(part.get('bounceSubType'))}"
    return bounce_of(is_permanent=is_permanent, status=reader.status, words=words)


def _words(part: Mapping[str, Any]) -> str:
    """Return what is said of all readers at once."""
    names = ("reason", "errorMessage", "delayType", "complaintFeedbackType", "smtpResponse")
    return next((words for name in names if (words := diagnostic(part.get(name)))), "")
