"""What SendGrid's answers, and their lack, prove about the readers."""

from collections.abc import Iterator

import pytest

from newsletter.delivery.values import Verdict
from newsletter.errors import AccountError, OutcomeUnknownError, RefusedError, TemporaryError
from tests.delivery.providers.test_sendgrid import KEY, send
from tests.delivery.sample_letter import letter, readers
from tests.stand_in.account import Account, running
from tests.stand_in.services.sendgrid import SendGridApi
from tests.stand_in.values import Refusal


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
