"""Telling Amazon's notifications from a stranger's, and the confirmation of our topic."""

import json
from collections.abc import Mapping
from datetime import timedelta
from threading import Event, Thread
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from newsletter.delivery.events import Posted
from newsletter.errors import ForgedEventError, TemporaryError
from tests.delivery.providers.sns import NOW, Web, confirmation, notification, posted, receiver, signed
from tests.stand_in.services.sns import CERTIFICATE_URL, HOST, SUBSCRIBE_URL, TOPIC, certificate


@pytest.mark.parametrize("version", ["1", "2"])
@pytest.mark.parametrize("subject", [None, "Amazon SES Email Event Notification", "größer ❤️"])
def test_w_26_a_signed_notification_of_our_topic_is_believed(version: str, subject: str | None) -> None:
    web = Web()

    receiver(web).verify(signed(notification("größer", SignatureVersion=version, Subject=subject)), NOW)

    assert web.fetched == [CERTIFICATE_URL]


def test_w_26_a_certificate_is_fetched_once() -> None:
    web = Web()
    events = receiver(web)

    for number in range(3):
        events.verify(signed(notification(MessageId=str(number))), NOW)

    assert web.fetched == [CERTIFICATE_URL]


@pytest.mark.parametrize(
    "changed",
    [
        {"Message": "other"},
        {"MessageId": "other"},
        {"Subject": "added"},
        {"Timestamp": "2026-11-03T08:59:31Z"},
        {"Signature": ""},
        {"Signature": None},
        {"Signature": 7},
        {"Signature": "no base64"},
        {"Signature": "AAAA"},
        {"SignatureVersion": "1"},
        {"SignatureVersion": "3"},
        {"SignatureVersion": None},
        {"Type": "UnsubscribeConfirmation"},
        {"Type": "Other"},
    ],
)
def test_w_24_w_26_what_was_changed_on_the_way_is_refused(changed: Mapping[str, Any]) -> None:
    envelope = json.loads(signed(notification("as sent")).body)

    with pytest.raises(ForgedEventError) as refusal:
        receiver(Web()).verify(posted(envelope | changed), NOW)

    assert not refusal.value.is_forbidden


@pytest.mark.parametrize("topic", [f"{TOPIC}-2", TOPIC.upper(), "", None, [TOPIC]])
@pytest.mark.parametrize("make", [notification, confirmation])
def test_w_26_another_topic_is_refused_without_asking_anybody(make: Any, topic: object) -> None:
    web = Web()

    with pytest.raises(ForgedEventError, match="topic_arn"):
        receiver(web).verify(signed(make(TopicArn=topic)), NOW)

    assert web.fetched == []


@pytest.mark.parametrize("topic", ["", None, TOPIC])
def test_w_24_without_a_topic_everything_is_refused(topic: str | None) -> None:
    web = Web()

    with pytest.raises(ForgedEventError, match="topic_arn"):
        receiver(web, topic="").verify(signed(notification(TopicArn=topic)), NOW)

    assert web.fetched == []


@pytest.mark.parametrize(
    "url",
    [
        "http://sns.eu-central-1.amazonaws.com/a.pem",
        "https://sns.eu-central-1.amazonaws.com.example.org/a.pem",
        "https://sns.eu-central-1.amazonaws.com@example.org/a.pem",
        "https://example.org/sns.eu-central-1.amazonaws.com/a.pem",
        "https://sns.eu-central-1.amazonaws.com:8443/a.pem",
        "https://sns.eu-central-1.amazonaws.com\\@example.org/a.pem",
        "https://example.org#sns.eu-central-1.amazonaws.com/a.pem",
        "https://sns.eu.central.amazonaws.com/a.pem",
        "https://sqs.eu-central-1.amazonaws.com/a.pem",
        "https://sns.eu-central-1.amazonaws.com/a.pem?x=.pem",
        "https://sns.eu-central-1.amazonaws.com/a.txt",
        f"{HOST}/a.pem\n",
        "file:///etc/a.pem",
        "",
        None,
        7,
    ],
)
def test_w_26_a_certificate_from_elsewhere_is_never_fetched(url: object) -> None:
    web = Web()

    with pytest.raises(ForgedEventError, match="certificate"):
        receiver(web).verify(signed(notification(SigningCertURL=url)), NOW)

    assert web.fetched == []


