"""Whether a service takes mail from our domain: what is asked, and which answers are none.

Only what is known to be wrong may hold an issue: who may not ask, or is not told, may still send.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest

from newsletter.delivery.providers.base import Provider
from newsletter.errors import AccountError, OutcomeUnknownError, TemporaryError
from tests.delivery.providers.specifications import specification
from tests.delivery.providers.test_checks import PATHS, TAKEN, WELL, provider
from tests.stand_in.serving import serving
from tests.stand_in.values import Reply, Request

AUTHOR = "news@letter.example.org"
DOMAIN = "letter.example.org"
IDENTITIES, BREVO, SENDGRID = "/v2/email/identities", "/v3/senders/domains", "/v3/whitelabel/domains"
#: How each question is signed.
SIGNED = {
    "brevo": ("api-key", "a-secret-key"),
    "sendgrid": ("Authorization", "Bearer a-secret-key"),
    "ses": ("Authorization", "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/"),
}
#: As Amazon SES describes an identity.
VERIFIED = {"VerifiedForSendingStatus": True, "VerificationStatus": "SUCCESS"}
PENDING = {"VerifiedForSendingStatus": False, "VerificationStatus": "PENDING"}


@contextmanager
def service(
    name: str, answers: Mapping[str, Any], asked: list[Request] | None = None, status: int = 200
) -> Iterator[Provider]:
    """Run a service that knows the key, answers so by path, with *status*, and knows nothing of other paths."""
    known = {PATHS[name]: WELL[name], **answers}

    def answer(request: Request) -> Reply:
        if asked is not None:
            asked.append(request)
        if request.path not in known:
            return Reply(404, b'{"code": "document_not_found", "message": "NotFoundException"}', {})
        is_about_domain = request.path in answers
        return Reply(status if is_about_domain else 200, json.dumps(known[request.path]).encode(), {})

    with serving(answer) as url:
        yield provider(name, url)


def listed(*domains: tuple[str, bool], first: int = 1) -> list[dict[str, Any]]:
    """Return a page of SendGrid's list."""
    return [
        {"id": number, "domain": domain, "valid": is_valid}
        for number, (domain, is_valid) in enumerate(domains, first)
    ]


@pytest.mark.parametrize("name", TAKEN)
def test_a_domain_is_asked_for_under_the_key_and_changes_nothing(name: str) -> None:
    path, said = TAKEN[name]
    asked: list[Request] = []

    with service(name, {path: said}, asked) as checked:
        checked.check("news@example.org")

    header, value = SIGNED[name]
    assert [(request.method, request.path) for request in asked] == [("GET", PATHS[name]), ("GET", path)]
    assert all(request.headers[header].startswith(value) for request in asked)
    assert all(request.body == b"" for request in asked)


@pytest.mark.parametrize("name", TAKEN)
@pytest.mark.parametrize("status", [400, 401, 403, 405, 408, 422, 429, 500, 502, 503])
def test_who_is_refused_when_asking_about_domains_may_send_all_the_same(name: str, status: int) -> None:
    path, _ = TAKEN[name]

    with (
        service(name, {path: {"message": "no"}}, status=status) as checked,
        pytest.raises((OutcomeUnknownError, TemporaryError), match=str(status)),
    ):
        checked.check("news@example.org")


@pytest.mark.parametrize("name", ["brevo", "ses"])
@pytest.mark.parametrize("said", [[], None, "text", {}, {"authenticated": "yes"}])
def test_an_answer_about_a_domain_in_another_form_proves_nothing(name: str, said: object) -> None:
    path, _ = TAKEN[name]

    with service(name, {path: said}) as checked, pytest.raises(OutcomeUnknownError):
        checked.check("news@example.org")


@pytest.mark.parametrize("name", ["mailgun", "sendgrid", "resend", "ses"])
def test_an_account_of_which_nothing_is_said_is_not_called_wrong(name: str) -> None:
    with service(name, {PATHS[name]: {}}) as checked, pytest.raises(OutcomeUnknownError, match="does not"):
        checked.check(AUTHOR)


def test_what_is_asked_of_amazon_stands_in_the_official_specification() -> None:
    operation = specification("amazon_sesv2.service-2.json")["operations"]["GetEmailIdentity"]["http"]

    assert operation == {"method": "GET", "requestUri": f"{IDENTITIES}/{{EmailIdentity}}"}


@pytest.mark.parametrize("other", ["news%40letter.example.org", "example.org"])
def test_at_amazon_the_address_itself_or_the_domain_above_speaks_for_it(other: str) -> None:
    answers = {f"{IDENTITIES}/{DOMAIN}": PENDING, f"{IDENTITIES}/{other}": VERIFIED}

    with service("ses", answers) as checked:
        assert "it may send" in checked.check(AUTHOR)


def test_at_amazon_a_domain_for_which_nothing_else_speaks_is_an_error() -> None:
    asked: list[Request] = []
    answers = {f"{IDENTITIES}/{DOMAIN}": PENDING, f"{IDENTITIES}/example.org": PENDING}

    with (
        service("ses", answers, asked) as checked,
        pytest.raises(AccountError, match=f"not verified {DOMAIN}"),
    ):
        checked.check(AUTHOR)

    assert len(asked) == 4


