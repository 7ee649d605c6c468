"""Mailgun's events: whose they are, and what they say."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from newsletter.delivery.events import Bounce, EventKind
from newsletter.delivery.providers import open_receiver
from newsletter.errors import ForgedEventError, UnreadableEventError
from newsletter.settings.model import Secret, Webhook
from tests.delivery.providers.webhooks import (
    NOW,
    SIGNING_KEY,
    basic,
    mailgun_body,
    mailgun_signature,
    posted,
    read,
    read_one,
)

OPENED = {"event": "opened", "recipient": "anna@example.org", "timestamp": 1_772_355_600.25}


def event(**changes: object) -> dict[str, Any]:
    """Return one event; a name with `_` stands for one with a hyphen."""
    return OPENED | {name.replace("_", "-"): value for name, value in changes.items()}


def failed(*, severity: object = "permanent", reason: object = "generic", **status: object) -> dict[str, Any]:
    outcome = {name.replace("_", "-"): value for name, value in status.items()}
    return event(event="failed", severity=severity, reason=reason, delivery_status=outcome)


def with_key(keys: str = SIGNING_KEY, basic_auth: str = "") -> Webhook:
    return Webhook(signing_key=Secret(keys), basic_auth=Secret(basic_auth))


def verify(
    signature: object,
    settings: Webhook = with_key(),  # noqa: B008 - a value
    *,
    headers: dict[str, str] | None = None,
    now: datetime = NOW,
) -> None:
    open_receiver("mailgun", settings).verify(posted(mailgun_body(OPENED, signature), headers), now)


@pytest.mark.parametrize("keys", [SIGNING_KEY, f"new key,{SIGNING_KEY}", f" {SIGNING_KEY} , old key"])
def test_w_25_a_request_signed_with_one_of_our_keys_is_mailguns(keys: str) -> None:
    verify(mailgun_signature(), with_key(keys))


@pytest.mark.parametrize(
    "change",
    [
        {"timestamp": "1772355601"},
        {"token": "f00d" * 11 + "feed"},
        {"signature": "0" * 64},
        {"signature": ""},
        {"signature": None},
        {"token": None, "timestamp": None},
        {"signature": "é" * 64},
    ],
)
def test_w_25_an_altered_signature_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(ForgedEventError):
        verify(mailgun_signature() | change)


@pytest.mark.parametrize("body", [b"", b"not JSON", [], {}, {"event-data": OPENED}, {"signature": {}}])
def test_w_25_a_request_without_a_signature_is_refused(body: object) -> None:
    receiver = open_receiver("mailgun", Webhook(signing_key=Secret(SIGNING_KEY)))

    with pytest.raises(ForgedEventError):
        receiver.verify(posted(body), NOW)


@pytest.mark.parametrize("key", ["", ",", " , "])
def test_w_24_without_a_key_everything_is_refused(key: str) -> None:
    with pytest.raises(ForgedEventError, match="no signing_key"):
        verify(mailgun_signature(key=""), with_key(key))


def test_w_24_a_password_does_not_stand_in_for_the_key() -> None:
    with pytest.raises(ForgedEventError, match="no signing_key"):
        verify(mailgun_signature(), with_key("", "news:word"), headers=basic("news:word"))


@pytest.mark.parametrize("minutes", [-15, 15])
def test_w_25_a_signature_is_good_for_a_quarter_of_an_hour(minutes: int) -> None:
    verify(mailgun_signature(), now=NOW + timedelta(minutes=minutes))


@pytest.mark.parametrize("minutes", [-16, 16])
def test_w_25_an_old_signature_is_forbidden(minutes: int) -> None:
    with pytest.raises(ForgedEventError) as refusal:
        verify(mailgun_signature(), now=NOW + timedelta(minutes=minutes))

    assert refusal.value.is_forbidden


def test_w_25_a_caught_signature_cannot_be_cut_into_another_token() -> None:
    caught = mailgun_signature(token="e0" + "ab" * 24)
    moved = caught | {"timestamp": caught["timestamp"] + "e0", "token": "ab" * 24}

    with pytest.raises(ForgedEventError):
        verify(moved)


def test_w_25_with_a_password_a_caught_signature_does_not_let_an_altered_event_in() -> None:
    settings = with_key(basic_auth="news:word")

    verify(mailgun_signature(), settings, headers=basic("news:word"))
    for headers in ({}, basic("news:guess")):
        with pytest.raises(ForgedEventError, match="password"):
            verify(mailgun_signature(), settings, headers=headers)


def test_w_25_the_same_signature_is_the_same_event_whatever_stands_beside_it() -> None:
    receiver = open_receiver("mailgun", Webhook())

    honest = read_one("mailgun", mailgun_body(OPENED))
    altered = read_one("mailgun", mailgun_body(event(event="complained", recipient="other@example.org")))

    assert receiver.refuses_repetition
    assert honest.id == altered.id == "f00d" * 12


def test_a_subaccounts_second_signature_is_left_alone() -> None:
    verify(mailgun_signature() | {"parent-signature": {"token": "another"}})


def test_an_event_has_what_went_along_with_the_mail() -> None:
    found = read_one(
        "mailgun",
        mailgun_body(
            event(
                user_variables={"issue": "2026-03", "delivery": "abc", "cohort": "b"},
                message={"headers": {"message-id": "<id@example.org>"}},
            )
        ),
    )

    assert (found.provider, found.kind, found.bounce) == ("mailgun", EventKind.OPENED, None)
    assert (found.email, found.issue, found.delivery) == ("anna@example.org", "2026-03", "abc")
    assert found.message == "id@example.org"
    assert found.at == datetime(2026, 3, 1, 9, 0, 0, 250_000, UTC)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("accepted", EventKind.ACCEPTED),
        ("delivered", EventKind.DELIVERED),
        ("rejected", EventKind.REJECTED),
        ("opened", EventKind.OPENED),
        ("clicked", EventKind.CLICKED),
        ("unsubscribed", EventKind.UNSUBSCRIBED),
        ("complained", EventKind.COMPLAINED),
        ("teleported", EventKind.UNKNOWN),
        (None, EventKind.UNKNOWN),
    ],
)
def test_b_01_each_event_has_one_name(name: object, kind: EventKind) -> None:
    assert read_one("mailgun", mailgun_body(event(event=name))).kind is kind


@pytest.mark.parametrize("name", ["stored", "list_member_uploaded", "list_uploaded"])
def test_w_25_an_event_that_says_nothing_uses_its_signature_up(name: str) -> None:
    found = read_one("mailgun", mailgun_body(event(event=name, recipient=None)))

    assert (found.id, found.kind, found.email) == ("f00d" * 12, EventKind.UNKNOWN, "")


def test_a_failure_that_mailgun_goes_on_with_is_deferred() -> None:
    found = read_one("mailgun", mailgun_body(failed(severity="temporary", code=451, enhanced_code="4.7.652")))

    assert (found.kind, found.bounce, found.status) == (EventKind.DEFERRED, None, "4.7.652")


@pytest.mark.parametrize(
    ("reason", "code"), [("suppress-bounce", 605), ("suppress-complaint", 607), ("generic", "606")]
)
def test_what_was_never_tried_is_rejected(reason: str, code: object) -> None:
    found = read_one("mailgun", mailgun_body(failed(reason=reason, code=code)))

    assert (found.kind, found.bounce) == (EventKind.REJECTED, None)


@pytest.mark.parametrize(
    ("failure", "bounce"),
    [
        (failed(code=550, message="5.1.1 no such user\n5.1.1 really"), Bounce.HARD),
        (failed(code=550, enhanced_code="5.1.1", message=["gone"]), Bounce.HARD),
        (failed(reason="bounce", code="550", message="no such user"), Bounce.HARD),
        (failed(bounce_code="5.2.2", message="552 mailbox full"), Bounce.SOFT),
        (failed(code=550, message="5.7.1 refused as spam"), Bounce.POLICY),
        (failed(code=550, message="listed on a blocklist"), Bounce.POLICY),
        (failed(code=552, message="no room"), Bounce.SOFT),
        (failed(reason="espblock", message="not now"), Bounce.POLICY),
        (failed(reason="old", code=602, message="Too old"), Bounce.SOFT),
        (failed(severity=None, message="5.1.1 no such user"), Bounce.SOFT),
    ],
)
def test_b_02_a_bounce_is_hard_only_when_the_address_is_no_good(
    failure: dict[str, Any], bounce: Bounce
) -> None:
    found = read_one("mailgun", mailgun_body(failure))

    assert (found.kind, found.bounce) == (EventKind.BOUNCED, bounce)


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ({"message": "550 no\r\nsuch user", "description": "other"}, "550 no such user"),
        ({"message": "", "description": "No MX"}, "No MX"),
        ({"message": None}, ""),
    ],
)
def test_w_30_the_servers_words_are_one_line(status: dict[str, object], words: str) -> None:
    assert read_one("mailgun", mailgun_body(failed(**status))).diagnostic == words


def test_b_07_a_rejected_mail_names_its_reader_in_its_headers_only() -> None:
    headers = {"headers": {"to": "Anna <anna@example.org>, bert@example.eu"}}

    rejected = read(
        "mailgun", mailgun_body({"event": "rejected", "message": headers, "reject": {"reason": "no"}})
    )
    failed_one = read_one("mailgun", mailgun_body(failed() | {"message": headers}))

    # One event is of one reader: a list would let a caught signature speak of thousands.
    assert [found.email for found in rejected] == ["anna@example.org"]
    assert rejected[0].id == "f00d" * 12
    assert rejected[0].diagnostic == "no"
    assert rejected[0].at == NOW
    assert failed_one.email == "anna@example.org"


@pytest.mark.parametrize("body", [b"", b"event=opened", b"[]", b"{}", b'{"event-data": []}', b"7"])
def test_another_shape_is_unreadable(body: bytes) -> None:
    with pytest.raises(UnreadableEventError):
        read("mailgun", body)
