"""What goes to Mailgun: each reader gets their own mail out of one request."""

import json
from base64 import b64encode
from dataclasses import replace

import pytest

from newsletter.delivery.letter import Letter
from newsletter.delivery.links import FixedLinks
from newsletter.delivery.providers.mailgun import Mailgun
from newsletter.delivery.values import Receipt, Recipient, Verdict
from newsletter.errors import (
    AccountError,
    RefusedError,
)
from newsletter.rendering.values import Slot
from newsletter.settings.model import Secret
from tests.delivery.sample_letter import letter, readers, send_by, sender
from tests.stand_in.account import Account, running
from tests.stand_in.services.mailgun import MailgunApi, form_of

KEY = "key-of-the-account"


def provider(url: str) -> Mailgun:
    return Mailgun(domain="mg.example.org", api_key=Secret(KEY), base_url=url)


def sent(service: Account, to_send: Letter, recipients: list[Recipient]) -> list[Receipt]:
    return send_by(provider(service.url), to_send, recipients)


@pytest.mark.parametrize("count", [1, 2, 1_000])
def test_each_reader_gets_the_mail_that_the_letter_describes(count: int) -> None:
    issue = letter()

    with running(MailgunApi()) as service:
        receipts = sent(service, issue, readers(count))

    mails = service.mails
    assert len(service.requests) == 1
    assert len(mails) == len(receipts) == count
    for reader, receipt in zip(readers(count), receipts, strict=True):
        (mail,), links = mails[reader.email], issue.slots(reader)
        own, text, html = issue.own_headers(reader, links), issue.text, issue.html
        for slot in Slot:
            text, html = text.replace(slot, links[slot]), html.replace(slot, links[slot])
        assert (mail.subject, mail.text, mail.html) == (issue.subject, text, html)
        assert mail.author == str(issue.sender.address)
        assert {name: mail.headers[name] for name in issue.shared_headers()} == issue.shared_headers()
        assert mail.headers["Message-ID"] == own["Message-ID"]
        assert mail.headers["List-Unsubscribe"] == own["List-Unsubscribe"]
        assert mail.metadata == issue.metadata(reader)
        assert receipt == Receipt(reader.subscriber_id, Verdict.ACCEPTED, provider_id="1@mailgun.example.org")


def test_nobodys_link_stands_in_what_all_readers_share() -> None:
    issue = letter()

    with running(MailgunApi()) as service:
        sent(service, issue, readers(3))

    (form,) = map(form_of, service.requests)
    variables = json.loads(form["recipient-variables"][0])
    shared = "".join(
        value
        for name, values in form.items()
        for value in values
        if name not in {"to", "recipient-variables"}
    )
    for reader in readers(3):
        secrets = {*issue.slots(reader).values(), issue.metadata(reader)["delivery"]}
        others = json.dumps([variables[other] for other in form["to"] if other != reader.email])
        assert not any(secret in shared + others for secret in secrets)
        assert all(secret in variables[reader.email].values() for secret in secrets)


def test_p_17_the_request_goes_to_the_domain_with_the_key_and_with_tracking_off() -> None:
    with running(MailgunApi()) as service:
        session = provider(service.url + "/prefix/").open()
        session.send(letter(), readers(1))
        session.close()

    (form,) = map(form_of, service.requests)
    (request,) = service.requests
    assert request.path == "/prefix/v3/mg.example.org/messages"
    assert request.headers["Authorization"] == f"Basic {b64encode(f'api:{KEY}'.encode()).decode()}"
    assert form["o:tracking"] == form["o:tracking-clicks"] == form["o:tracking-opens"] == ["no"]
    assert form["o:suppress-headers"] == ["X-Mailgun-Variables"]


