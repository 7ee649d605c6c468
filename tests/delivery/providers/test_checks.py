"""The harmless call of every provider: who answered, as whom we are known there, and what an answer does not prove."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from newsletter.delivery.providers import open_provider
from newsletter.delivery.providers.base import Provider
from newsletter.errors import AccountError, OutcomeUnknownError, TemporaryError
from newsletter.settings.model import Provider as Settings
from newsletter.settings.model import Secret
from tests.delivery.mail_server import Ledger, free_port, mail_server, scripted_server
from tests.delivery.providers.specifications import specification
from tests.stand_in.serving import serving
from tests.stand_in.values import Reply, Request

KEY = "a-secret-key"
PATHS = {
    "mailgun": "/v4/domains/mg.example.org",
    "sendgrid": "/v3/scopes",
    "postmark": "/server",
    "resend": "/domains",
    "brevo": "/v3/account",
    "ses": "/v2/email/account",
}
WELL: Mapping[str, Any] = {
    "mailgun": {"domain": {"name": "mg.example.org", "state": "active"}},
    "sendgrid": {"scopes": ["user.read", "mail.send"]},
    "postmark": {"Name": "Newsletter", "DeliveryType": "Live"},
    "resend": {"data": [{"name": "example.org", "status": "verified"}, {"name": "x", "status": "pending"}]},
    "brevo": {"companyName": "Network", "email": "owner@example.org"},
    "ses": {
        "SendingEnabled": True,
        "ProductionAccessEnabled": True,
        "SendQuota": {"MaxSendRate": 14.0, "Max24HourSend": 50_000.0},
    },
}
WORDS = {
    "mailgun": "Mailgun knows the key, and mg.example.org is active.",
    "sendgrid": "SendGrid knows the key, and it may send.",
    "postmark": "Postmark knows the token: it is of the server `Newsletter`.",
    "resend": "Resend knows the key. Verified domains: example.org.",
    "brevo": "Brevo knows the key: it is of the account `Network`.",
    "ses": "Amazon SES knows the key, and it may send in eu-central-1: 14 mails a second, 50,000 mails a day.",
}
NAMES = tuple(PATHS)


@contextmanager
def service(name: str, status: int, said: object, asked: list[str]) -> Iterator[Provider]:
    """Run a service that answers so, and yield the provider that asks it; *asked* gets each path."""

    def answer(request: Request) -> Reply:
        asked.append(request.path)
        return Reply(status, said if isinstance(said, bytes) else json.dumps(said).encode(), {})

    with serving(answer) as url:
        yield provider(name, url)


def provider(name: str, url: str) -> Provider:
    settings = Settings(
        name=name,
        domain="mg.example.org",
        region="eu-central-1" if name == "ses" else "",
        base_url=url,
        api_key=Secret(KEY),
        access_key_id=Secret("AKIDEXAMPLE"),
        secret_access_key=Secret(KEY),
    )
    return open_provider(settings, Path("nowhere"))


@pytest.mark.parametrize("name", NAMES)
def test_a_key_that_may_send_is_told_with_whom_it_belongs_to(name: str) -> None:
    asked: list[str] = []

    with service(name, 200, WELL[name], asked) as checked:
        words = checked.check()

    assert words == WORDS[name]
    assert asked == [PATHS[name]]


@pytest.mark.parametrize("name", NAMES)
def test_a_wrong_key_is_no_success_and_is_never_repeated(name: str) -> None:
    error = OutcomeUnknownError if name == "mailgun" else AccountError

    said = {"message": "wrong, says reader@example.org"}
    with service(name, 401, said, []) as checked, pytest.raises(error, match="401") as raised:
        checked.check()

    assert KEY not in str(raised.value)
    assert "reader@example.org" not in str(raised.value)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("said", [b"<html>", b"[]", b"null", b'"text"'])
def test_an_answer_in_another_form_is_no_fault_of_the_program(name: str, said: bytes) -> None:
    with service(name, 200, said, []) as checked:
        try:
            words = checked.check()
        except (AccountError, OutcomeUnknownError) as error:
            words = str(error)

    assert words.endswith((".", said.decode()))


@pytest.mark.parametrize("name", NAMES)
def test_a_service_that_is_out_of_order_proves_nothing(name: str) -> None:
    with service(name, 503, b"maintenance", []) as checked, pytest.raises(OutcomeUnknownError, match="503"):
        checked.check()


@pytest.mark.parametrize("name", NAMES)
def test_a_service_that_cannot_be_reached_is_told_with_its_place(name: str) -> None:
    port = free_port()

    with pytest.raises(TemporaryError, match=f"127.0.0.1:{port} cannot be reached"):
        provider(name, f"http://127.0.0.1:{port}").check()


@pytest.mark.parametrize(
    ("name", "said", "words"),
    [
        ("mailgun", {"domain": {"state": "unverified"}}, "mg.example.org is unverified at Mailgun"),
        ("sendgrid", {"scopes": ["user.read"]}, "may not send"),
        ("postmark", {"Name": "Tries", "DeliveryType": "Sandbox"}, "`Tries` is a sandbox"),
        ("resend", {"data": [{"name": "example.org", "status": "pending"}]}, "no verified domain"),
        ("ses", {"SendingEnabled": False}, "Sending is paused"),
        ("ses", {"SendingEnabled": True, "ProductionAccessEnabled": False}, "in the sandbox of eu-central-1"),
    ],
)
def test_an_account_that_would_deliver_nothing_is_an_error(name: str, said: object, words: str) -> None:
    with service(name, 200, said, []) as checked, pytest.raises(AccountError, match=words):
        checked.check()


def test_a_domain_that_mailgun_does_not_know_is_an_error() -> None:
    said = {"message": "Domain not found"}

    with service("mailgun", 404, said, []) as checked, pytest.raises(AccountError, match=said["message"]):
        checked.check()


def test_a_key_of_amazon_that_may_not_look_proves_nothing() -> None:
    said = {"__type": "AccessDeniedException", "message": "not authorized to perform: ses:GetAccount"}

    with service("ses", 403, said, []) as checked, pytest.raises(OutcomeUnknownError, match="may not look"):
        checked.check()


def test_a_key_of_resend_that_may_only_send_is_known() -> None:
    refusal = {"statusCode": 401, "name": "restricted_api_key", "message": "Only for sending."}

    with service("resend", 401, refusal, []) as checked:
        words = checked.check()

    assert words == "Resend knows the key: it may send, and nothing else."


def test_a_mail_server_is_greeted_and_left_without_a_mail() -> None:
    ledger = Ledger()

    with mail_server(ledger) as port:
        words = smtp(port).check()

    assert words == f"127.0.0.1:{port} lets us in, without a login, over an unencrypted line."
    assert ledger.accepted.total() == 0


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
def test_a_mail_server_that_refuses_the_login_is_an_error_without_the_password() -> None:
    with mail_server(Ledger(wants_login=True)) as port, pytest.raises(AccountError) as raised:
        smtp(port, username="newsletter").check()

    assert "refuses the login" in str(raised.value)
    assert KEY not in str(raised.value)


def test_a_mail_server_that_hangs_up_at_once_is_told() -> None:
    with scripted_server() as port, pytest.raises(TemporaryError, match="hangs up"):
        smtp(port).check()


def smtp(port: int, username: str = "") -> Provider:
    settings = Settings(
        name="smtp", host="127.0.0.1", port=port, security="none", username=username, password=Secret(KEY)
    )
    return open_provider(settings, Path("nowhere"))


def test_the_outbox_is_not_made_by_looking_at_it(tmp_path: Path) -> None:
    words = open_provider(Settings(), tmp_path / "other").check()

    assert words == f"Mails are written to {tmp_path / 'other' / 'outbox'}."
    assert not (tmp_path / "other").exists()


def test_an_outbox_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "other").write_text("a file is where the folder should be")

    with pytest.raises(AccountError, match="cannot be written"):
        open_provider(Settings(), tmp_path / "other").check()


@pytest.mark.parametrize(
    ("name", "file"), [("postmark", "postmark_server.swagger.json"), ("resend", "resend.json")]
)
def test_what_is_asked_stands_in_the_official_specification(name: str, file: str) -> None:
    assert "get" in specification(file)["paths"][PATHS[name]]


AUTHOR = "news@example.org"
#: What else is asked for an address, and what says that it is taken.
TAKEN: Mapping[str, tuple[str, Any]] = {
    "brevo": ("/v3/senders/domains/example.org", {"domain": "example.org", "authenticated": True}),
    "sendgrid": ("/v3/whitelabel/domains", [{"domain": "example.org", "valid": True}]),
    "ses": ("/v2/email/identities/example.org", {"VerifiedForSendingStatus": True}),
}
#: What says that it is not.
REFUSED: Mapping[str, Any] = {
    "mailgun": {"domain": {"name": "mg.example.org", "state": "active"}},
    "resend": {"data": [{"name": "other.example.eu", "status": "verified"}]},
    "brevo": {"domain": "example.org", "authenticated": False},
    "sendgrid": [{"domain": "example.org", "valid": False}],
    "ses": {"VerifiedForSendingStatus": False},
}


@contextmanager
def service_of(name: str, said: object, status: int = 200) -> Iterator[Provider]:
    """Run a service that knows the key, and answers *said* to what is asked about an address."""
    more, _ = TAKEN.get(name, ("", None))

    def answer(request: Request) -> Reply:
        is_more = request.path == more or not more
        return Reply(status if is_more else 200, json.dumps(said if is_more else WELL[name]).encode(), {})

    with serving(answer) as url:
        yield provider(name, url)


@pytest.mark.parametrize("name", NAMES)
def test_an_address_of_a_domain_that_it_knows_is_taken(name: str) -> None:
    _, said = TAKEN.get(name, ("", WELL[name]))

    with service_of(name, said) as checked:
        words = checked.check(AUTHOR)

    assert words == WORDS[name]


@pytest.mark.parametrize("name", REFUSED)
def test_an_address_of_a_domain_that_it_does_not_take_is_an_error(name: str) -> None:
    author = "news@example.eu" if name == "mailgun" else AUTHOR

    with service_of(name, REFUSED[name]) as checked, pytest.raises(AccountError, match=r"example\.(org|eu)"):
        checked.check(author)


@pytest.mark.parametrize("name", ["sendgrid", "ses"])
def test_a_key_that_may_not_look_at_domains_proves_nothing(name: str) -> None:
    with service_of(name, {"message": "no"}, 403) as checked, pytest.raises(OutcomeUnknownError):
        checked.check(AUTHOR)


def test_a_mail_server_is_asked_for_an_address_without_a_mail() -> None:
    ledger = Ledger()

    with mail_server(ledger) as port:
        words = smtp(port).check(AUTHOR)

    assert "lets us in" in words
    assert ledger.accepted.total() == 0


def test_a_mail_server_that_refuses_the_address_is_an_error() -> None:
    with scripted_server("550 5.7.1 no") as port, pytest.raises(AccountError, match=r"example\.org"):
        smtp(port).check(AUTHOR)
