"""What Brevo reports: an event or a list of them, under a password."""

import base64
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.delivery.events import Bounce, Event, EventKind, Posted
from newsletter.delivery.providers.brevo import BrevoReceiver
from newsletter.errors import ForgedEventError, UnreadableEventError
from newsletter.settings.model import Secret, Webhook

NOW = datetime(2026, 11, 3, 9, 0, tzinfo=UTC)
AT = datetime(2026, 11, 3, 8, 30, tzinfo=UTC)
SECONDS = int(AT.timestamp())


def read(body: object) -> list[Event]:
    posted = Posted(headers={}, body=json.dumps(body).encode())
    return list(BrevoReceiver(settings=Webhook()).read(posted, NOW))


def entry(name: str = "delivered", /, **fields: object) -> dict[str, Any]:
    event = {
        "event": name,
        "email": "one@example.org",
        "id": 26_224,
        "date": "2026-11-03 10:30:00",
        "message-id": "<1.2@smtp-relay.example.org>",
        "ts_epoch": SECONDS * 1_000,
    }
    return event | fields


def test_w_24_w_27_only_a_right_password_is_believed() -> None:
    brevo = BrevoReceiver(settings=Webhook(basic_auth=Secret("news:old,news:new"), secret=Secret("token")))
    right = base64.b64encode(b"news:new").decode()

    brevo.verify(Posted(headers={"authorization": f"Basic {right}"}, body=b""), NOW)
    brevo.verify(Posted(headers={"authorization": "Bearer token"}, body=b""), NOW)

    for headers in ({}, {"authorization": "Bearer other"}, {"authorization": "Bearer "}):
        with pytest.raises(ForgedEventError):
            brevo.verify(Posted(headers=headers, body=b"{}"), NOW)


def test_w_24_without_a_password_everything_is_refused() -> None:
    with pytest.raises(ForgedEventError):
        BrevoReceiver(settings=Webhook()).verify(
            Posted(headers={"authorization": "Bearer "}, body=b"{}"), NOW
        )


def test_b_01_an_event_says_of_which_issue_and_reader_it_is() -> None:
    custom = json.dumps({"issue": "monthly-2026-11", "delivery": "aeba"})
    reason = "550 5.1.1 <script>unknown</script>\r\n\x1b[31m"

    (event,) = read(entry("hard_bounce", reason=reason, **{"X-Mailin-custom": custom}))

    assert event == Event(
        provider="brevo",
        id=event.id,
        kind=EventKind.BOUNCED,
        bounce=Bounce.HARD,
        at=AT,
        email="one@example.org",
        issue="monthly-2026-11",
        delivery="aeba",
        message="<1.2@smtp-relay.example.org>",
        status="5.1.1",
        diagnostic="550 5.1.1 <script>unknown</script> [31m",
    )


@pytest.mark.parametrize(
    "custom", ["", "no JSON", "[]", "7", None, 7, [], {"issue": None}, '{"issue": {}}', "\ud83d"]
)
def test_metadata_that_is_not_ours_is_none(custom: object) -> None:
    (event,) = read(entry(**{"X-Mailin-custom": custom}))

    assert (event.issue, event.delivery) == ("", "")


def test_metadata_is_found_however_its_name_is_written() -> None:
    for name in ("x-mailin-custom", "X-Mailin-Custom"):
        (event,) = read(entry(**{name: {"issue": "special", "delivery": "aeba"}}))
        assert (event.issue, event.delivery) == ("special", "aeba")


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("request", EventKind.ACCEPTED),
        ("sent", EventKind.ACCEPTED),
        ("delivered", EventKind.DELIVERED),
        ("deferred", EventKind.DEFERRED),
        ("blocked", EventKind.REJECTED),
        ("error", EventKind.REJECTED),
        ("spam", EventKind.COMPLAINED),
        ("complaint", EventKind.COMPLAINED),
        ("unsubscribe", EventKind.UNSUBSCRIBED),
        ("unsubscribed", EventKind.UNSUBSCRIBED),
        ("opened", EventKind.OPENED),
        ("unique_opened", EventKind.OPENED),
        ("uniqueOpened", EventKind.OPENED),
        ("proxy_open", EventKind.OPENED),
        ("unique_proxy_open", EventKind.OPENED),
        ("click", EventKind.CLICKED),
        ("list_addition", EventKind.UNKNOWN),
        ("", EventKind.UNKNOWN),
    ],
)
def test_each_kind_of_event_is_told_apart(name: str, kind: EventKind) -> None:
    (event,) = read(entry(name))

    assert (event.kind, event.bounce) == (kind, None)


