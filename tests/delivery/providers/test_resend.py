"""Resend: what a request holds, and what each answer proves about its readers."""

import json
from collections.abc import Iterator

import pytest

from newsletter.delivery.letter import Letter
from newsletter.delivery.providers.resend import CAPABILITIES, Resend
from newsletter.delivery.values import Receipt, Recipient, Verdict
from newsletter.errors import (
    AccountError,
    NewsletterError,
    OutcomeUnknownError,
    RefusedError,
    TemporaryError,
)
from newsletter.rendering.values import Slot
from newsletter.settings.model import Secret
from tests.delivery.sample_letter import letter, readers, send_by
from tests.stand_in.account import Account, running
from tests.stand_in.services.resend import ResendApi
from tests.stand_in.values import Order, Refusal


@pytest.fixture
def account() -> Iterator[Account]:
    with running(ResendApi()) as found:
        yield found


def provider(account: Account) -> Resend:
    return Resend(base_url=f"{account.url}/prefix/", api_key=Secret("re_secret"))


def send(account: Account, to_send: Letter, recipients: list[Recipient]) -> list[Receipt]:
    return send_by(provider(account), to_send, recipients)


def say(account: Account, status: int, name: str, **headers: str) -> None:
    """Answer the next request with an error of that *name*."""
    error = {"statusCode": status, "message": "No reader@example.org.", "name": name}
    account.say(status, json.dumps(error).encode(), **headers)


@pytest.mark.parametrize("count", [1, 2, CAPABILITIES.max_batch])
def test_each_reader_has_a_mail_of_their_own_in_one_request(account: Account, count: int) -> None:
    issue = letter()

    receipts = send(account, issue, readers(count))

    (request,) = account.requests
    assert request.path == "/prefix/emails/batch"
    assert [mail["to"] for mail in request.json] == [[reader.email] for reader in readers(count)]
    assert receipts == [
        Receipt(reader.subscriber_id, Verdict.ACCEPTED, provider_id=f"id of {reader.email}")
        for reader in readers(count)
    ]


def test_a_mail_names_its_sender_and_carries_the_headers_of_a_list(account: Account) -> None:
    issue = letter()

    send(account, issue, readers(1))

    (mail,) = account.requests[0].json
    (reader,) = readers(1)
    assert mail["from"] == "Network – Ünion <news@example.org>"
    assert mail["reply_to"] == "Editors <editors@example.org>"
    headers = issue.shared_headers() | issue.own_headers(reader, issue.slots(reader))
    assert mail["headers"] == {
        name: value for name, value in headers.items() if name not in {"To", "Reply-To", "Date"}
    }
    assert mail["headers"]["List-Unsubscribe"] == f"<{issue.slots(reader)[Slot.UNSUBSCRIBE]}>"
    assert mail["headers"]["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_a_repeat_has_the_same_key_and_bytes_and_mails_nobody_twice(account: Account) -> None:
    account.orders.append(Order(cuts=True))
    with pytest.raises(OutcomeUnknownError, match="no answer"):
        send(account, letter(), readers(3))

    receipts = send(account, letter(), readers(3))

    first, second = account.requests
    assert first.body == second.body
    assert first.headers["Idempotency-Key"] == second.headers["Idempotency-Key"]
    assert first.headers["Idempotency-Key"] == letter().request_key(readers(3))
    assert {receipt.verdict for receipt in receipts} == {Verdict.ACCEPTED}
    assert set(account.accepted.values()) == {1}


def test_other_bytes_under_a_used_key_leave_a_doubt(account: Account) -> None:
    send(account, letter(), readers(2))

    with pytest.raises(OutcomeUnknownError, match="invalid_idempotent_request"):
        send(account, letter("Another subject"), readers(2))


def test_an_invalid_address_ends_that_delivery_only(account: Account) -> None:
    first, second, third = readers(3)
    account.refusals[second.email] = Refusal("Invalid `to` field")

    receipts = send(account, letter(), [first, second, third])

    assert account.requests[0].headers["x-batch-validation"] == "permissive"
    assert [receipt.verdict for receipt in receipts] == [
        Verdict.ACCEPTED,
        Verdict.REFUSED,
        Verdict.ACCEPTED,
    ]
    assert receipts[1].detail.startswith("Invalid `to` field")
    assert receipts[2].provider_id == f"id of {third.email}"


@pytest.mark.parametrize(
    ("status", "name", "error"),
    [
        (400, "validation_error", RefusedError),
        (422, "missing_required_field", RefusedError),
        (401, "missing_api_key", AccountError),
        (403, "invalid_api_key", AccountError),
        (422, "invalid_from_address", AccountError),
        (404, "not_found", AccountError),
        (405, "method_not_allowed", AccountError),
        (413, "request_too_large", AccountError),
        (429, "rate_limit_exceeded", TemporaryError),
        (429, "daily_quota_exceeded", AccountError),
        (429, "monthly_quota_exceeded", AccountError),
        (409, "concurrent_idempotent_requests", OutcomeUnknownError),
        (409, "invalid_idempotent_request", OutcomeUnknownError),
        (500, "application_error", OutcomeUnknownError),
        (503, "service_unavailable", OutcomeUnknownError),
    ],
)
def test_each_error_proves_one_thing(
    account: Account, status: int, name: str, error: type[NewsletterError]
) -> None:
    say(account, status, name)

    with pytest.raises(error, match=name) as caught:
        send(account, letter(), readers(1))

    assert type(caught.value) is error
    assert "reader@example.org" not in str(caught.value)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"[]",
        b"{}",
        b'{"data": []}',
        b'{"data": [{"id": "1"}]}',
        b'{"data": [{"id": "1"}, {}]}',
        b'{"data": [{"id": "1"}, {"id": "2"}, {"id": "3"}]}',
        b'{"data": [{"id": "1"}, {"id": "2"}], "errors": [{"index": 1, "message": "no"}]}',
        b'{"data": [{"id": "1"}], "errors": [{"index": 2, "message": "no"}]}',
        b'{"statusCode": 500, "name": "application_error", "message": "no"}',
    ],
)
def test_an_answer_that_does_not_account_for_each_reader_leaves_a_doubt(
    account: Account, body: bytes
) -> None:
    account.say(200, body)

    with pytest.raises(OutcomeUnknownError, match="200"):
        send(account, letter(), readers(2))


def test_the_key_goes_to_resend_and_is_shown_nowhere(account: Account) -> None:
    say(account, 401, "missing_api_key")
    session = provider(account).open()

    with pytest.raises(AccountError) as caught:
        session.send(letter(), readers(1))

    assert account.requests[0].headers["Authorization"] == "Bearer re_secret"
    assert "re_secret" not in repr(provider(account)) + repr(session) + str(caught.value)
    session.close()


def test_tags_and_the_key_are_of_the_letters_and_the_length_that_resend_takes(account: Account) -> None:
    send(account, letter(), readers(CAPABILITIES.max_batch))

    for mail in account.requests[0].json:
        assert len(mail["to"]) == 1
        for tag in mail["tags"]:
            assert all(
                value.isascii() and value.replace("-", "").replace("_", "").isalnum() and len(value) <= 256
                for value in tag.values()
            )
    assert 1 <= len(account.requests[0].headers["Idempotency-Key"]) <= 256
