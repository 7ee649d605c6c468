"""SendGrid's events: whose they are, and what they say."""

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from newsletter.delivery.events import Bounce, EventKind, Posted
from newsletter.delivery.providers import open_receiver
from newsletter.errors import ForgedEventError, UnreadableEventError
from newsletter.settings.model import Webhook
from tests.delivery.providers.webhooks import NOW, read, read_one

KEY = ec.generate_private_key(ec.SECP256R1())
BODY = b'[{"event":"open","email":"anna@example.org"}]\r\n'


def public(key: ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey) -> str:
    """Return the public half as SendGrid shows it."""
    spki = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(spki).decode()


def signed(body: bytes = BODY, at: datetime = NOW, key: ec.EllipticCurvePrivateKey = KEY) -> Posted:
    timestamp = str(int(at.timestamp()))
    signature = key.sign(timestamp.encode() + body, ec.ECDSA(SHA256()))
    headers = {
        "x-twilio-email-event-webhook-timestamp": timestamp,
        "x-twilio-email-event-webhook-signature": base64.b64encode(signature).decode(),
    }
    return Posted(headers=headers, body=body)


def verify(request: Posted, public_key: str = public(KEY), now: datetime = NOW) -> None:
    open_receiver("sendgrid", Webhook(public_key=public_key)).verify(request, now)


def event(**changes: object) -> dict[str, Any]:
    return {
        "event": "open",
        "email": "anna@example.org",
        "timestamp": 1_772_355_600,
        "sg_event_id": "a",
    } | changes


def test_w_28_a_request_signed_as_it_came_is_sendgrids() -> None:
    verify(signed())


@pytest.mark.parametrize(
    "body",
    [BODY.strip(), BODY + b" ", BODY.replace(b"anna", b"bert"), b"", json.dumps(json.loads(BODY)).encode()],
)
def test_w_24_the_signature_is_over_the_bytes_as_they_came(body: bytes) -> None:
    with pytest.raises(ForgedEventError, match="signature"):
        verify(Posted(headers=signed().headers, body=body))


@pytest.mark.parametrize(
    "change",
    [
        {"x-twilio-email-event-webhook-timestamp": "1772355601"},
        {"x-twilio-email-event-webhook-timestamp": ""},
        {"x-twilio-email-event-webhook-signature": ""},
        {"x-twilio-email-event-webhook-signature": "not base64"},
        {"x-twilio-email-event-webhook-signature": "é"},
        {"x-twilio-email-event-webhook-signature": base64.b64encode(b"no DER").decode()},
    ],
)
def test_w_28_an_altered_signature_is_refused(change: dict[str, str]) -> None:
    with pytest.raises(ForgedEventError, match="signature"):
        verify(Posted(headers={**signed().headers, **change}, body=BODY))


def test_w_28_a_request_without_a_signature_or_by_another_key_is_refused() -> None:
    for request in (Posted(headers={}, body=BODY), signed(key=ec.generate_private_key(ec.SECP256R1()))):
        with pytest.raises(ForgedEventError, match="signature"):
            verify(request)


@pytest.mark.parametrize(
    "public_key",
    [
        "",
        "not a key",
        "é",
        base64.b64encode(b"no DER").decode(),
        public(ec.generate_private_key(ec.SECP384R1())),
        public(ed25519.Ed25519PrivateKey.generate()),
    ],
    # Each worker makes keys of its own, which must not stand in the names of the tests.
    ids=["none", "no base64", "no ascii", "no DER", "another curve", "another kind"],
)
def test_w_24_without_sendgrids_key_everything_is_refused(public_key: str) -> None:
    with pytest.raises(ForgedEventError, match="public_key"):
        verify(signed(), public_key)


@pytest.mark.parametrize("minutes", [-10, 10])
def test_w_28_a_signed_request_of_another_time_is_forbidden(minutes: int) -> None:
    with pytest.raises(ForgedEventError) as refusal:
        verify(signed(), now=NOW + timedelta(minutes=minutes))

    assert refusal.value.is_forbidden


def test_an_event_has_what_went_along_with_the_mail() -> None:
    found = read_one("sendgrid", [event(issue="2026-03", delivery="abc", sg_message_id="m.filter.0")])

    assert (found.provider, found.kind, found.bounce) == ("sendgrid", EventKind.OPENED, None)
    assert (found.email, found.issue, found.delivery) == ("anna@example.org", "2026-03", "abc")
    assert found.message == "m.filter.0"
    assert found.at == datetime(2026, 3, 1, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("processed", EventKind.ACCEPTED),
        ("Processed", EventKind.ACCEPTED),
        ("deferred", EventKind.DEFERRED),
        ("delivered", EventKind.DELIVERED),
        ("bounce", EventKind.BOUNCED),
        ("dropped", EventKind.REJECTED),
        ("spamreport", EventKind.COMPLAINED),
        ("unsubscribe", EventKind.UNSUBSCRIBED),
        ("group_unsubscribe", EventKind.UNSUBSCRIBED),
        ("open", EventKind.OPENED),
        ("click", EventKind.CLICKED),
        ("account_status_change", EventKind.UNKNOWN),
        (7, EventKind.UNKNOWN),
    ],
)
def test_b_01_each_event_has_one_name(name: object, kind: EventKind) -> None:
    assert read_one("sendgrid", [event(event=name)]).kind is kind


