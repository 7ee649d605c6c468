"""Postmark's events: whose they are, and what they say."""

from datetime import UTC, datetime
from typing import Any

import pytest

from newsletter.delivery.events import Bounce, EventKind
from newsletter.delivery.providers import open_receiver
from newsletter.errors import ForgedEventError, UnreadableEventError
from newsletter.settings.model import Secret, Webhook
from tests.delivery.providers.webhooks import NOW, basic, bearer, posted, read, read_one


def delivery(**changes: object) -> dict[str, Any]:
    return {
        "RecordType": "Delivery",
        "MessageID": "0b0c",
        "Recipient": "anna@example.org",
        "DeliveredAt": "2026-03-01T05:00:00.1234567-04:00",
    } | changes


def bounce(kind: object, **changes: object) -> dict[str, Any]:
    return {
        "RecordType": "Bounce",
        "ID": 42,
        "Type": kind,
        "MessageID": "0b0c",
        "Email": "anna@example.org",
        "From": "news@example.org",
        "BouncedAt": "2026-03-01T09:00:00.0000000Z",
    } | changes


def subscription(suppress: object, reason: object) -> dict[str, Any]:
    return {
        "RecordType": "SubscriptionChange",
        "MessageID": "0b0c",
        "Recipient": "anna@example.org",
        "ChangedAt": "2026-03-01T09:00:00Z",
        "SuppressSending": suppress,
        "SuppressionReason": reason,
    }


def test_w_27_only_the_password_tells_that_it_is_postmark() -> None:
    receiver = open_receiver("postmark", Webhook(basic_auth=Secret("news:word"), secret=Secret("token")))

    receiver.verify(posted(delivery(), basic("news:word")), NOW)
    receiver.verify(posted(delivery(), bearer("token")), NOW)
    for headers in ({}, basic("news:guess"), bearer("guess")):
        with pytest.raises(ForgedEventError):
            receiver.verify(posted(delivery(), headers), NOW)


def test_w_24_without_a_password_everything_is_refused() -> None:
    unset = open_receiver("postmark", Webhook(signing_key=Secret("key")))

    with pytest.raises(ForgedEventError, match="no basic_auth and no secret"):
        unset.verify(posted(delivery(), basic("")), NOW)


def test_an_event_has_what_went_along_with_the_mail() -> None:
    found = read_one(
        "postmark", delivery(Metadata={"issue": "2026-03", "delivery": "abc"}, Details="250 2.0.0 ok")
    )

    assert (found.provider, found.kind, found.bounce) == ("postmark", EventKind.DELIVERED, None)
    assert (found.email, found.issue, found.delivery) == ("anna@example.org", "2026-03", "abc")
    assert (found.message, found.diagnostic) == ("0b0c", "250 2.0.0 ok")
    assert found.at == datetime(2026, 3, 1, 9, 0, 0, 123_456, UTC)


@pytest.mark.parametrize(
    ("record", "kind"),
    [
        ("Delivery", EventKind.DELIVERED),
        ("Open", EventKind.OPENED),
        ("Click", EventKind.CLICKED),
        ("SpamComplaint", EventKind.COMPLAINED),
        ("Inbound", EventKind.UNKNOWN),
        (None, EventKind.UNKNOWN),
    ],
)
def test_b_01_each_event_has_one_name(record: object, kind: EventKind) -> None:
    assert read_one("postmark", delivery(RecordType=record)).kind is kind


@pytest.mark.parametrize(
    ("kind", "verdict"),
    [
        ("HardBounce", Bounce.HARD),
        ("BadEmailAddress", Bounce.HARD),
        ("SoftBounce", Bounce.SOFT),
        ("Blocked", Bounce.POLICY),
        ("DMARCPolicy", Bounce.POLICY),
        ("VirusNotification", Bounce.POLICY),
        ("Unknown", Bounce.SOFT),
        ("SomethingNew", Bounce.SOFT),
        (None, Bounce.SOFT),
    ],
)
def test_b_02_a_bounce_is_hard_only_when_its_type_condemns_the_address(kind: object, verdict: Bounce) -> None:
    found = read_one("postmark", bounce(kind))

    assert (found.kind, found.bounce) == (EventKind.BOUNCED, verdict)


