"""Brevo: what a request holds, what its readers see, and what each answer proves about them."""

import json
from collections.abc import Iterator
from dataclasses import replace
from email.headerregistry import Address
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.delivery.letter import Letter, LetterKind
from newsletter.delivery.links import FixedLinks
from newsletter.delivery.providers.brevo import CAPABILITIES, Brevo
from newsletter.delivery.values import Receipt, Recipient, Verdict
from newsletter.errors import (
    AccountError,
    OutcomeUnknownError,
    RefusedError,
    TemporaryError,
)
from newsletter.rendering.values import Slot
from newsletter.settings.model import Secret
from tests.delivery.sample_letter import filled, letter, readers, send_by, sender
from tests.stand_in.account import Account, running
from tests.stand_in.services.brevo import BrevoApi
from tests.stand_in.values import Order, Refusal

#: Everything that some provider would take for its own, or that breaks a careless encoder.
AWKWARD = (
    "%recipient.x% {{x}} {{ params.unsubscribe }} {{{y}}} {% if x %}{# no #}{% endif %} {} }} \"quoted\" 'it' \\ "
    "\r\n\t <script>1</script> ü ❤️ \u2028 &amp;"
)
BAD_ADDRESS = "not-an-address"


@pytest.fixture
def account() -> Iterator[Account]:
    with running(BrevoApi()) as found:
        yield found


def provider(account: Account) -> Brevo:
    return Brevo(base_url=f"{account.url}/prefix/", api_key=Secret("xkeysib-secret"))


def send(account: Account, to_send: Letter, recipients: list[Recipient]) -> list[Receipt]:
    return send_by(provider(account), to_send, recipients)


def say(account: Account, status: int, content: object, **headers: str) -> None:
    """Answer the next request with *content*."""
    account.say(status, json.dumps(content).encode(), **headers)


@pytest.mark.parametrize("count", [1, 2, CAPABILITIES.max_batch])
def test_each_reader_has_a_version_of_their_own_in_one_request(account: Account, count: int) -> None:
    receipts = send(account, letter(), readers(count))

    (request,) = account.requests
    assert request.path == "/prefix/v3/smtp/email"
    assert request.headers["api-key"] == "xkeysib-secret"
    assert [version["to"] for version in request.json["messageVersions"]] == [
        [{"email": reader.email, "contactPixelTrackingConsent": False}] for reader in readers(count)
    ]
    assert receipts == [
        Receipt(reader.subscriber_id, Verdict.ACCEPTED, provider_id=f"<id-of-{reader.email}>")
        for reader in readers(count)
    ]


@pytest.mark.parametrize("escapes", [False, True])
@pytest.mark.parametrize("words", ["", AWKWARD, f"{{{Slot.UNSUBSCRIBE}}}"])
def test_readers_see_what_was_written_and_their_own_links(words: str, *, escapes: bool) -> None:
    issue = letter()
    issue = replace(issue, subject=f"November {words}", html=issue.html + words, text=issue.text + words)

    with running(BrevoApi(escapes=escapes)) as account:
        send(account, issue, readers(2))

    for reader in readers(2):
        (mail,) = account.mails[reader.email]
        assert mail.subject == filled(issue.subject, issue.slots(reader))
        assert mail.html == filled(issue.html, issue.slots(reader))
        assert mail.text == filled(issue.text, issue.slots(reader))


#: Much that opens, or nearly opens, something of Brevo's.
_BRACES = st.lists(
    st.sampled_from([*"{}%#a \n", str(Slot.UNSUBSCRIBE), "params.brace", "{{params."]), max_size=12
).map("".join)


def test_any_pile_of_braces_arrives_as_it_was_written(account: Account) -> None:
    (reader,) = readers(1)
    session = provider(account).open()

    @given(_BRACES)
    def check(body: str) -> None:
        # A test mail has no key, so that each is sent.
        issue = replace(letter(kind=LetterKind.TEST), html=body)
        session.send(issue, [reader])
        assert account.mails[reader.email][-1].html == filled(body, issue.slots(reader))

    check()
    session.close()


def test_no_version_holds_anything_of_another_reader(account: Account) -> None:
    issue = letter()

    send(account, issue, readers(5))

    request = account.requests[0].json
    versions = request.pop("messageVersions")
    for own, version in enumerate(versions):
        for other, reader in enumerate(readers(5)):
            secrets = [reader.email, *issue.slots(reader).values(), issue.metadata(reader)["delivery"]]
            for secret in secrets:
                assert (secret in json.dumps(version)) is (own == other)
                assert secret not in json.dumps(request)


def test_headers_of_an_issue_go_with_each_reader(account: Account) -> None:
    issue, (reader,) = letter(), readers(1)

    send(account, issue, [reader])

    headers = dict(account.mails[reader.email][0].headers)
    assert json.loads(headers.pop("X-Mailin-custom")) == issue.metadata(reader)
    assert headers == {
        "List-Id": "N <monthly.example.org>",
        "List-Help": "<https://news.example.org/help>",
        "List-Archive": "<https://news.example.org/issues>",
        "List-Unsubscribe": f"<{issue.slots(reader)[Slot.UNSUBSCRIBE]}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "Feedback-ID": "monthly-2026-11:monthly:issue:ews-example-org",
        "Precedence": "bulk",
        "X-Auto-Response-Suppress": "OOF, AutoReply",
    }
    request = account.requests[0].json
    assert request["sender"] == {"email": "news@example.org", "name": "Network – Ünion"}
    assert request["replyTo"] == {"email": "editors@example.org", "name": "Editors"}
    assert request["tags"] == ["monthly-2026-11"]