@pytest.mark.parametrize(
    "said", [None, {"VerifiedForSendingStatus": False, "VerificationStatus": "TEMPORARY_FAILURE"}]
)
def test_at_amazon_a_domain_of_which_nothing_is_known_proves_nothing(said: object) -> None:
    answers = {} if said is None else {f"{IDENTITIES}/{DOMAIN}": said}

    with service("ses", answers) as checked, pytest.raises(OutcomeUnknownError, match=DOMAIN):
        checked.check(AUTHOR)


def test_a_quota_without_limit_is_not_told_as_one() -> None:
    account = {**WELL["ses"], "SendQuota": {"MaxSendRate": 14.0, "Max24HourSend": -1.0}}

    with service("ses", {PATHS["ses"]: account}) as checked:
        words = checked.check()

    assert words == "Amazon SES knows the key, and it may send in eu-central-1: 14 mails a second."


def test_at_brevo_the_domain_above_speaks_for_it() -> None:
    answers = {
        f"{BREVO}/{DOMAIN}": {"domain": DOMAIN, "authenticated": False, "verified": True},
        f"{BREVO}/example.org": {"domain": "example.org", "authenticated": True, "verified": True},
    }

    with service("brevo", answers) as checked:
        assert "Brevo knows the key" in checked.check(AUTHOR)


def test_at_brevo_a_domain_that_it_does_not_know_is_an_error() -> None:
    asked: list[Request] = []

    with service("brevo", {}, asked) as checked, pytest.raises(AccountError, match=f"authenticated {DOMAIN}"):
        checked.check(AUTHOR)

    assert [request.path for request in asked[1:]] == [f"{BREVO}/{DOMAIN}", f"{BREVO}/example.org"]


OTHERS = [(f"other-{number}.example.eu", True) for number in range(50)]


def test_at_sendgrid_a_domain_on_the_second_page_is_found() -> None:
    wrong = listed((DOMAIN, False), first=51)

    with (
        service("sendgrid", {SENDGRID: listed(*OTHERS), f"{SENDGRID}?offset=50": wrong}) as checked,
        pytest.raises(AccountError, match="DNS is not valid"),
    ):
        checked.check(AUTHOR)


def test_at_sendgrid_a_valid_entry_on_the_second_page_makes_up_for_a_wrong_one_on_the_first() -> None:
    asked: list[Request] = []
    first = listed((DOMAIN, False), *OTHERS[1:])
    answers = {SENDGRID: first, f"{SENDGRID}?offset=50": listed((DOMAIN, True), first=51)}

    with service("sendgrid", answers, asked) as checked:
        assert "it may send" in checked.check(AUTHOR)

    assert len(asked) == 3


def test_at_sendgrid_a_page_that_comes_again_is_the_last() -> None:
    page = listed(*OTHERS)

    with service("sendgrid", {SENDGRID: page, f"{SENDGRID}?offset=50": page}) as checked:
        assert "it may send" in checked.check(AUTHOR)


def test_at_sendgrid_an_entry_that_does_not_say_whether_it_is_valid_proves_nothing() -> None:
    with service("sendgrid", {SENDGRID: [{"id": 1, "domain": DOMAIN}]}) as checked:
        assert "it may send" in checked.check(AUTHOR)


@pytest.mark.parametrize(("status", "error"), [(401, AccountError), (403, OutcomeUnknownError)])
def test_at_sendgrid_a_key_that_may_not_ask_what_it_may_do_is_no_wrong_one(
    status: int, error: type[Exception]
) -> None:
    said = {"errors": [{"message": "access forbidden", "field": None}]}

    with (
        service("sendgrid", {PATHS["sendgrid"]: said}, status=status) as checked,
        pytest.raises(error, match="access forbidden"),
    ):
        checked.check(AUTHOR)


def at_resend(name: str, status: str, **more: object) -> dict[str, Any]:
    return {"data": [{"id": "1", "name": name, "status": status, **more}]}


@pytest.mark.parametrize(
    ("said", "error"),
    [
        (at_resend(DOMAIN, "partially_verified"), OutcomeUnknownError),
        (at_resend(DOMAIN, "partially_failed"), OutcomeUnknownError),
        (at_resend("example.org", "verified") | {"has_more": True}, OutcomeUnknownError),
        (at_resend(DOMAIN, "verified", capabilities={"sending": "disabled"}), AccountError),
        (at_resend(DOMAIN, "failed"), AccountError),
        (at_resend("example.org", "verified"), AccountError),
    ],
)
def test_at_resend_only_what_is_known_to_be_wrong_is_an_error(said: object, error: type[Exception]) -> None:
    with service("resend", {PATHS["resend"]: said}) as checked, pytest.raises(error):
        checked.check(AUTHOR)


def test_at_resend_a_verified_domain_is_taken() -> None:
    said = at_resend(DOMAIN.title(), "verified", capabilities={"sending": "enabled"})

    with service("resend", {PATHS["resend"]: said}) as checked:
        assert checked.check(AUTHOR) == f"Resend knows the key. Verified domains: {DOMAIN}."