@pytest.mark.parametrize(
    "odd", ["%recipient.delivery%", "%RECIPIENT%", "%unsubscribe_url%", "a\r\nBcc: b@example.org"]
)
def test_a_value_that_mailgun_would_change_is_refused_before_anything_leaves(odd: str) -> None:
    with (
        running(MailgunApi()) as service,
        pytest.raises(AccountError, match="cannot send this letter as written"),
    ):
        sent(
            service,
            replace(
                letter(), links=FixedLinks(f"https://news.example.org/{odd}", "https://news.example.org/p")
            ),
            readers(1),
        )

    assert service.requests == []


@pytest.mark.parametrize(
    "words", ["%recipient.x%", "%recipient%", "%Recipient_name%", "%tag_unsubscribe_url%"]
)
def test_content_that_spells_a_placeholder_is_refused_before_anything_leaves(words: str) -> None:
    issues = [
        replace(letter(), subject=words),
        replace(letter(), html=f"<p>{words}</p>"),
        replace(letter(), text=f"Write {words}."),
        replace(letter(), sender=sender(public_url=f"https://news.example.org/{words}")),
    ]

    with running(MailgunApi()) as service:
        for issue in issues:
            with pytest.raises(AccountError, match="cannot send this letter as written"):
                sent(service, issue, readers(1))

    assert service.requests == []


def test_content_that_only_looks_odd_arrives_as_written() -> None:
    odd = "{{x}} {{{y}}} 100% %unknown% recipient.x% %recipients \"' <script> ❤️\r\n--\r\nContent-Disposition: form-data\n"
    issue = replace(letter(), html=odd, text=odd, subject="{{x}} 50 % \"'<b> ❤️")

    with running(MailgunApi()) as service:
        sent(service, issue, readers(1))

    (mail,) = service.mails[readers(1)[0].email]
    assert (mail.subject, mail.html, mail.text) == (issue.subject, odd, odd)


def test_a_request_larger_than_mailgun_takes_is_refused_before_it_leaves() -> None:
    with running(MailgunApi()) as service, pytest.raises(AccountError, match="Shorten the issue"):
        sent(service, replace(letter(), html="x" * 25_000_000), readers(1))

    assert service.requests == []


def test_a_line_break_cannot_begin_another_header() -> None:
    with running(MailgunApi()) as service, pytest.raises(AccountError):
        sent(service, replace(letter(), subject="News\r\nBcc: b@example.org"), readers(1))

    assert service.requests == []


@pytest.mark.parametrize(
    "email", ['"a,b@example.org"@example.org', "a b@example.org", "%recipient.x%@example.org"]
)
def test_a_request_with_an_address_that_mailgun_would_read_otherwise_does_not_leave(email: str) -> None:
    with running(MailgunApi()) as service, pytest.raises(RefusedError, match="would not read an address"):
        sent(service, letter(), [Recipient(7, bytes(12), email), *readers(1)])

    assert service.requests == []


@pytest.mark.parametrize(
    ("region", "url"),
    [
        ("", "https://api.eu.mailgun.net"),
        ("eu", "https://api.eu.mailgun.net"),
        ("us", "https://api.mailgun.net"),
    ],
)
def test_a_region_has_its_host(region: str, url: str) -> None:
    assert Mailgun(domain="mg.example.org", region=region).open().http.base_url == url


def test_an_unknown_region_is_refused_with_those_there_are() -> None:
    with pytest.raises(AccountError, match="eu, us"):
        Mailgun(domain="mg.example.org", region="moon").open()


def test_options_are_of_one_line_each_and_together_of_16_kb_at_most() -> None:
    long_name = sender("A newsletter – with a long name " * 10)

    with running(MailgunApi()) as service:
        sent(service, replace(letter(), sender=long_name), readers(2))

    (form,) = map(form_of, service.requests)
    assert not any("\n" in values[0] for name, values in form.items() if name.startswith("h:"))
    # "Send options (parameters starting with o:, h:, v:, or t:) are limited to 16KB total".
    options = [name + value for name, values in form.items() for value in values if name[1] == ":"]
    assert len("".join(options).encode()) <= 16 * 1024
