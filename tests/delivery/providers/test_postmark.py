"""Postmark: what a request holds."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from newsletter.delivery.letter import Letter
from newsletter.delivery.providers import open_provider
from newsletter.delivery.providers.base import readers_a_request
from newsletter.delivery.providers.postmark import CAPABILITIES, Postmark
from newsletter.delivery.values import Receipt, Recipient, Verdict
from newsletter.errors import AccountError
from newsletter.rendering.values import Slot
from newsletter.settings.model import Provider as ProviderSettings
from newsletter.settings.model import Secret
from tests.delivery.sample_letter import letter, readers, send_by, transactional_letter
from tests.stand_in.account import Account, running
from tests.stand_in.services.postmark import PostmarkApi

#: What other services would take for their own, or what breaks a careless encoder.
AWKWARD = "%recipient.x% {{x}} {{{x}}} -sub- \"quoted\" 'it' \\ \r\n\t <script>1</script> ü ❤️ \u2028 &amp;"


@pytest.fixture
def server() -> Iterator[Account]:
    with running(PostmarkApi()) as found:
        yield found


def provider(server: Account) -> Postmark:
    return Postmark(base_url=server.url, api_key=Secret("server-token"))


def send(server: Account, to_send: Letter, recipients: list[Recipient]) -> list[Receipt]:
    return send_by(provider(server), to_send, recipients)


def test_each_reader_has_a_mail_of_their_own_in_one_request(server: Account) -> None:
    for count in (1, 2, CAPABILITIES.max_batch):
        receipts = send(server, letter(), readers(count))

        request = server.requests[-1]
        assert request.path == "/email/batch"
        assert [mail["To"] for mail in request.json] == [reader.email for reader in readers(count)]
        assert receipts == [
            Receipt(reader.subscriber_id, Verdict.ACCEPTED, provider_id=f"id of {reader.email}")
            for reader in readers(count)
        ]
    assert len(server.requests) == 3


@pytest.mark.parametrize("where", ["subject", "html", "text"])
@pytest.mark.parametrize("placeholder", ["{{{ pm:unsubscribe }}}", "{{{PM:unsubscribe_url}}}", "{{pm:x}}"])
def test_a_placeholder_of_postmarks_own_is_refused_before_anything_leaves(
    server: Account, where: str, placeholder: str
) -> None:
    words = f"{AWKWARD} {placeholder}"
    issues = {
        "subject": replace(letter(), subject=words),
        "html": replace(letter(), html=words),
        "text": replace(letter(), text=words),
    }

    with pytest.raises(AccountError, match="Write it otherwise"):
        send(server, issues[where], readers(2))

    assert not server.requests


def test_a_mail_names_its_sender_and_carries_the_headers_of_a_list(server: Account) -> None:
    issue, (reader,) = letter(), readers(1)

    send(server, issue, [reader])

    (mail,) = server.requests[0].json
    assert mail["From"] == "Network – Ünion <news@example.org>"
    assert mail["ReplyTo"] == "Editors <editors@example.org>"
    headers = {header["Name"]: header["Value"] for header in mail["Headers"]}
    expected = (
        issue.shared_headers() | issue.own_headers(reader, issue.slots(reader)) | {"X-PM-KeepID": "true"}
    )
    assert headers == {
        name: value for name, value in expected.items() if name not in {"To", "Reply-To", "Date"}
    }
    assert len(headers) == len(mail["Headers"])
    assert headers["List-Unsubscribe"] == f"<{issue.slots(reader)[Slot.UNSUBSCRIBE]}>"
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_p_17_nothing_is_tracked(server: Account) -> None:
    send(server, letter(), readers(2))

    for mail in server.requests[0].json:
        assert mail["TrackOpens"] is False
        assert mail["TrackLinks"] == "None"


@pytest.mark.parametrize(("stream", "expected"), [("", "broadcast"), ("news", "news")])
def test_a_newsletter_goes_by_a_stream_for_many(server: Account, stream: str, expected: str) -> None:
    Postmark(base_url=server.url, stream=stream).open().send(letter(), readers(2))

    assert {mail["MessageStream"] for mail in server.requests[0].json} == {expected}


@pytest.mark.parametrize(
    ("section", "stream", "issues", "to_one"),
    [
        ("provider", "", "broadcast", "outbound"),
        # A stream that was chosen for issues takes no mail to one person.
        ("provider", "news", "news", "outbound"),
        ("transactional", "", "broadcast", "outbound"),
        ("transactional", "receipts", "broadcast", "receipts"),
    ],
)
def test_a_transactional_mail_never_goes_by_a_stream_for_many(
    server: Account, section: str, stream: str, issues: str, to_one: str
) -> None:
    settings = ProviderSettings(name="postmark", api_key=Secret("key"), stream=stream, base_url=server.url)
    chosen = open_provider(settings, Path(), section=section)

    send_by(chosen, letter(), readers(1))
    send_by(chosen, transactional_letter(), readers(1))

    assert [request.json[0]["MessageStream"] for request in server.requests] == [issues, to_one]


def test_as_many_readers_as_fit_into_a_request_stay_below_its_bytes(server: Account) -> None:
    issue = replace(letter(), html='"ü' * 100_000)
    count = readers_a_request(CAPABILITIES, [issue])

    send(server, issue, readers(count))

    assert 1 < count < CAPABILITIES.max_batch
    assert len(server.requests[0].body) <= CAPABILITIES.max_bytes


def test_metadata_is_of_the_length_that_postmark_takes(server: Account) -> None:
    send(server, letter(), readers(CAPABILITIES.max_batch))

    for mail in server.requests[0].json:
        assert all(isinstance(value, str) and len(value) <= 80 for value in mail["Metadata"].values())
