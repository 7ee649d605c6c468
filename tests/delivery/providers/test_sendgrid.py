"""SendGrid: what it is asked, and what each reader gets of it."""

from collections.abc import Iterator
from dataclasses import replace
from email.headerregistry import Address
from typing import Any

import msgspec
import pytest

from newsletter.delivery.letter import Letter, message_id, reference_text
from newsletter.delivery.providers.sendgrid import CAPABILITIES, Requests, SendGrid
from newsletter.delivery.values import Receipt, Recipient, Verdict
from newsletter.errors import AccountError, NewsletterError
from newsletter.rendering.values import Slot
from newsletter.settings.model import Secret
from tests.delivery.sample_letter import filled, letter, readers, send_by
from tests.stand_in.account import Account, running
from tests.stand_in.services.sendgrid import SendGridApi
from tests.stand_in.values import Mail, Request

KEY = "SG.very-secret"

#: What other places would fill in, run, or end a string at.
AWKWARD = "%recipient.x% {{name}} {{{name}}} -name- <% x %> [unsubscribe] \"quoted\" 'it' \\ \n\r\n\t <script>x()</script> ❤️"


@pytest.fixture
def standin() -> Iterator[Account]:
    with running(SendGridApi()) as account:
        yield account


def provider(standin: Account) -> SendGrid:
    return SendGrid(api_key=Secret(KEY), base_url=standin.url)


def send(standin: Account, to_send: Letter, recipients: list[Recipient]) -> list[Receipt]:
    return send_by(provider(standin), to_send, recipients)


def request(standin: Account, to_send: Letter, recipients: list[Recipient]) -> Request:
    send(standin, to_send, recipients)
    return standin.requests[-1]


def last_mail(standin: Account, reader: Recipient) -> Mail:
    return standin.mails[reader.email][-1]


