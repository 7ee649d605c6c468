"""What Resend reports, once it is told from a stranger's words by Svix's signature."""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.delivery.events import Bounce, Event, EventKind, Posted
from newsletter.delivery.providers.resend import ResendReceiver
from newsletter.errors import ForgedEventError, UnreadableEventError
from newsletter.settings.model import Secret, Webhook

NOW = datetime(2026, 11, 3, 9, 0, tzinfo=UTC)
KEY = "whsec_" + base64.b64encode(b"a key of twenty-four byt").decode()
OTHER_KEY = "whsec_" + base64.b64encode(b"another key of 24 bytes!").decode()


def signed(body: bytes = b"{}", key: str = KEY, at: datetime = NOW) -> Posted:
    """Return a request with *body* under Svix's signature."""
    stamp = str(int(at.timestamp()))
    secret = base64.b64decode(key.removeprefix("whsec_"))
    digest = hmac.new(secret, b"msg_1." + stamp.encode() + b"." + body, hashlib.sha256).digest()
    signature = f"v1,{base64.b64encode(digest).decode()}"
    return Posted(
        headers={"svix-id": "msg_1", "svix-timestamp": stamp, "svix-signature": signature}, body=body
    )


def changed(request: Posted, **headers: str) -> Posted:
    """Return *request* with other headers, of which underscores are hyphens."""
    others = {name.replace("_", "-"): value for name, value in headers.items()}
    return Posted(headers={**request.headers, **others}, body=request.body)


def receiver(secret: str = "", signing_key: str = "") -> ResendReceiver:
    return ResendReceiver(settings=Webhook(secret=Secret(secret), signing_key=Secret(signing_key)))


def read(body: object, headers: Mapping[str, str] | None = None) -> list[Event]:
    posted = Posted(
        headers={"svix-id": "msg_1"} if headers is None else headers, body=json.dumps(body).encode()
    )
    return list(receiver().read(posted, NOW))


def mail(name: str = "email.delivered", **data: object) -> dict[str, Any]:
    return {
        "type": name,
        "created_at": "2026-11-03T08:30:00.125Z",
        "data": {"email_id": "a1-b2", "to": ["one@example.org"], **data},
    }


@pytest.mark.parametrize("name", ["secret", "signing_key"])
@pytest.mark.parametrize("written", [KEY, KEY.removeprefix("whsec_"), KEY.rstrip("="), f"{OTHER_KEY}, {KEY}"])
def test_w_28_a_request_under_one_of_our_keys_is_believed(name: str, written: str) -> None:
    receiver(**{name: written}).verify(signed(), NOW)


def test_w_28_one_right_signature_of_several_is_enough() -> None:
    right = signed().headers["svix-signature"]
    wrong = signed(key=OTHER_KEY).headers["svix-signature"]

    receiver(secret=KEY).verify(changed(signed(), svix_signature=f"v1a,xyz {wrong} {right}"), NOW)


@pytest.mark.parametrize(
    "request_",
    [
        signed(key=OTHER_KEY),
        Posted(headers=signed().headers, body=b'{"type": "email.complained"}'),
        Posted(headers={}, body=b"{}"),
        changed(signed(), svix_id="msg_2"),
        changed(signed(), svix_timestamp=str(int(NOW.timestamp()) + 1)),
        changed(signed(), svix_signature=""),
        changed(signed(), svix_signature="v1,"),
        changed(signed(), svix_signature=signed().headers["svix-signature"].removeprefix("v1,")),
        changed(signed(), svix_signature=signed().headers["svix-signature"].replace("v1,", "v2,")),
        changed(signed(), svix_signature="v1,größe"),
    ],
)
def test_w_24_w_28_any_other_request_is_refused(request_: Posted) -> None:
    with pytest.raises(ForgedEventError, match="signature") as refusal:
        receiver(secret=KEY).verify(request_, NOW)

    assert not refusal.value.is_forbidden
    assert KEY not in str(refusal.value)


@pytest.mark.parametrize("written", ["", " , ", "whsec_", "no base64 ü"])
def test_w_24_without_a_key_everything_is_refused(written: str) -> None:
    empty = hmac.new(b"", b"msg_1." + str(int(NOW.timestamp())).encode() + b".{}", hashlib.sha256).digest()
    forged = changed(signed(), svix_signature=f"v1,{base64.b64encode(empty).decode()}")

    for request in (signed(), forged):
        with pytest.raises(ForgedEventError, match="whsec_"):
            receiver(secret=written).verify(request, NOW)


@pytest.mark.parametrize("minutes", [-5, 0, 5])
def test_w_28_five_minutes_are_fresh(minutes: int) -> None:
    receiver(secret=KEY).verify(signed(at=NOW + timedelta(minutes=minutes)), NOW)


@pytest.mark.parametrize("minutes", [-10, 6])
def test_w_28_ten_minutes_are_stale(minutes: int) -> None:
    with pytest.raises(ForgedEventError) as refusal:
        receiver(secret=KEY).verify(signed(at=NOW + timedelta(minutes=minutes)), NOW)

    assert refusal.value.is_forbidden


def test_b_01_an_event_says_of_which_issue_and_reader_it_is() -> None:
    bounce = {
        "type": "Permanent",
        "subType": "General",
        "message": "The address does not exist.",
        "diagnosticCode": ["smtp; 550 5.1.1 <script>unknown</script>\r\n\x00"],
    }
    tags = {"issue": "monthly-2026-11", "delivery": "aeba"}

    (event,) = read(mail("email.bounced", bounce=bounce, tags=tags))

    assert event == Event(
        provider="resend",
        id="msg_1:0",
        kind=EventKind.BOUNCED,
        bounce=Bounce.HARD,
        at=datetime(2026, 11, 3, 8, 30, 0, 125_000, tzinfo=UTC),
        email="one@example.org",
        issue="monthly-2026-11",
        delivery="aeba",
        message="a1-b2",
        status="5.1.1",
        diagnostic="smtp; 550 5.1.1 <script>unknown</script>",
    )


