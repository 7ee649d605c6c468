"""Postmark: what each answer proves about a request's readers."""

import json
from collections.abc import Iterator

import pytest

from newsletter.delivery.values import Verdict
from newsletter.errors import (
    AccountError,
    NewsletterError,
    OutcomeUnknownError,
    RefusedError,
    TemporaryError,
)
from tests.delivery.providers.test_postmark import provider, send
from tests.delivery.sample_letter import letter, readers
from tests.stand_in.account import Account, running
from tests.stand_in.services.postmark import PostmarkApi
from tests.stand_in.values import Refusal


@pytest.fixture
def server() -> Iterator[Account]:
    with running(PostmarkApi()) as found:
        yield found


@pytest.mark.parametrize(
    ("code", "words", "verdict"),
    [
        (300, "Invalid email request", Verdict.REFUSED),
        (300, "Error parsing 'To': Illegal email domain in address 'From@x'", Verdict.REFUSED),
        (406, "You tried to send to an inactive recipient: From@x", Verdict.REFUSED),
        (100, "Maintenance", Verdict.LATER),
        (429, "Rate Limit Exceeded", Verdict.LATER),
        (300, "Invalid 'From' address", Verdict.LATER),
        (405, "Not allowed to send", Verdict.LATER),
    ],
)
def test_one_readers_code_says_nothing_of_the_others(
    server: Account, code: int, words: str, verdict: Verdict
) -> None:
    first, second, third = readers(3)
    server.refusals[second.email] = Refusal(words, code)

    receipts = send(server, letter(), [first, second, third])

    assert [receipt.verdict for receipt in receipts] == [Verdict.ACCEPTED, verdict, Verdict.ACCEPTED]
    assert [receipt.subscriber_id for receipt in receipts] == [1, 2, 3]
    assert receipts[1].detail.startswith(f"{code}: ")
    assert receipts[2].provider_id == f"id of {third.email}"


def test_an_address_in_postmarks_words_is_not_repeated(server: Account) -> None:
    (reader,) = readers(1)
    server.refusals[reader.email] = Refusal(f"Found inactive addresses: {reader.email}.", 406)

    (receipt,) = send(server, letter(), [reader])

    assert receipt.verdict is Verdict.REFUSED
    assert reader.email not in receipt.detail


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (300, "Invalid 'From' address"),
        (300, "Provide either email TextBody or HtmlBody or both."),
        (400, "Sender Signature not found"),
        (405, "Not allowed to send"),
        (412, "Account is Pending"),
        (413, "Account May Not Send"),
        (1235, "The stream provided does not exist"),
    ],
)
def test_what_every_reader_would_meet_stops_the_issue(server: Account, code: int, words: str) -> None:
    first, second = readers(2)
    server.refusals = {first.email: Refusal("Inactive recipient", 406), second.email: Refusal(words, code)}

    with pytest.raises(AccountError, match=f"{code}: .*Check"):
        send(server, letter(), [first, second])


@pytest.mark.parametrize(
    ("status", "code", "error"),
    [
        (400, 300, RefusedError),
        (422, 300, RefusedError),
        (422, 405, AccountError),
        (422, 410, AccountError),
        (422, 100, TemporaryError),
        (401, 10, AccountError),
        (403, 10, AccountError),
        (429, 429, TemporaryError),
        (408, 0, OutcomeUnknownError),
        (500, 0, OutcomeUnknownError),
        (503, 100, OutcomeUnknownError),
    ],
)
def test_each_refusal_of_a_request_proves_one_thing(
    server: Account, status: int, code: int, error: type[NewsletterError]
) -> None:
    server.say(status, json.dumps({"ErrorCode": code, "Message": "No reader@example.org."}).encode())

    with pytest.raises(error, match=str(status)) as caught:
        send(server, letter(), readers(2))

    assert type(caught.value) is error
    assert "reader@example.org" not in str(caught.value)


def test_a_refusal_without_a_code_is_of_the_request(server: Account) -> None:
    server.say(413, b"<html>Too large</html>")

    with pytest.raises(RefusedError, match="413"):
        send(server, letter(), readers(2))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"[]",
        b"{}",
        b'{"ErrorCode": 0, "Message": "OK"}',
        b'[{"ErrorCode": 0}]',
        b'[{"ErrorCode": 0}, {}]',
        b'[{"ErrorCode": 0}, {"ErrorCode": "0"}]',
        b'[{"ErrorCode": 0}, {"ErrorCode": 0}, {"ErrorCode": 0}]',
    ],
)
def test_an_answer_that_does_not_account_for_each_reader_leaves_a_doubt(server: Account, body: bytes) -> None:
    server.say(200, body)

    with pytest.raises(OutcomeUnknownError, match="200"):
        send(server, letter(), readers(2))


def test_the_token_goes_to_postmark_and_is_shown_nowhere(server: Account) -> None:
    server.say(401, b'{"ErrorCode": 10, "Message": "Bad or missing API token"}')
    session = provider(server).open()

    with pytest.raises(AccountError) as caught:
        session.send(letter(), readers(1))

    sent = server.requests[0].headers
    assert sent["X-Postmark-Server-Token"] == "server-token"
    assert sent["Accept"] == sent["Content-Type"] == "application/json"
    assert "server-token" not in repr(provider(server)) + repr(session) + str(caught.value)
    session.close()