@pytest.mark.parametrize(
    ("kind", "details", "verdict"),
    [
        ("HardBounce", "smtp;550 5.1.1 no such user", Bounce.HARD),
        ("HardBounce", "smtp;550 5.7.26 DMARC", Bounce.POLICY),
        ("HardBounce", "550 refused as spam", Bounce.POLICY),
        ("HardBounce", "552 5.2.2 mailbox full", Bounce.SOFT),
        ("SoftBounce", "550 5.1.1 no such user", Bounce.SOFT),
        ("SoftBounce", "554 5.7.1 refused", Bounce.POLICY),
        ("Blocked", "550 5.1.1 blocked", Bounce.POLICY),
    ],
)
def test_b_02_the_servers_code_may_say_less_than_postmarks_type(
    kind: str, details: str, verdict: Bounce
) -> None:
    assert read_one("postmark", bounce(kind, Details=details)).bounce is verdict


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("Transient", EventKind.DEFERRED),
        ("DnsError", EventKind.DEFERRED),
        ("SpamNotification", EventKind.COMPLAINED),
        ("SpamComplaint", EventKind.COMPLAINED),
        ("Unsubscribe", EventKind.UNSUBSCRIBED),
        ("ManuallyDeactivated", EventKind.REJECTED),
        ("Unconfirmed", EventKind.REJECTED),
        ("SMTPApiError", EventKind.REJECTED),
        ("TemplateRenderingFailed", EventKind.REJECTED),
    ],
)
def test_a_bounce_may_be_something_else(kind: str, expected: EventKind) -> None:
    found = read_one("postmark", bounce(kind))

    assert (found.kind, found.bounce) == (expected, None)


@pytest.mark.parametrize(
    "kind", ["AutoResponder", "AddressChange", "ChallengeVerification", "Subscribe", "OpenRelayTest"]
)
def test_a_bounce_may_say_nothing(kind: str) -> None:
    assert read("postmark", bounce(kind)) == []


@pytest.mark.parametrize(
    ("suppress", "reason", "kind", "verdict"),
    [
        (True, "ManualSuppression", EventKind.UNSUBSCRIBED, None),
        ("true", "ManualSuppression", EventKind.UNSUBSCRIBED, None),
        (True, "HardBounce", EventKind.BOUNCED, Bounce.HARD),
        (True, "SpamComplaint", EventKind.COMPLAINED, None),
        (True, "SomethingNew", EventKind.UNKNOWN, None),
        (True, None, EventKind.UNKNOWN, None),
    ],
)
def test_whom_postmark_no_longer_writes_to_has_a_reason(
    suppress: object, reason: object, kind: EventKind, verdict: Bounce | None
) -> None:
    found = read_one("postmark", subscription(suppress, reason))

    assert (found.kind, found.bounce) == (kind, verdict)


@pytest.mark.parametrize("suppress", [False, "false", None])
def test_w_29_writing_to_somebody_again_says_nothing(suppress: object) -> None:
    assert read("postmark", subscription(suppress, None)) == []
    assert read("postmark", subscription(suppress, "HardBounce")) == []


def test_b_07_the_address_is_the_recipients_and_never_the_senders() -> None:
    assert read_one("postmark", bounce("HardBounce")).email == "anna@example.org"
    assert (
        read_one("postmark", bounce("HardBounce", Email="Anna <anna@example.eu>")).email == "anna@example.eu"
    )
    assert read_one("postmark", bounce("HardBounce", Email=None)).email == ""
    assert (
        read_one("postmark", bounce("HardBounce", Email=None, Recipient="b@example.eu")).email
        == "b@example.eu"
    )


def test_b_06_an_event_that_comes_again_has_the_same_id_and_another_one_does_not() -> None:
    different = [
        delivery(),
        delivery(RecordType="Open"),
        delivery(MessageID="other"),
        delivery(Recipient="bert@example.eu"),
        delivery(DeliveredAt="2026-03-01T09:00:01Z"),
        bounce("HardBounce"),
        bounce("HardBounce", ID=43),
    ]

    ids = [read_one("postmark", one).id for one in different]

    assert len(set(ids)) == len(different)
    assert [read_one("postmark", one).id for one in different] == ids
    assert not any("anna" in one for one in ids)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ({"Details": "smtp;550 5.1.1\r\n<b>no</b>", "Description": "other"}, "smtp;550 5.1.1 <b>no</b>"),
        ({"Details": "", "Description": "unknown user"}, "unknown user"),
        ({"Details": {}}, ""),
    ],
)
def test_w_30_the_servers_words_are_one_line(words: dict[str, object], expected: str) -> None:
    assert read_one("postmark", bounce("HardBounce", **words)).diagnostic == expected


@pytest.mark.parametrize("time", [None, "", "soon", "0001-01-01T00:00:00Z"])
def test_an_event_without_a_time_is_of_now(time: object) -> None:
    assert read_one("postmark", delivery(DeliveredAt=time)).at == NOW


@pytest.mark.parametrize("body", [b"", b"RecordType=Open", b"[]", b"null", b"7"])
def test_another_shape_is_unreadable(body: bytes) -> None:
    with pytest.raises(UnreadableEventError):
        read("postmark", body)
