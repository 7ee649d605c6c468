"""What the answers of Amazon SES prove, reader by reader, and what their lack leaves open."""

import json
from collections.abc import Iterator

import pytest

from newsletter.delivery.values import Verdict
from newsletter.errors import AccountError, OutcomeUnknownError, RefusedError, TemporaryError
from tests.delivery.providers.test_ses import send
from tests.delivery.sample_letter import letter, readers
from tests.stand_in.account import Account, running
from tests.stand_in.services.ses import KEY_ID, SesApi
from tests.stand_in.values import Refusal

ABOUT_US = [
    "ACCOUNT_SUSPENDED",
    "ACCOUNT_SENDING_PAUSED",
    "CONFIGURATION_SET_SENDING_PAUSED",
    "CONFIGURATION_SET_NOT_FOUND",
    "TEMPLATE_NOT_FOUND",
    "MAIL_FROM_DOMAIN_NOT_VERIFIED",
    "INVALID_SENDING_POOL_NAME",
]


@pytest.fixture
def account() -> Iterator[Account]:
    with running(SesApi()) as found:
        yield found


def refuse(account: Account, number: int, status: str) -> None:
    """Answer with *status* for the reader of that number."""
    email = f"reader-{number}@example.org"
    account.refusals[email] = Refusal(f"{email} was not taken", name=status)


@pytest.mark.parametrize(
    ("status", "verdict"),
    [
        ("MESSAGE_REJECTED", Verdict.REFUSED),
        ("INVALID_PARAMETER", Verdict.REFUSED),
        ("ACCOUNT_THROTTLED", Verdict.LATER),
        ("TRANSIENT_FAILURE", Verdict.LATER),
        ("ACCOUNT_DAILY_QUOTA_EXCEEDED", Verdict.LATER),
        ("FAILED", Verdict.UNKNOWN),
        ("SOMETHING_NEW", Verdict.UNKNOWN),
        *((status, Verdict.LATER) for status in ABOUT_US),
    ],
)
def test_each_result_counts_for_its_own_reader(account: Account, status: str, verdict: Verdict) -> None:
    refuse(account, 2, status)

    receipts = send(account, letter(), readers(3))

    assert [receipt.verdict for receipt in receipts] == [Verdict.ACCEPTED, verdict, Verdict.ACCEPTED]
    assert receipts[1].detail.startswith(status)
    assert "reader-2" not in receipts[1].detail


def test_a_used_up_quota_is_waited_for(account: Account) -> None:
    refuse(account, 1, "ACCOUNT_DAILY_QUOTA_EXCEEDED")

    (receipt,) = send(account, letter(), readers(1))

    assert receipt.retry_after_s == 3600


@pytest.mark.parametrize("status", ABOUT_US)
def test_what_every_reader_would_meet_stops_the_issue(account: Account, status: str) -> None:
    refuse(account, 1, "ACCOUNT_THROTTLED")
    refuse(account, 2, status)

    with pytest.raises(AccountError, match=status):
        send(account, letter(), readers(2))


def test_a_doubt_is_not_lost_to_an_account_that_is_paused(account: Account) -> None:
    refuse(account, 1, "FAILED")
    refuse(account, 2, "ACCOUNT_SENDING_PAUSED")

    receipts = send(account, letter(), readers(2))

    assert [receipt.verdict for receipt in receipts] == [Verdict.UNKNOWN, Verdict.LATER]


@pytest.mark.parametrize(
    ("status", "name", "words", "error"),
    [
        (400, "BadRequestException", "Bad value", RefusedError),
        (400, "BadRequestException", "Configuration set <x> does not exist", AccountError),
        (400, "MessageRejected", "The message has a virus", RefusedError),
        (400, "MessageRejected", "Email address is not verified.", AccountError),
        (400, "AccountSuspendedException", "", AccountError),
        (400, "SendingPausedException", "", AccountError),
        (400, "MailFromDomainNotVerifiedException", "", AccountError),
        (400, "LimitExceededException", "", AccountError),
        (400, "ThrottlingException", "Rate exceeded", TemporaryError),
        (403, "SignatureDoesNotMatch", "", AccountError),
        (404, "NotFoundException", "", AccountError),
        (413, "", "", RefusedError),
        (429, "TooManyRequestsException", "", TemporaryError),
        (500, "InternalFailure", "", OutcomeUnknownError),
        (503, "ServiceUnavailable", "", OutcomeUnknownError),
        (302, "", "", OutcomeUnknownError),
    ],
)
def test_each_error_proves_one_thing(
    account: Account, status: int, name: str, words: str, error: type[Exception]
) -> None:
    account.say(
        status, json.dumps({"message": f"{words} reader-1@example.org"}).encode(), x_amzn_ErrorType=name
    )

    with pytest.raises(error, match=f"{status}: {name}") as caught:
        send(account, letter(), readers(2))

    assert "reader-1" not in str(caught.value)
    assert KEY_ID not in str(caught.value)


@pytest.mark.parametrize(
    "answer",
    [
        {},
        [],
        {"BulkEmailEntryResults": []},
        {"BulkEmailEntryResults": [{"Status": "SUCCESS"}]},
        {"BulkEmailEntryResults": [{"Status": "SUCCESS"}] * 3},
        {"BulkEmailEntryResults": [{}, {}]},
        {"BulkEmailEntryResults": ["SUCCESS", "SUCCESS"]},
    ],
)
def test_an_answer_that_does_not_account_for_each_reader_leaves_a_doubt(
    account: Account, answer: object
) -> None:
    account.say(200, json.dumps(answer).encode())

    with pytest.raises(OutcomeUnknownError, match="200"):
        send(account, letter(), readers(2))