@pytest.mark.parametrize(
    "page",
    [
        b"",
        b"<html>",
        certificate(rsa.generate_private_key(public_exponent=65537, key_size=2048)),
        certificate(ec.generate_private_key(ec.SECP256R1())),
    ],
)
def test_w_26_another_certificate_proves_nothing_and_is_not_kept(page: bytes) -> None:
    web = Web(pages={CERTIFICATE_URL: page})
    events = receiver(web)

    for _ in range(2):
        with pytest.raises(ForgedEventError):
            events.verify(signed(notification()), NOW)

    assert web.fetched == [CERTIFICATE_URL] * 2


def test_a_certificate_that_cannot_be_fetched_now_may_be_another_time() -> None:
    with pytest.raises(TemporaryError):
        receiver(Web(pages={})).verify(signed(notification()), NOW)


def test_w_26_one_certificate_is_fetched_at_a_time_however_many_are_asked_for() -> None:
    is_asked, is_answered = Event(), Event()

    class Slow(Web):
        def fetch(self, url: str) -> bytes:
            is_asked.set()
            is_answered.wait(10)
            return super().fetch(url)

    web = Slow()
    ses = receiver(web)
    first = Thread(target=ses.verify, args=(signed(notification()), NOW))
    first.start()
    is_asked.wait(10)

    with pytest.raises(TemporaryError, match="is being fetched"):
        ses.verify(signed(notification(SigningCertURL=CERTIFICATE_URL.replace("0a1b", "other"))), NOW)

    is_answered.set()
    first.join(10)
    ses.verify(signed(notification()), NOW)
    assert web.fetched == [CERTIFICATE_URL]


@pytest.mark.parametrize("minutes", [0, 59, -59])
def test_w_26_a_notification_of_this_hour_is_fresh(minutes: int) -> None:
    at = (NOW - timedelta(minutes=minutes)).isoformat()

    receiver(Web()).verify(signed(notification(Timestamp=at)), NOW)


@pytest.mark.parametrize("at", ["2026-11-03T07:59:59Z", "2026-11-03T10:00:01Z", "no time", None])
def test_w_26_an_old_notification_is_forbidden_also_when_it_is_signed(at: str | None) -> None:
    with pytest.raises(ForgedEventError) as refusal:
        receiver(Web()).verify(signed(notification(Timestamp=at)), NOW)

    assert refusal.value.is_forbidden


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"7", b'"Type"', b"{}", b'{"Type": 1}', b"\xff\xfe"])
def test_what_is_no_notification_is_refused(body: bytes) -> None:
    with pytest.raises(ForgedEventError):
        receiver(Web()).verify(Posted(headers={}, body=body), NOW)


def test_w_26_a_subscription_of_our_topic_is_confirmed_once_it_is_believed() -> None:
    web = Web()
    request = signed(confirmation())

    receiver(web).verify(request, NOW)

    assert web.fetched == [CERTIFICATE_URL, SUBSCRIBE_URL]
    assert list(receiver(web).read(request, NOW)) == []


@pytest.mark.parametrize(
    "url",
    [
        "https://example.org/?Action=ConfirmSubscription",
        "http://sns.eu-central-1.amazonaws.com/?Action=ConfirmSubscription",
        "https://sns.us-east-1.amazonaws.com/?Action=ConfirmSubscription",
        "https://sns.eu-central-1.amazonaws.com@example.org/",
        "https://sns.eu-central-1.amazonaws.com:8443/",
        "https://sns.eu-central-1.amazonaws.com.example.org/",
        "https://sns.eu-central-1.amazonaws.com/\\@example.org",
        "https://sns.eu-central-1.amazonaws.com/ x",
        "",
        None,
    ],
)
def test_w_26_a_confirmation_that_leads_elsewhere_is_not_followed(url: str | None) -> None:
    web = Web()

    with pytest.raises(ForgedEventError, match="SubscribeURL"):
        receiver(web).verify(signed(confirmation(SubscribeURL=url)), NOW)

    assert web.fetched == [CERTIFICATE_URL]


def test_w_26_a_forged_or_old_confirmation_is_not_followed() -> None:
    forged = posted(confirmation(Signature="AAAA"))
    old = signed(confirmation(Timestamp="2026-11-03T07:00:00Z"))

    for request in (forged, old):
        web = Web()
        with pytest.raises(ForgedEventError):
            receiver(web).verify(request, NOW)
        assert web.fetched == [CERTIFICATE_URL]


def test_the_end_of_a_subscription_is_believed_and_not_undone() -> None:
    web = Web()
    request = signed(confirmation(Type="UnsubscribeConfirmation"))

    receiver(web).verify(request, NOW)

    assert web.fetched == [CERTIFICATE_URL]
    assert list(receiver(web).read(request, NOW)) == []
