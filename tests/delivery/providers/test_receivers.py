"""Every receiver: found by its name, and of one mind whatever a body holds."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.delivery.events import MAX_DIAGNOSTIC, Bounce, EventKind, Posted
from newsletter.delivery.providers import open_receiver
from newsletter.delivery.providers.reading import moment
from newsletter.errors import ForgedEventError, NewsletterError
from newsletter.settings.model import RECEIVERS, Secret, Webhook
from tests.delivery.providers.specifications import FOLDER
from tests.delivery.providers.test_reading import JSON
from tests.delivery.providers.webhooks import NOW, mailgun_body, posted, read

#: The key that the samples are signed with.
SAMPLES_KEY = Secret("TEST_WEBHOOK_SIGNING_KEY")
NAMES = ("mailgun", "sendgrid", "postmark")


def fields(*names: str) -> st.SearchStrategy[dict[str, Any]]:
    """Return objects with some of these fields, of any type."""
    return st.dictionaries(st.sampled_from(names), JSON, max_size=8)


MAILGUN = fields(
    "event",
    "severity",
    "reason",
    "recipient",
    "timestamp",
    "delivery-status",
    "message",
    "user-variables",
    "reject",
)
SENDGRID = fields(
    "event", "email", "timestamp", "sg_event_id", "sg_message_id", "reason", "status", "type", "issue"
)
POSTMARK = fields(
    "RecordType",
    "Type",
    "ID",
    "MessageID",
    "Email",
    "Recipient",
    "BouncedAt",
    "Details",
    "SuppressSending",
    "Metadata",
)
NAMED = {
    "mailgun": (MAILGUN, "event", ["failed", "rejected", "opened"]),
    "sendgrid": (SENDGRID, "event", ["bounce", "open", "group_resubscribe"]),
    "postmark": (POSTMARK, "RecordType", ["Bounce", "SubscriptionChange", "Open"]),
}


@pytest.mark.parametrize("name", NAMES)
@given(data=st.data())
def test_b_01_whatever_a_field_holds_the_event_fits_the_ledger(name: str, data: st.DataObject) -> None:
    payloads, field, known = NAMED[name]
    payload = data.draw(payloads) | {field: data.draw(st.sampled_from(known) | JSON)}
    body = {"mailgun": mailgun_body(payload), "sendgrid": [payload], "postmark": payload}[name]

    for event in read(name, body):
        assert (event.bounce is not None) == (event.kind is EventKind.BOUNCED)
        assert 0 < len(event.id) <= 200
        assert len(event.issue) <= 120
        assert len(event.delivery) <= 64
        assert len(event.status) <= 16
        assert len(event.diagnostic) <= MAX_DIAGNOSTIC
        assert event.at.utcoffset() is not None


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("sendgrid", [{}, {}]),
        ("brevo", [{"email": "one@example.org"}, {"email": "two@example.org"}]),
        ("resend", {"type": "email.sent", "data": {"to": ["one@example.org", "two@example.org"]}}),
        (
            "ses",
            {
                "Type": "Notification",
                "Message": '{"eventType": "Send", "mail": {"destination": ["a@example.org", "b@example.org"]}}',
            },
        ),
    ],
)
def test_w_29_many_events_are_read_one_after_the_other(name: str, body: object) -> None:
    found = open_receiver(name, Webhook()).read(posted(body), NOW)

    # An iterator: what is not asked for is not read.
    assert iter(found) is found
    assert len(list(found)) == 2


@pytest.mark.parametrize("name", NAMES)
@given(body=st.binary(max_size=60))
def test_w_24_whatever_a_stranger_sends_is_refused_without_a_fault(name: str, body: bytes) -> None:
    settings = Webhook(signing_key=Secret("key"), public_key="a2V5", secret=Secret("word"))

    with pytest.raises(ForgedEventError):
        open_receiver(name, settings).verify(Posted(headers={}, body=body), NOW)


def test_a_name_without_events_is_answered_with_those_that_have_them() -> None:
    with pytest.raises(NewsletterError, match=r"no events from `smtp`\. Known: mailgun, .*brevo"):
        open_receiver("smtp", Webhook())

    assert set(NAMES) <= set(RECEIVERS)


def samples() -> Path:
    """Return the folder of payloads from the services' own pages."""
    folder = FOLDER.parent / "webhook_samples"
    if not folder.exists():
        pytest.skip("the services' own payloads are not here")
    return folder


@pytest.mark.parametrize("name", NAMES)
def test_b_01_the_services_own_payloads_give_the_events_that_they_say(name: str) -> None:
    folder = samples()
    cases = json.loads((folder / "expected.json").read_bytes())["cases"]
    own = {file: case["expect"] for file, case in cases.items() if case["provider"] == name}

    assert own
    for file, expected in own.items():
        found = read(name, (folder / file).read_bytes())
        wanted = [one for one in expected if one["event"] is not None]
        for event, want in zip(found, wanted, strict=True):
            assert event.kind.value in {want["event"], *want.get("also_acceptable", [])}, file
            assert event.bounce == (Bounce(want["bounce_class"]) if want["bounce_class"] else None), file
            assert (event.email, event.message) == (want["email"], want["message_id"]), file
            assert event.at == moment(want.get("timestamp", event.at.isoformat()), now=NOW), file
        assert len({event.id for event in found}) == len(found), file


def test_w_25_mailguns_own_payloads_are_signed_as_we_read_it() -> None:
    receiver = open_receiver("mailgun", Webhook(signing_key=SAMPLES_KEY))

    for file in samples().glob("mailgun.*.json"):
        body = file.read_bytes()
        receiver.verify(posted(body), moment(json.loads(body)["signature"]["timestamp"], now=NOW))
