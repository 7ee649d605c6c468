"""What SendGrid's answers, and their lack, prove about the readers."""

import socket
from collections.abc import Iterator

import pytest

from newsletter.delivery.providers.sendgrid import SendGrid
from newsletter.delivery.values import Verdict
from newsletter.errors import AccountError, OutcomeUnknownError, RefusedError, TemporaryError
from newsletter.settings.model import Secret
from tests.delivery.providers.test_sendgrid import KEY, send
from tests.delivery.sample_letter import letter, readers
from tests.stand_in.account import Account, running
from tests.stand_in.services.sendgrid import SendGridApi
from tests.stand_in.values import Order, Refusal


@pytest.fixture
def standin() -> Iterator[Account]:
    with running(SendGridApi()) as account:
        yield account


def test_the_readers_whose_addresses_are_refused_are_told_from_the_others(standin: Account) -> None:
    standin.refusals[readers(3)[1].email] = Refusal("Does not contain a valid address.")

    receipts = send(standin, letter(), readers(3))

    assert [receipt.verdict for receipt in receipts] == [Verdict.LATER, Verdict.REFUSED, Verdict.LATER]
    assert "valid address" in receipts[1].detail


@pytest.mark.parametrize(
    "field",
    ["null", '"content.0.value"', '"personalizations.9.to.0.email"', '"personalizations.0.headers"'],
)
def test_a_refusal_that_names_no_readers_address_is_of_the_request(standin: Account, field: str) -> None:
    standin.say(400, f'{{"errors":[{{"message":"Bad Request","field":{field},"help":null}}]}}'.encode())

    with pytest.raises(RefusedError, match="Bad Request"):
        send(standin, letter(), readers(3))


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (413, RefusedError),
        (401, AccountError),
        (403, AccountError),
        (429, TemporaryError),
        (500, OutcomeUnknownError),
        (503, OutcomeUnknownError),
        # A sandbox's: checked, not sent.
        (200, OutcomeUnknownError),
    ],
)
def test_each_other_answer_proves_one_thing(standin: Account, status: int, error: type[Exception]) -> None:
    standin.say(status)

    with pytest.raises(error, match=str(status)) as caught:
        send(standin, letter(), readers(2))

    assert KEY not in str(caught.value)


def test_a_wish_to_wait_comes_along(standin: Account) -> None:
    standin.say(429, Retry_After="17")

    with pytest.raises(TemporaryError) as caught:
        send(standin, letter(), readers(2))

    assert caught.value.retry_after_s == 17


def test_a_connection_cut_after_the_request_leaves_a_doubt(standin: Account) -> None:
    standin.orders.append(Order(cuts=True))

    with pytest.raises(OutcomeUnknownError):
        send(standin, letter(), readers(2))

    assert len(standin.requests) == 1


def test_a_connection_that_is_refused_leaves_no_doubt() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        nobody = SendGrid(api_key=Secret(KEY), base_url=f"http://127.0.0.1:{probe.getsockname()[1]}")

        with pytest.raises(TemporaryError):
            nobody.open().send(letter(), readers(2))