def test_a_test_mail_has_neither_key_nor_unsubscribe_header(account: Account) -> None:
    issue = letter(kind=LetterKind.TEST)

    receipts = send(account, issue, readers(1)) + send(account, issue, readers(1))

    assert len(account.mails["reader-1@example.org"]) == 2
    assert [receipt.provider_id for receipt in receipts] == ["<id-of-reader-1@example.org>"] * 2
    assert "List-Unsubscribe" not in account.mails["reader-1@example.org"][0].headers


def test_a_repeat_sends_nothing_and_is_accepted(account: Account) -> None:
    account.orders.append(Order(cuts=True))
    with pytest.raises(OutcomeUnknownError, match="no answer"):
        send(account, letter(), readers(3))

    receipts = send(account, letter(), readers(3))

    assert [(receipt.verdict, receipt.provider_id) for receipt in receipts] == [(Verdict.ACCEPTED, "")] * 3
    assert [len(mails) for mails in account.mails.values()] == [1, 1, 1]
    first, again = account.requests
    assert first.body == again.body


def test_the_key_is_a_uuid_of_these_readers(account: Account) -> None:
    send(account, letter(), readers(3))
    send(account, letter(), readers(2))

    keys = [UUID(request.json["headers"]["idempotencyKey"]) for request in account.requests]
    assert [key.version for key in keys] == [4, 4]
    assert keys[0] != keys[1]


@pytest.mark.parametrize(
    ("status", "code", "error"),
    [
        (400, "invalid_parameter", RefusedError),
        (400, "out_of_range", RefusedError),
        (413, "", RefusedError),
        (400, "duplicate_request", OutcomeUnknownError),
        (400, "account_under_validation", AccountError),
        (400, "permission_denied", AccountError),
        (401, "unauthorized", AccountError),
        (402, "not_enough_credits", AccountError),
        (408, "", OutcomeUnknownError),
        (500, "", OutcomeUnknownError),
        (503, "", OutcomeUnknownError),
    ],
)
def test_each_error_proves_one_thing(
    account: Account, status: int, code: str, error: type[Exception]
) -> None:
    say(account, status, {"code": code, "message": "reader-1@example.org"})

    with pytest.raises(error) as caught:
        send(account, letter(), readers(2))

    assert "reader-1" not in str(caught.value)
    assert "xkeysib" not in str(caught.value)


def test_a_refused_sender_stops_the_issue(account: Account) -> None:
    say(account, 400, {"code": "invalid_parameter", "message": "The sender you used is not valid"})

    with pytest.raises(AccountError, match="sender at Brevo"):
        send(account, letter(), readers(2))


def test_an_invalid_address_refuses_the_request(account: Account) -> None:
    account.refusals[BAD_ADDRESS] = Refusal("email is not valid in to")

    with pytest.raises(RefusedError, match="not valid in to"):
        send(account, letter(), [*readers(2), Recipient(9, bytes(12), BAD_ADDRESS)])

    assert account.mails == {}


def test_too_many_requests_wait_as_long_as_asked(account: Account) -> None:
    say(account, 429, {"code": "too_many_requests", "message": ""}, Retry_After="7")

    with pytest.raises(TemporaryError) as caught:
        send(account, letter(), readers(2))

    assert caught.value.retry_after_s == 7


@pytest.mark.parametrize(
    "answer",
    [
        {},
        [],
        {"messageId": "<one>"},
        {"messageIds": ["<one>"]},
        {"messageIds": ["<one>", ""]},
        {"messageIds": ["<one>", "<two>", "<three>"]},
        {"messageIds": [1, 2]},
    ],
)
def test_an_answer_that_does_not_account_for_each_reader_leaves_a_doubt(
    account: Account, answer: object
) -> None:
    say(account, 201, answer)

    with pytest.raises(OutcomeUnknownError, match="201"):
        send(account, letter(), readers(2))


@pytest.mark.parametrize("character", ["&", "'", '"', "<", "{", "\n", "ü"])
def test_a_link_that_escaping_could_change_is_never_sent(account: Account, character: str) -> None:
    links = FixedLinks(f"https://news.example.org/{character}", "https://news.example.org/preferences")

    with pytest.raises(AccountError, match="public_url"):
        send(account, replace(letter(), links=links), readers(1))

    assert account.requests == []


@pytest.mark.parametrize(("count", "length"), [(1, 100_000), (1000, 1_000)])
def test_links_beyond_the_limits_are_never_sent(account: Account, count: int, length: int) -> None:
    links = FixedLinks(f"https://news.example.org/{'x' * length}", "https://news.example.org/preferences")

    with pytest.raises(AccountError, match="shorter public_url"):
        send(account, replace(letter(), links=links), readers(count))

    assert account.requests == []


@pytest.mark.parametrize("name", ["News {{ contact.EMAIL }}", "n" * 71])
def test_a_name_that_brevo_would_change_is_never_sent(account: Account, name: str) -> None:
    author = replace(sender(), address=Address(name, addr_spec="news@example.org"))

    with pytest.raises(AccountError, match="Change"):
        send(account, replace(letter(), sender=author), readers(1))

    assert account.requests == []


def test_a_header_that_brevo_might_fill_in_is_never_sent(account: Account) -> None:
    with pytest.raises(AccountError, match="newsletter's name"):
        send(account, letter(newsletter="News {{ contact.EMAIL }}"), readers(1))

    assert account.requests == []