@pytest.mark.parametrize(
    ("name", "reason", "expected"),
    [
        ("hard_bounce", "", Bounce.HARD),
        ("hardBounce", "550 5.1.1 unknown", Bounce.HARD),
        ("invalid_email", "", Bounce.HARD),
        ("hard_bounce", "550 5.7.1 refused", Bounce.POLICY),
        ("hard_bounce", "our policy is otherwise", Bounce.POLICY),
        ("soft_bounce", "", Bounce.SOFT),
        ("soft_bounce", "550 5.1.1 unknown", Bounce.SOFT),
        ("soft_bounce", "452 4.2.2 full", Bounce.SOFT),
    ],
)
def test_b_02_a_bounce_is_hard_only_when_the_address_is_at_fault(
    name: str, reason: str, expected: Bounce
) -> None:
    (event,) = read(entry(name, reason=reason))

    assert event.bounce is expected


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        ({"ts_epoch": SECONDS * 1_000}, AT),
        ({"ts_epoch": SECONDS}, AT),
        ({"ts_epoch": str(SECONDS)}, AT),
        ({"ts_epoch": None, "ts_event": SECONDS, "ts": SECONDS - 9}, AT),
        ({"ts_epoch": "soon", "ts": SECONDS}, AT),
        # Its time zone is the account's.
        ({"ts_epoch": None}, NOW),
    ],
)
def test_the_time_is_read_in_each_of_its_forms(times: dict[str, object], expected: datetime) -> None:
    (event,) = read(entry(**times))

    assert event.at == expected


def test_an_event_that_is_sent_again_has_the_same_id_and_another_one_has_not() -> None:
    without_time = {"ts_epoch": None}
    (first,) = read(entry())
    others = [
        *read(entry("opened")),
        *read(entry(email="two@example.org")),
        *read(entry(ts_epoch=SECONDS * 1_000 + 1)),
        *read(entry(**{"message-id": "<2.2@example.org>"})),
        *read(entry(**without_time)),
        *read(entry(**without_time, date="2026-11-03 10:31:00")),
    ]

    assert read(entry(id=7))[0].id == first.id
    assert len({first.id, *(event.id for event in others)}) == 7
    assert "@" not in first.id


def test_a_list_holds_several_events() -> None:
    events = read([entry(), 7, {}, None, entry("click", email="Two <two@example.org>")])

    assert [(event.kind, event.email) for event in events] == [
        (EventKind.DELIVERED, "one@example.org"),
        (EventKind.CLICKED, "two@example.org"),
    ]


@pytest.mark.parametrize("body", [{}, [], {"event": "delivered"}, {"event": "delivered", "email": None}])
def test_what_names_no_reader_gives_no_events(body: object) -> None:
    assert read(body) == []


@pytest.mark.parametrize("body", [b"", b"{", b"null", b"7", b'"delivered"'])
def test_what_is_no_event_cannot_be_read(body: bytes) -> None:
    with pytest.raises(UnreadableEventError):
        BrevoReceiver(settings=Webhook()).read(Posted(headers={}, body=body), NOW)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=60)
@given(st.dictionaries(st.sampled_from([*entry(), "reason", "X-Mailin-custom"]), _JSON))
def test_fields_of_whatever_type_are_read_as_nothing(fields: dict[str, Any]) -> None:
    events = read([entry() | fields])

    assert all(event.provider == "brevo" for event in events)
