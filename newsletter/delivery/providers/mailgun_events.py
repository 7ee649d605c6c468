"""Events of Mailgun, as they come: one a request, under a signature of a time and a token, not of the event.

Whoever catches a request could put another event under its signature. So a token is good for one request, whatever that
says, and a password beside the key (`basic_auth`) is worth having.
"""

import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from newsletter.delivery.bounces import bounce_of, status_in
from newsletter.delivery.events import Bounce, Event, EventKind, Posted, diagnostic
from newsletter.delivery.providers.reading import addresses, decoded, fields, moment, ours, text
from newsletter.delivery.providers.verifying import (
    each_of,
    has_password,
    is_one_of,
    require_fresh,
    require_password,
)
from newsletter.errors import ForgedEventError, UnreadableEventError
from newsletter.settings.model import Webhook

#: How old a signature may be: Mailgun says that events may be late.
_TOLERANCE = timedelta(minutes=15)
#: `failed` is told apart by its severity and reason.
_KINDS = {
    "accepted": EventKind.ACCEPTED,
    "delivered": EventKind.DELIVERED,
    "rejected": EventKind.REJECTED,
    "complained": EventKind.COMPLAINED,
    "unsubscribed": EventKind.UNSUBSCRIBED,
    "opened": EventKind.OPENED,
    "clicked": EventKind.CLICKED,
}
#: Of mail that comes in, and of Mailgun's own mailing lists.
_NOT_OURS = re.compile(r"stored|list_\w+")
#: Never tried, because the address bounced, unsubscribed or complained before.
_SUPPRESSED_CODES = frozenset({"605", "606", "607"})
#: A `failed` for good that is about us (a block), or about time.
_NOT_THE_ADDRESS = {"espblock": Bounce.POLICY, "old": Bounce.SOFT}


@dataclass(frozen=True, slots=True, kw_only=True)
class MailgunReceiver:
    """Mailgun's webhooks."""

    settings: Webhook

    def verify(self, posted: Posted, now: datetime) -> None:
        """Raise ForgedEventError unless one of our keys signed time and token, lately, and the password is right."""
        keys = each_of(self.settings.signing_key)
        if not keys:
            raise ForgedEventError("no signing_key is set for this webhook")
        if has_password(self.settings):
            require_password(posted, self.settings)
        try:
            timestamp, token, signature = _signature(_envelope(posted))
        except UnreadableEventError as error:
            raise ForgedEventError("there is no signature in this request") from error
        signed = (timestamp + token).encode()
        expected = [hmac.new(key, signed, "sha256").hexdigest().encode() for key in keys]
        # Of `1700000000` and `e0ab`, `1700000000e0` and `ab` would be the same bytes, the same time and another token.
        is_time = timestamp.isascii() and timestamp.isdigit()
        if not is_one_of(signature.encode(), expected) or not is_time:
            raise ForgedEventError("the signature of this request is missing or wrong")
        require_fresh(timestamp, now, _TOLERANCE)

    def read(self, posted: Posted, now: datetime) -> list[Event]:
        """Return the event: also one that says nothing to us, for its token is used up, too."""
        envelope = _envelope(posted)
        data = envelope["event-data"]
        name = text(data.get("event"))
        _, token, _ = _signature(envelope)
        if _NOT_OURS.fullmatch(name):
            # Whose mail came in, or who is on a list, is kept by nobody.
            return [_event({}, token, "", now)]
        # Only what was never sent has no recipient.
        recipients = data.get("recipient") or (_headers(data).get("to") if name == "rejected" else None)
        # One event of one reader, under the token, whatever the body says: a caught signature is good for nothing else.
        return [_event(data, token, next(iter(addresses(recipients)), ""), now)]


def _envelope(posted: Posted) -> Mapping[str, Any]:
    """Return the body. Raises UnreadableEventError unless it holds an event."""
    envelope = fields(decoded(posted.body))
    if not isinstance(envelope.get("event-data"), dict):
        raise UnreadableEventError("Mailgun's event has no event-data")
    return envelope


def _signature(envelope: Mapping[str, Any]) -> tuple[str, str, str]:
    """Return time, token and signature."""
    found = fields(envelope.get("signature"))
    return text(found.get("timestamp")), text(found.get("token")), text(found.get("signature"))


def _headers(data: Mapping[str, Any]) -> Mapping[str, Any]:
    return fields(fields(data.get("message")).get("headers"))


def _event(data: Mapping[str, Any], token: str, email: str, now: datetime) -> Event:
    outcome, reject = fields(data.get("delivery-status")), fields(data.get("reject"))
    said = (outcome.get("message"), outcome.get("description"), reject.get("reason"))
    words = next(filter(None, map(diagnostic, said)), "")
    status = status_in(text(outcome.get("enhanced-code")), text(outcome.get("bounce-code")), words)
    kind = _kind(data)
    issue, delivery = ours(data.get("user-variables"))
    return Event(
        provider="mailgun",
        id=token,
        kind=kind,
        bounce=_bounce(data, status, words) if kind is EventKind.BOUNCED else None,
        at=moment(data.get("timestamp"), now=now),
        email=email,
        issue=issue,
        delivery=delivery,
        message=text(_headers(data).get("message-id")).strip("<>"),
        status=status,
        diagnostic=words,
        is_good_once=True,
    )


def _kind(data: Mapping[str, Any]) -> EventKind:
    name = text(data.get("event"))
    if name != "failed":
        return _KINDS.get(name, EventKind.UNKNOWN)
    if text(data.get("severity")) == "temporary":
        return EventKind.DEFERRED
    code = text(fields(data.get("delivery-status")).get("code"))
    is_suppressed = text(data.get("reason")).startswith("suppress-") or code in _SUPPRESSED_CODES
    return EventKind.REJECTED if is_suppressed else EventKind.BOUNCED


def _bounce(data: Mapping[str, Any], status: str, words: str) -> Bounce:
    is_permanent = text(data.get("severity")) == "permanent"
    reply = text(fields(data.get("delivery-status")).get("code"))
    verdict = bounce_of(is_permanent=is_permanent, status=status, words=f"{reply} {words}")
    if verdict is Bounce.HARD:
        return _NOT_THE_ADDRESS.get(text(data.get("reason")), verdict)
    return verdict
