"""Events of SendGrid, as they come: many a request, under a signature of the time and the body by a key of SendGrid's."""

import base64
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from newsletter.delivery.bounces import bounce_of, status_in
from newsletter.delivery.events import Bounce, Event, EventKind, Posted, diagnostic
from newsletter.delivery.providers.reading import addresses, decoded, event_id, moment, ours, text
from newsletter.delivery.providers.verifying import require_fresh
from newsletter.errors import ForgedEventError, UnreadableEventError
from newsletter.settings.model import Webhook

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

#: How old a signature may be; SendGrid says nothing about it.
_TOLERANCE = timedelta(minutes=5)
_KINDS = {
    "processed": EventKind.ACCEPTED,
    "delivered": EventKind.DELIVERED,
    "deferred": EventKind.DEFERRED,
    "bounce": EventKind.BOUNCED,
    "dropped": EventKind.REJECTED,
    "spamreport": EventKind.COMPLAINED,
    "unsubscribe": EventKind.UNSUBSCRIBED,
    "group_unsubscribe": EventKind.UNSUBSCRIBED,
    "open": EventKind.OPENED,
    "click": EventKind.CLICKED,
}
#: Nobody is written to again because a provider says so.
_IGNORED = "group_resubscribe"
#: Types of bounce that condemn the address; the others (`blocked`, `expired`) do not.
_PERMANENT_TYPES = frozenset({"", "bounce"})
#: Classes of what servers say (`bounce_classification`) that may be another day; the words of the others tell as much.
_PASSING = frozenset({"mailbox unavailable", "technical", "technical failure"})


@dataclass(frozen=True, slots=True, kw_only=True)
class SendGridReceiver:
    """SendGrid's event webhook: many events a request, signed with a key of which we know the public half."""

    settings: Webhook

    def verify(self, posted: Posted, now: datetime) -> None:
        """Raise ForgedEventError unless SendGrid's key signed the time and the body as it came, lately."""
        headers = posted.headers
        timestamp = headers.get("x-twilio-email-event-webhook-timestamp", "")
        signature = headers.get("x-twilio-email-event-webhook-signature", "")
        _require_signature(
            public_key_of(self.settings.public_key), signature, timestamp.encode() + posted.body
        )
        require_fresh(timestamp, now, _TOLERANCE)

    def read(self, posted: Posted, now: datetime) -> Iterable[Event]:
        """Return the events in SendGrid's order."""
        found = decoded(posted.body)
        if not isinstance(found, list):
            raise UnreadableEventError("SendGrid's events are not a list")
        return (
            _event(one, email, now)
            for one in found
            if isinstance(one, dict) and text(one.get("event")).lower() != _IGNORED
            for email in addresses(one.get("email")) or [""]
        )


def public_key_of(written: str) -> "EllipticCurvePublicKey":
    """Return the key (P-256, SubjectPublicKeyInfo in DER) that *written* is the base64 of.

    Raises ForgedEventError when it is none.
    """
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import load_der_public_key

    try:
        key = load_der_public_key(base64.b64decode(written, validate=True))
    except (ValueError, UnsupportedAlgorithm) as error:
        raise ForgedEventError("no public_key is set for this webhook, or it is not SendGrid's") from error
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise ForgedEventError("the public_key of this webhook is of another kind than SendGrid's")
    return key


def _require_signature(key: "EllipticCurvePublicKey", signature: str, signed: bytes) -> None:
    """Raise ForgedEventError unless *signature* (ECDSA over SHA-256, base64 of DER) is over *signed*."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
    from cryptography.hazmat.primitives.hashes import SHA256

    try:
        key.verify(base64.b64decode(signature, validate=True), signed, ECDSA(SHA256()))
    except (ValueError, InvalidSignature) as error:
        raise ForgedEventError("the signature of this request is missing or wrong") from error


def _event(found: Mapping[str, Any], email: str, now: datetime) -> Event:
    name, message = text(found.get("event")).lower(), text(found.get("sg_message_id"))
    words = diagnostic(found.get("reason")) or diagnostic(found.get("response"))
    # The server's own code first: `status` may be a mere 5.0.0.
    status = status_in(words, text(found.get("status")))
    kind = _KINDS.get(name, EventKind.UNKNOWN)
    # What went along (`custom_args`) comes back beside SendGrid's own fields.
    issue, delivery = ours(found)
    return Event(
        provider="sendgrid",
        # Their id alone has been seen at different events.
        id=event_id(name, text(found.get("sg_event_id")), message, email, text(found.get("timestamp"))),
        kind=kind,
        bounce=_bounce(found, status, words) if kind is EventKind.BOUNCED else None,
        at=moment(found.get("timestamp"), now=now),
        email=email,
        issue=issue,
        delivery=delivery,
        message=message,
        status=status,
        diagnostic=words,
    )


def _bounce(found: Mapping[str, Any], status: str, words: str) -> Bounce:
    classification = text(found.get("bounce_classification")).lower()
    is_permanent = text(found.get("type")) in _PERMANENT_TYPES and classification not in _PASSING
    return bounce_of(is_permanent=is_permanent, status=status, words=f"{words} {classification}")