def test_w_29_subscribing_again_at_sendgrid_says_nothing() -> None:
    assert read("sendgrid", [event(event="group_resubscribe")]) == []


def test_a_request_holds_many_events_in_their_order() -> None:
    names = ["processed", "group_resubscribe", "delivered", "open"]

    found = read("sendgrid", [event(event=name) for name in names] + ["no event", None, 7])

    assert [one.kind for one in found] == [EventKind.ACCEPTED, EventKind.DELIVERED, EventKind.OPENED]


def test_b_06_an_event_that_comes_again_has_the_same_id_and_another_one_does_not() -> None:
    batch = [
        event(),
        event(event="click"),
        event(sg_event_id="b"),
        event(email="bert@example.eu"),
        event(timestamp=1_772_355_601),
    ]

    ids = [one.id for one in read("sendgrid", batch)]

    assert len(set(ids)) == len(batch)
    assert [one.id for one in read("sendgrid", batch)] == ids
    assert max(map(len, ids)) <= 200
    assert len(read("sendgrid", [event(sg_event_id="x" * 5_000)])[0].id) <= 200


@pytest.mark.parametrize(
    ("bounce", "verdict"),
    [
        ({"type": "bounce", "status": "5.1.1", "reason": "550 5.1.1 no such user"}, Bounce.HARD),
        ({"status": "5.0.0", "reason": "500 unknown recipient"}, Bounce.HARD),
        ({"type": "blocked", "status": "5.0.0", "reason": "500 unknown recipient"}, Bounce.SOFT),
        ({"type": "blocked", "status": "5.1.1", "reason": "550 5.1.1 no such user"}, Bounce.SOFT),
        ({"type": "expired", "reason": "unable to get mx info"}, Bounce.SOFT),
        ({"type": "bounce", "status": "5.2.2", "reason": "full"}, Bounce.SOFT),
        ({"type": "blocked", "status": "5.7.1", "reason": "550 5.7.1 refused"}, Bounce.POLICY),
        ({"type": "bounce", "status": "5.0.0", "reason": "550 5.7.1 refused"}, Bounce.POLICY),
        ({"type": "bounce", "reason": "550 message refused as spam"}, Bounce.POLICY),
        ({"type": "bounce", "reason": "550 no", "bounce_classification": "Reputation"}, Bounce.POLICY),
        ({"type": "blocked", "reason": "550 no", "bounce_classification": "Content"}, Bounce.POLICY),
        ({"type": "bounce", "reason": "550 no", "bounce_classification": "Mailbox Unavailable"}, Bounce.SOFT),
        ({"type": "bounce", "reason": "550 no", "bounce_classification": "Invalid Address"}, Bounce.HARD),
        ({"type": "blocked", "reason": "554 listed on a blocklist"}, Bounce.POLICY),
    ],
)
def test_b_02_a_bounce_is_hard_only_when_the_address_is_no_good(
    bounce: dict[str, object], verdict: Bounce
) -> None:
    found = read_one("sendgrid", [event(event="bounce", **bounce)])

    assert (found.kind, found.bounce) == (EventKind.BOUNCED, verdict)


@pytest.mark.parametrize(
    "words",
    [
        {"reason": "400 try\r\nlater"},
        {"response": "400 try later"},
        {"reason": "", "response": "400 try later"},
    ],
)
def test_w_30_the_servers_words_are_one_line(words: dict[str, str]) -> None:
    assert read_one("sendgrid", [event(event="deferred", **words)]).diagnostic == "400 try later"


def test_fields_of_another_type_or_missing_are_read_as_far_as_they_go() -> None:
    odd = event(
        email="Anna <anna@example.org>", timestamp="1772355600.5", issue=7, delivery=["abc"], status=5
    )

    found = read_one("sendgrid", [odd])
    bare = read_one("sendgrid", [{}])

    assert (found.email, found.issue, found.delivery) == ("anna@example.org", "7", "abc")
    assert found.at == NOW + timedelta(milliseconds=500)
    assert (bare.kind, bare.email, bare.at) == (EventKind.UNKNOWN, "", NOW)


@pytest.mark.parametrize("body", [b"", b"event=open", b"{}", b"null", b'"open"'])
def test_another_shape_is_unreadable(body: bytes) -> None:
    with pytest.raises(UnreadableEventError):
        read("sendgrid", body)


def test_a_request_without_events_is_readable() -> None:
    assert read("sendgrid", []) == []
