"""What providers could report to a webhook: their events with anything in any place, under signatures that are right."""

import base64
import copy
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from hypothesis import strategies as st

from newsletter.delivery.events import Posted, Receiver
from newsletter.delivery.providers import open_receiver
from newsletter.settings.model import Secret, Webhook
from tests.delivery.providers import sns
from tests.delivery.providers.test_reading import JSON
from tests.delivery.providers.test_resend_events import KEY as RESEND_KEY
from tests.delivery.providers.test_sendgrid_events import KEY as SENDGRID_KEY
from tests.delivery.providers.test_sendgrid_events import public
from tests.delivery.providers.test_sendgrid_events import signed as signed_by_sendgrid
from tests.delivery.providers.webhooks import SIGNING_KEY, bearer, mailgun_body, mailgun_signature

PASSWORD = "a password of a webhook"

_OURS = {"issue": "monthly-2026-11", "delivery": "MDEyMzQ1Njc4OWFi"}
_SES_MAIL = {
    "messageId": "0107-a1",
    "destination": ["one@example.org"],
    "tags": {"issue": ["monthly-2026-11"]},
}

#: By provider, events as it makes them.
SAMPLES: Mapping[str, list[Any]] = {
    "mailgun": [
        {
            "event": "failed",
            "severity": "permanent",
            "reason": "bounce",
            "recipient": "one@example.org",
            "timestamp": 1_772_355_600.25,
            "delivery-status": {"code": 550, "enhanced-code": "5.1.1", "message": "no such user"},
            "message": {"headers": {"message-id": "1.2@example.org"}},
            "user-variables": _OURS,
        },
        {"event": "stored", "recipient": "one@example.org"},
    ],
    "sendgrid": [
        [
            {
                "event": "bounce",
                "type": "blocked",
                "email": "one@example.org",
                "timestamp": 1_772_355_600,
                "sg_event_id": "a",
                "sg_message_id": "b.c",
                "status": "5.7.1",
                "reason": "550 no",
                **_OURS,
            }
        ],
    ],
    "postmark": [
        {
            "RecordType": "Bounce",
            "ID": 42,
            "Type": "HardBounce",
            "TypeCode": 1,
            "MessageID": "0b0c",
            "Email": "one@example.org",
            "BouncedAt": "2026-03-01T09:00:00.0000000Z",
            "Details": "smtp;550 5.1.1",
            "Metadata": _OURS,
        },
        {"RecordType": "SubscriptionChange", "Recipient": "one@example.org", "SuppressSending": True},
    ],
    "resend": [
        {
            "type": "email.bounced",
            "created_at": "2026-11-03T08:30:00.125Z",
            "data": {
                "email_id": "a1-b2",
                "to": ["one@example.org"],
                "bounce": {"type": "Permanent", "subType": "General", "message": "550 5.1.1"},
                "tags": _OURS,
            },
        }
    ],
    "ses": [
        {
            "eventType": "Bounce",
            "bounce": {
                "bounceType": "Permanent",
                "bounceSubType": "General",
                "bouncedRecipients": [{"emailAddress": "one@example.org", "status": "5.1.1"}],
                "timestamp": "2026-11-03T08:30:00.5Z",
            },
            "mail": _SES_MAIL,
        },
        {
            "notificationType": "Complaint",
            "complaint": {"complainedRecipients": [{"emailAddress": "one@example.org"}]},
            "mail": _SES_MAIL,
        },
    ],
    "brevo": [
        {
            "event": "hard_bounce",
            "email": "one@example.org",
            "id": 26_224,
            "date": "2026-11-03 10:30:00",
            "message-id": "<1.2@smtp-relay.example.org>",
            "ts_epoch": 1_772_355_600_000,
            "reason": "550 5.1.1",
            "X-Mailin-custom": json.dumps(_OURS),
        }
    ],
}


@dataclass(frozen=True)
class Report:
    """A request to a provider's webhook."""

    provider: str
    posted: Posted


def receivers() -> dict[str, Receiver]:
    """Return what believes these reports."""
    return {
        "mailgun": open_receiver("mailgun", Webhook(signing_key=Secret(SIGNING_KEY))),
        "sendgrid": open_receiver("sendgrid", Webhook(public_key=public(SENDGRID_KEY))),
        "postmark": open_receiver("postmark", Webhook(secret=Secret(PASSWORD))),
        "resend": open_receiver("resend", Webhook(secret=Secret(RESEND_KEY))),
        "ses": sns.receiver(sns.Web()),
        "brevo": open_receiver("brevo", Webhook(secret=Secret(PASSWORD))),
    }


@st.composite
def reports(draw: st.DrawFn) -> Report:
    """Return events of one provider, up to three places of which hold anything or nothing."""
    provider = draw(st.sampled_from(sorted(SAMPLES)))
    event = copy.deepcopy(draw(st.sampled_from(SAMPLES[provider])))
    for _ in range(draw(st.integers(0, 3))):
        event = _changed(draw, event)
    return Report(provider, _signed(provider, event, id_=draw(st.uuids()).hex))


def _changed(draw: st.DrawFn, value: Any) -> Any:
    """Return *value* with something else in one place, however deep."""
    inner = (
        list(value) if isinstance(value, dict) else list(range(len(value))) if isinstance(value, list) else []
    )
    if not inner or draw(st.integers(0, 5)) == 0:
        return draw(JSON | st.just([value, value]) | st.just({"": value}))
    place = draw(st.sampled_from(inner))
    if draw(st.integers(0, 5)) == 0:
        del value[place]
    else:
        value[place] = _changed(draw, value[place])
    return value


def _signed(provider: str, event: Any, id_: str) -> Posted:
    now = datetime.now(UTC)
    body = json.dumps(event).encode()
    match provider:
        case "mailgun":
            return _json(mailgun_body(event, mailgun_signature(at=now, token=id_)))
        case "sendgrid":
            return signed_by_sendgrid(body, at=now)
        case "resend":
            return _signed_by_resend(body, id_, now)
        case "ses":
            stamp = f"{now:%Y-%m-%dT%H:%M:%S}.000Z"
            return sns.signed(sns.notification(body.decode(), MessageId=id_, Timestamp=stamp))
    return Posted(headers=bearer(PASSWORD), body=body)


def _json(value: object) -> Posted:
    return Posted(headers={}, body=json.dumps(value).encode())


def _signed_by_resend(body: bytes, id_: str, now: datetime) -> Posted:
    stamp = str(int(now.timestamp()))
    key = base64.b64decode(RESEND_KEY.removeprefix("whsec_"))
    digest = hmac.new(key, f"{id_}.{stamp}.".encode() + body, hashlib.sha256).digest()
    signature = f"v1,{base64.b64encode(digest).decode()}"
    return Posted(headers={"svix-id": id_, "svix-timestamp": stamp, "svix-signature": signature}, body=body)
