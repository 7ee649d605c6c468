"""What Mailgun's answers prove, and what their lack leaves open."""

import json
from collections.abc import Iterator

import pytest

from newsletter.errors import AccountError, OutcomeUnknownError, RefusedError, TemporaryError
from tests.delivery.providers.test_mailgun import KEY, sent
from tests.delivery.sample_letter import letter, readers
from tests.stand_in.account import Account, running
from tests.stand_in.services.mailgun import MailgunApi


@pytest.fixture
def service() -> Iterator[Account]:
    with running(MailgunApi()) as found:
        yield found


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (200, b"Mailgun Magnificent API", AccountError),
        (200, b'{"message":"Mailgun Magnificent API"}', AccountError),
        (200, b'{"message":"Something else"}', OutcomeUnknownError),
        (200, b"[]", OutcomeUnknownError),
        (200, b"<html>", OutcomeUnknownError),
        (400, b'{"message":"to parameter is not a valid address"}', RefusedError),
        (400, b'{"message":"Domain x.example.org is not allowed to send: disabled"}', AccountError),
        (401, b'"Forbidden"', AccountError),
        (402, b'{"message":"Payment required"}', AccountError),
        (404, b'{"message":"Domain not found: mg.example.org"}', AccountError),
        (413, b'{"message":"Too large"}', RefusedError),
        (429, b'{"message":"Too many"}', TemporaryError),
        # Mailgun may have accepted the request before it said so.
        (500, b'{"message":"Internal Server Error"}', OutcomeUnknownError),
        (503, b"", OutcomeUnknownError),
    ],
)
def test_each_answer_proves_one_thing(
    service: Account, status: int, body: bytes, error: type[Exception]
) -> None:
    service.say(status, body)

    with pytest.raises(error) as caught:
        sent(service, letter(), readers(2))

    assert KEY not in str(caught.value)
    assert len(service.requests) == 1


@pytest.mark.parametrize(
    ("headers", "words", "seconds"),
    [
        ({"Retry-After": "17"}, "slow down", 17),
        ({}, "account-requests-per-sec limit exceeded, try again after 120 seconds", 120),
        ({"Retry-After": "17"}, "try again after 120 seconds", 17),
        ({}, "slow down", None),
    ],
)
def test_the_wish_to_wait_comes_along(
    service: Account, headers: dict[str, str], words: str, seconds: float | None
) -> None:
    body = json.dumps({"message": f"Domain x is not allowed to send: {words}"}).encode()
    service.say(429, body, **headers)

    with pytest.raises(TemporaryError) as caught:
        sent(service, letter(), readers(1))

    assert caught.value.retry_after_s == seconds