@pytest.mark.parametrize("count", [1, 2, CAPABILITIES.max_batch])
def test_each_reader_is_accepted_and_gets_the_letter_with_their_own_links(
    standin: Account, count: int
) -> None:
    recipients, to_send = readers(count), letter()

    receipts = send(standin, to_send, recipients)

    assert receipts == [
        Receipt(recipient.subscriber_id, Verdict.ACCEPTED, provider_id="message-1")
        for recipient in recipients
    ]
    assert len(standin.requests) == 1
    for place in {0, count // 2, count - 1}:
        links = to_send.slots(recipients[place])
        (mail,) = standin.mails[recipients[place].email]
        assert (mail.html, mail.text) == (filled(to_send.html, links), filled(to_send.text, links))


def test_the_request_goes_to_the_documented_path_below_the_base_url_with_the_key(
    standin: Account,
) -> None:
    standin.url += "/prefix"

    asked = request(standin, letter(), readers(1))

    assert (asked.path, asked.headers["Authorization"]) == ("/prefix/v3/mail/send", f"Bearer {KEY}")


def test_a_full_request_of_a_large_letter_stays_within_the_bytes() -> None:
    large = replace(letter(), html=letter().html + "é" * 1_000_000)

    assert len(Requests.of(large).body(readers(CAPABILITIES.max_batch))) < CAPABILITIES.max_bytes


def test_no_readers_part_holds_anything_of_another(standin: Account) -> None:
    recipients, to_send = readers(20), letter()

    asked = request(standin, to_send, recipients)

    shared = msgspec.json.encode({**asked.json, "personalizations": []}).decode()
    parts = [msgspec.json.encode(part).decode() for part in asked.json["personalizations"]]
    for place, recipient in enumerate(recipients):
        own = {recipient.email, reference_text(recipient.ref), *to_send.slots(recipient).values()}
        for text in (shared, *parts[:place], *parts[place + 1 :]):
            assert not [value for value in own if value in text]
        assert asked.json["personalizations"][place]["to"] == [{"email": recipient.email}]


def test_headers_stand_with_each_reader_save_those_that_sendgrid_forbids(standin: Account) -> None:
    [reader], to_send = readers(1), letter()

    asked = request(standin, to_send, [reader])

    [part] = asked.json["personalizations"]
    expected = to_send.shared_headers() | to_send.own_headers(reader, to_send.slots(reader))
    assert part["headers"] == {
        name: value for name, value in expected.items() if name not in {"To", "Reply-To", "Date"}
    }
    assert part["headers"]["List-Unsubscribe"] == f"<{to_send.slots(reader)[Slot.UNSUBSCRIBE]}>"
    assert part["headers"]["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert part["headers"]["Message-ID"] == message_id(to_send.issue, reader.ref, to_send.sender)


def test_sender_and_reply_address_are_those_of_the_letter(standin: Account) -> None:
    asked = request(standin, letter(), readers(1))

    assert asked.json["from"] == {"email": "news@example.org", "name": "Network – Ünion"}
    assert asked.json["reply_to"] == {"email": "editors@example.org", "name": "Editors"}


def test_a_sender_without_a_name_and_a_reply_address_has_none(standin: Account) -> None:
    bare = replace(letter().sender, address=Address(addr_spec="news@example.org"), reply_to=None)

    asked = request(standin, replace(letter(), sender=bare), readers(1))

    assert asked.json["from"] == {"email": "news@example.org"}
    assert "reply_to" not in asked.json


def test_p_17_nothing_is_tracked_and_nothing_added(standin: Account) -> None:
    asked = request(standin, letter(), readers(1))

    tracking = asked.json["tracking_settings"]
    assert tracking.keys() == {"click_tracking", "open_tracking", "subscription_tracking", "ganalytics"}
    assert not any(value for setting in tracking.values() for value in setting.values())
    assert asked.json["mail_settings"] == {"footer": {"enable": False}}
    assert "asm" not in asked.json


def test_content_that_looks_like_a_placeholder_arrives_as_written(standin: Account) -> None:
    to_send = replace(
        letter(subject=AWKWARD.replace("\n", " ").replace("\r", " ")),
        html=f"<p>{AWKWARD}</p>{Slot.UNSUBSCRIBE}{AWKWARD}",
        text=f"{AWKWARD}{Slot.PREFERENCES}{AWKWARD}",
    )
    [reader] = readers(1)

    asked = request(standin, to_send, [reader])

    links = to_send.slots(reader)
    assert last_mail(standin, reader).html == filled(to_send.html, links)
    assert last_mail(standin, reader).text == filled(to_send.text, links)
    assert asked.json["subject"] == to_send.subject


def test_content_that_spells_another_letters_tags_arrives_as_written(standin: Account) -> None:
    [reader] = readers(1)
    tags = request(standin, letter(), [reader]).json["personalizations"][0]["substitutions"]
    to_send = replace(letter(), text=" ".join(tags))

    send(standin, to_send, [reader])

    assert last_mail(standin, reader).text == to_send.text


@pytest.mark.parametrize("part", ["subject", "html", "text"])
def test_a_tag_that_sendgrid_fills_in_itself_is_refused_before_anything_leaves(
    standin: Account, part: str
) -> None:
    changed: dict[str, Any] = {part: "Leave: <%asm_group_unsubscribe_raw_url%>"}

    with pytest.raises(AccountError, match=r"`<%asm_group_unsubscribe_raw_url`.*otherwise"):
        send(standin, replace(letter(), **changed), readers(1))

    assert standin.requests == []


def test_the_same_request_is_the_same_bytes_at_every_try() -> None:
    assert Requests.of(letter()).body(readers(3)) == Requests.of(letter()).body(readers(3))


@pytest.mark.parametrize(
    ("region", "host"), [("", "https://api.sendgrid.com"), ("eu", "https://api.eu.sendgrid.com")]
)
def test_each_region_has_its_host(region: str, host: str) -> None:
    assert SendGrid(api_key=Secret(KEY), region=region).open().http.base_url == host


def test_an_unknown_region_is_refused_rather_than_left_out() -> None:
    with pytest.raises(NewsletterError, match='no region "mars"'):
        SendGrid(api_key=Secret(KEY), region="mars").open()
