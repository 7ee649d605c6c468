"""What Amazon SES reports, in both of its forms, as events about readers."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.delivery.events import Bounce, Event, EventKind, Posted
from newsletter.delivery.providers.ses_events import fetch
from newsletter.errors import TemporaryError, UnreadableEventError
from tests.delivery.providers.sns import NOW, Web, notification, posted, receiver

MAIL = {
    "timestamp": "2026-11-03T08:00:00.000Z",
    "messageId": "0107-a1",
    "source": "News <news@example.org>",
    "destination": ["one@example.org", "two@example.org", "three@example.org"],
    "tags": {"ses:configuration-set": ["news"], "issue": ["monthly-2026-11"], "delivery": ["aeba"]},
}
ONE_READER = MAIL | {"destination": ["Reader One <one@example.org>"]}


def read(message: object, **changed: object) -> list[Event]:
    return list(receiver(Web()).read(posted(notification(message, **changed)), NOW))


def bounce(*recipients: object, kind: str = "Permanent") -> dict[str, Any]:
    return {
        "bounceType": kind,
        "bounceSubType": "General",
        "bouncedRecipients": list(recipients),
        "timestamp": "2026-11-03T08:30:00.5Z",
    }


def test_b_01_an_event_says_of_which_issue_and_reader_it_is() -> None:
    words = "smtp; 550 5.1.1 user <b>unknown</b>\r\n\x1b[31m"
    named = {"emailAddress": "one@example.org", "status": "5.1.1", "diagnosticCode": words}

    (event,) = read({"eventType": "Bounce", "bounce": bounce(named), "mail": MAIL})

    assert event == Event(
        provider="ses",
        id="0b7f2d6e-0000-4000-8000-000000000001:0",
        kind=EventKind.BOUNCED,
        bounce=Bounce.HARD,
        at=datetime(2026, 11, 3, 8, 30, 0, 500_000, tzinfo=UTC),
        email="one@example.org",
        issue="monthly-2026-11",
        delivery="aeba",
        message="0107-a1",
        status="5.1.1",
        diagnostic="smtp; 550 5.1.1 user <b>unknown</b> [31m",
    )


def test_w_30_long_words_of_a_server_are_cut() -> None:
    named = {"emailAddress": "one@example.org", "diagnosticCode": "<script>" * 1_000}

    (event,) = read({"eventType": "Bounce", "bounce": bounce(named), "mail": MAIL})

    assert len(event.diagnostic) == 500


@pytest.mark.parametrize("form", ["eventType", "notificationType"])
def test_b_07_b_08_exactly_those_who_bounced_are_named_in_both_forms(form: str) -> None:
    named = [
        {"emailAddress": "two@example.org"},
        {"emailAddress": "<three@example.org>"},
        {"emailAddress": "two@example.org"},
    ]

    events = read({form: "Bounce", "bounce": bounce(*named), "mail": MAIL})

    assert [event.email for event in events] == ["two@example.org", "three@example.org"]
    assert len({event.id for event in events}) == 2


@pytest.mark.parametrize("form", ["eventType", "notificationType"])
def test_b_07_b_08_exactly_those_who_complained_are_named_in_both_forms(form: str) -> None:
    complaint = {
        "complainedRecipients": [{"emailAddress": "two@example.org"}],
        "complaintFeedbackType": "abuse",
    }

    (event,) = read({form: "Complaint", "complaint": complaint, "mail": MAIL})

    assert (event.kind, event.email, event.bounce) == (EventKind.COMPLAINED, "two@example.org", None)


@pytest.mark.parametrize(
    "part", [None, {}, {"bouncedRecipients": None}, {"bouncedRecipients": [{}, 7, None]}]
)
def test_b_07_a_bounce_that_names_nobody_is_about_nobody(part: object) -> None:
    assert read({"eventType": "Bounce", "bounce": part, "mail": MAIL}) == []


@pytest.mark.parametrize(
    ("kind", "status", "words", "expected"),
    [
        ("Permanent", "5.1.1", "", Bounce.HARD),
        ("Permanent", "", "", Bounce.HARD),
        ("Permanent", "", "smtp; 550 5.1.1 unknown", Bounce.HARD),
        ("Permanent", "5.7.1", "smtp; 550 5.7.1 refused", Bounce.POLICY),
        ("Permanent", "", "554 listed on a block list", Bounce.POLICY),
        ("Permanent", "5.2.2", "mailbox full", Bounce.SOFT),
        ("Transient", "", "", Bounce.SOFT),
        ("Undetermined", "5.1.1", "", Bounce.SOFT),
        ("Something", "", "", Bounce.SOFT),
    ],
)
def test_b_02_a_bounce_is_hard_only_when_the_address_is_at_fault(
    kind: str, status: str, words: str, expected: Bounce
) -> None:
    named = {"emailAddress": "one@example.org", "status": status, "diagnosticCode": words}

    (event,) = read({"eventType": "Bounce", "bounce": bounce(named, kind=kind), "mail": MAIL})

    assert event.bounce is expected


@pytest.mark.parametrize("subtype", ["ContentRejected", "AttachmentRejected", "MessageTooLarge"])
def test_b_02_what_amazon_calls_a_fault_of_the_mail_is_policy(subtype: str) -> None:
    part = bounce({"emailAddress": "one@example.org"}, kind="Transient") | {"bounceSubType": subtype}

    (event,) = read({"eventType": "Bounce", "bounce": part, "mail": MAIL})

    assert event.bounce is Bounce.POLICY


@pytest.mark.parametrize(
    ("name", "part", "kind"),
    [
        ("Send", {"send": {}}, EventKind.ACCEPTED),
        ("Delivery", {"delivery": {"recipients": ["one@example.org"]}}, EventKind.DELIVERED),
        (
            "DeliveryDelay",
            {"deliveryDelay": {"delayedRecipients": [{"emailAddress": "one@example.org"}]}},
            EventKind.DEFERRED,
        ),
        ("Reject", {"reject": {"reason": "Bad content"}}, EventKind.REJECTED),
        ("Rendering Failure", {"failure": {"errorMessage": "missing"}}, EventKind.REJECTED),
        ("RenderingFailure", {}, EventKind.REJECTED),
        ("Open", {"open": {}}, EventKind.OPENED),
        ("Click", {"click": {"link": "https://example.org"}}, EventKind.CLICKED),
        (
            "Subscription",
            {"subscription": {"newTopicPreferences": {"unsubscribeAll": True}}},
            EventKind.UNSUBSCRIBED,
        ),
        (
            "Subscription",
            {
                "subscription": {
                    "newTopicPreferences": {
                        "unsubscribeAll": False,
                        "topicSubscriptionStatus": [{"topicName": "a", "subscriptionStatus": "OptOut"}],
                    }
                }
            },
            EventKind.UNSUBSCRIBED,
        ),
        ("Tomorrow", {}, EventKind.UNKNOWN),
        (
            "Complaint",
            {
                "complaint": {
                    "complainedRecipients": [{"emailAddress": "one@example.org"}],
                    "complaintFeedbackType": "not-spam",
                }
            },
            EventKind.UNKNOWN,
        ),
    ],
)
def test_each_kind_of_event_is_told_apart(name: str, part: dict[str, Any], kind: EventKind) -> None:
    (event,) = read({"eventType": name, "mail": ONE_READER, **part})

    assert (event.kind, event.email) == (kind, "one@example.org")


@pytest.mark.parametrize(
    "message",
    [
        "Successfully validated SNS topic for Amazon SES event publishing.",
        {"notificationType": "AmazonSnsSubscriptionSucceeded", "message": "You have subscribed"},
        {
            "eventType": "Subscription",
            "mail": ONE_READER,
            "subscription": {
                "newTopicPreferences": {
                    "topicSubscriptionStatus": [{"topicName": "a", "subscriptionStatus": "OptIn"}]
                }
            },
        },
        {"eventType": "Subscription", "mail": ONE_READER},
        [],
        7,
        "",
        "null",
    ],
)
def test_what_says_nothing_to_us_gives_no_events(message: object) -> None:
    assert read(message) == []


@pytest.mark.parametrize(
    ("own", "of_mail", "expected"),
    [
        ("2026-11-03T08:30:00Z", "2026-11-03T08:00:00Z", datetime(2026, 11, 3, 8, 30, tzinfo=UTC)),
        (None, "2026-11-03T08:00:00+00:00", datetime(2026, 11, 3, 8, tzinfo=UTC)),
        ("soon", None, datetime(2026, 11, 3, 8, 59, 30, 125_000, tzinfo=UTC)),
    ],
)
def test_an_event_is_of_its_own_time_or_else_of_the_next_best(
    own: object, of_mail: object, expected: datetime
) -> None:
    message = {"eventType": "Open", "open": {"timestamp": own}, "mail": ONE_READER | {"timestamp": of_mail}}

    (event,) = read(message)

    assert event.at == expected


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b"{}", b'{"Type": 7}'])
def test_what_is_no_notification_cannot_be_read(body: bytes) -> None:
    with pytest.raises(UnreadableEventError):
        receiver(Web()).read(Posted(headers={}, body=body), NOW)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
_NAMES = ["bounce", "complaint", "delivery", "deliveryDelay", "subscription", "mail", "failure"]


@settings(max_examples=60)
@given(
    name=st.sampled_from(["Bounce", "Complaint", "Delivery", "DeliveryDelay", "Subscription", "Open"]),
    parts=st.dictionaries(
        st.sampled_from(_NAMES),
        _JSON | st.dictionaries(st.sampled_from(["bouncedRecipients", "destination", "tags"]), _JSON),
    ),
)
def test_fields_of_whatever_type_are_read_as_nothing(name: str, parts: dict[str, Any]) -> None:
    events = read(json.dumps({"eventType": name, **parts}))

    assert all(event.provider == "ses" for event in events)


@contextmanager
def server(status: int) -> Iterator[tuple[str, list[str]]]:
    """Run a server that answers *status* and leads elsewhere; yield its address and what was asked for."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(status)
            self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", "4")
            self.end_headers()
            self.wfile.write(b"page")

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as listener:
        Thread(target=listener.serve_forever, args=(0.01,), daemon=True).start()
        try:
            yield f"http://127.0.0.1:{listener.server_port}", asked
        finally:
            listener.shutdown()


def test_what_stands_at_an_address_is_fetched() -> None:
    with server(200) as (url, asked):
        assert fetch(f"{url}/a.pem") == b"page"

    assert asked == ["/a.pem"]


@pytest.mark.parametrize("status", [302, 404, 500])
def test_w_26_nothing_is_followed_and_anything_but_a_page_is_a_failure_of_now(status: int) -> None:
    with server(status) as (url, asked), pytest.raises(TemporaryError, match=str(status)):
        fetch(f"{url}/a.pem")

    assert asked == ["/a.pem"]


def test_a_server_that_is_not_there_is_a_failure_of_now() -> None:
    with server(200) as (url, _):
        pass

    with pytest.raises(TemporaryError, match="cannot be reached"):
        fetch(f"{url}/a.pem")
