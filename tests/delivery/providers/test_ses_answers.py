"""What the answers of Amazon SES prove, reader by reader, and what their lack leaves open."""

import socket
from collections.abc import Iterator

import pytest

from newsletter.delivery.providers.ses import Ses
from newsletter.delivery.values import Verdict
from newsletter.errors import AccountError, OutcomeUnknownError, RefusedError, TemporaryError
from newsletter.settings.model import Secret
from tests.delivery.providers.standin_ses import KEY, KEY_ID, REGION, Account, ses_account
from tests.delivery.providers.test_ses import send
from tests.delivery.sample_letter import letter, readers, send_by

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
    with ses_account() as found:
        yield found


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
    account.results["reader-2@example.org"] = status

    receipts = send(account, letter(), readers(3))

    assert [receipt.verdict for receipt in receipts] == [Verdict.ACCEPTED, verdict, Verdict.ACCEPTED]
    assert receipts[1].detail.startswith(status)
    assert "reader-2" not in receipts[1].detail


def test_a_used_up_quota_is_waited_for(account: Account) -> None:
    account.results["reader-1@example.org"] = "ACCOUNT_DAILY_QUOTA_EXCEEDED"

    (receipt,) = send(account, letter(), readers(1))

    assert receipt.retry_after_s == 3600


@pytest.mark.parametrize("status", ABOUT_US)
def test_what_every_reader_would_meet_stops_the_issue(account: Account, status: str) -> None:
    account.results |= {"reader-1@example.org": "ACCOUNT_THROTTLED", "reader-2@example.org": status}

    with pytest.raises(AccountError, match=status):
        send(account, letter(), readers(2))


def test_a_doubt_is_not_lost_to_an_account_that_is_paused(account: Account) -> None:
    account.results |= {"reader-1@example.org": "FAILED", "reader-2@example.org": "ACCOUNT_SENDING_PAUSED"}

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
    account.say(status, {"message": f"{words} reader-1@example.org"}, x_amzn_ErrorType=name)

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
    account.say(200, answer)

    with pytest.raises(OutcomeUnknownError, match="200"):
        send(account, letter(), readers(2))


def test_a_connection_cut_after_the_request_leaves_a_doubt(account: Account) -> None:
    account.scripted.append(None)

    with pytest.raises(OutcomeUnknownError, match="no answer"):
        send(account, letter(), readers(2))


def test_a_refused_connection_leaves_no_doubt() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{probe.getsockname()[1]}"
    ses = Ses(region=REGION, base_url=url, access_key_id=Secret(KEY_ID), secret_access_key=Secret(KEY))

    with pytest.raises(TemporaryError):
        send_by(ses, letter(), readers(1))