def test_tags_are_read_also_in_the_form_in_which_they_are_sent() -> None:
    tags = [{"name": "issue", "value": "special"}, {"name": "delivery", "value": "aeba"}, 7]

    (event,) = read(mail(tags=tags))

    assert (event.issue, event.delivery) == ("special", "aeba")


def test_each_reader_of_a_mail_has_an_event_of_their_own() -> None:
    events = read(mail(to=["Reader, One <one@example.org>", "two@example.org", '"A, B" <three@example.org>']))

    assert [(event.id, event.email) for event in events] == [
        ("msg_1:0", "one@example.org"),
        ("msg_1:1", "two@example.org"),
        ("msg_1:2", "three@example.org"),
    ]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("email.sent", EventKind.ACCEPTED),
        ("email.scheduled", EventKind.ACCEPTED),
        ("email.delivered", EventKind.DELIVERED),
        ("email.delivery_delayed", EventKind.DEFERRED),
        ("email.complained", EventKind.COMPLAINED),
        ("email.opened", EventKind.OPENED),
        ("email.clicked", EventKind.CLICKED),
        ("email.failed", EventKind.REJECTED),
        ("email.suppressed", EventKind.REJECTED),
        ("email.tomorrow", EventKind.UNKNOWN),
    ],
)
def test_each_kind_of_event_is_told_apart(name: str, kind: EventKind) -> None:
    (event,) = read(mail(name))

    assert (event.kind, event.bounce) == (kind, None)


@pytest.mark.parametrize(
    ("bounce", "expected"),
    [
        (None, Bounce.HARD),
        ({"message": "It can hurt your reputation as a sender."}, Bounce.HARD),
        ({"type": "Permanent", "subType": "Suppressed"}, Bounce.HARD),
        ({"type": "Transient", "subType": "MailboxFull"}, Bounce.SOFT),
        ({"type": "Transient", "subType": "ContentRejected"}, Bounce.POLICY),
        ({"type": "Undetermined"}, Bounce.SOFT),
        ({"type": "Tomorrow"}, Bounce.SOFT),
        ({"type": "Permanent", "diagnosticCode": ["550 5.7.1 refused"]}, Bounce.POLICY),
        ({"type": "Permanent", "diagnosticCode": "554 on a block list"}, Bounce.POLICY),
    ],
)
def test_b_02_a_bounce_is_hard_only_when_the_address_is_at_fault(bounce: object, expected: Bounce) -> None:
    (event,) = read(mail("email.bounced", bounce=bounce))

    assert event.bounce is expected


def test_leaving_at_resend_is_leaving_here_and_coming_back_there_is_nothing() -> None:
    contact = {"type": "contact.updated", "data": {"email": "one@example.org", "unsubscribed": True}}

    (event,) = read(contact)

    assert (event.kind, event.email) == (EventKind.UNSUBSCRIBED, "one@example.org")
    assert (
        read({"type": "contact.updated", "data": {"email": "one@example.org", "unsubscribed": False}}) == []
    )


@pytest.mark.parametrize("name", ["email.received", "contact.created", "domain.updated", "", None, 7])
def test_what_says_nothing_to_us_gives_no_events(name: object) -> None:
    assert read({"type": name, "data": {"to": ["one@example.org"]}}) == []


@pytest.mark.parametrize(
    ("created_at", "of_mail", "expected"),
    [
        ("2026-11-03T08:30:00Z", None, datetime(2026, 11, 3, 8, 30, tzinfo=UTC)),
        (None, "2026-11-03 08:00:00.894719+00", datetime(2026, 11, 3, 8, 0, 0, 894_719, tzinfo=UTC)),
        (1793694600, None, datetime(2026, 11, 3, 8, 30, tzinfo=UTC)),
        ("soon", [], NOW),
    ],
)
def test_an_event_is_of_its_own_time_or_else_of_the_next_best(
    created_at: object, of_mail: object, expected: datetime
) -> None:
    (event,) = read(mail(created_at=of_mail) | {"created_at": created_at})

    assert event.at == expected


def test_without_an_id_the_same_event_has_the_same_id() -> None:
    (one,) = read(mail(), {})
    (again,) = read(mail(), {})
    (other,) = read(mail("email.opened"), {})

    assert one.id == again.id != other.id
    assert len(one.id) < 200


def test_a_long_id_is_cut() -> None:
    (event,) = read(mail(), {"svix-id": "x" * 1_000})

    assert len(event.id) <= 200


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b"{}", b'{"type": "email.sent", "data": []}'])
def test_what_is_no_event_cannot_be_read(body: bytes) -> None:
    with pytest.raises(UnreadableEventError):
        receiver().read(Posted(headers={}, body=body), NOW)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=60)
@given(
    name=st.sampled_from(["email.bounced", "email.suppressed", "contact.updated", "email.sent"]),
    data=st.dictionaries(st.sampled_from(["to", "bounce", "suppressed", "tags", "email", "email_id"]), _JSON),
)
def test_fields_of_whatever_type_are_read_as_nothing(name: str, data: dict[str, Any]) -> None:
    events = read({"type": name, "created_at": data, "data": data})

    assert all(event.provider == "resend" for event in events)
