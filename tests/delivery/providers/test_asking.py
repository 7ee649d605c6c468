"""Asking a provider's log about readers: what is found is theirs, what is not proves nothing, and no answer is a fault of ours."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.delivery.letter import LetterKind
from newsletter.delivery.providers.base import Provider
from newsletter.delivery.providers.postmark import Postmark
from newsletter.delivery.values import Recipient
from newsletter.errors import AccountError, OutcomeUnknownError, TemporaryError
from tests.delivery.awkward import ADDRESSES
from tests.delivery.providers.specifications import SEARCHES
from tests.delivery.reached import provider_of
from tests.delivery.sample_letter import letter, readers, send_by
from tests.stand_in.account import running
from tests.stand_in.services import SERVICES
from tests.stand_in.services.brevo import BrevoApi
from tests.stand_in.services.postmark import PostmarkApi
from tests.stand_in.serving import serving
from tests.stand_in.values import Reply, Request

METADATA = letter().metadata(readers(1)[0])
#: By provider: where its answer lists what it found, and a mail to the first reader there.
FOUND: dict[str, tuple[str, dict[str, object]]] = {
    "mailgun": ("items", {"event": "accepted", "user-variables": METADATA}),
    "sendgrid": ("messages", {"to_email": "Reader-1@example.org", "msg_id": "a"}),
    "postmark": ("Messages", {"Recipients": ["reader-1@example.org"], "Metadata": METADATA}),
    "brevo": ("events", {"email": "reader-1@example.org", "event": "requests", "tag": "monthly-2026-11"}),
}
#: What stands where something else is due.
_JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4),
    lambda parts: st.lists(parts, max_size=2) | st.dictionaries(st.text(max_size=4), parts, max_size=2),
    max_leaves=4,
)


@contextmanager
def log(name: str, *replies: Reply) -> Iterator[Provider]:
    """Run a service that gives these answers, the last one again and again, and yield the provider that asks it."""
    left = list(replies)

    def answer(_request: Request) -> Reply:
        return left.pop(0) if len(left) > 1 else left[0]

    with serving(answer) as url:
        yield provider_of(name, url)


def said(content: object, status: int = 200) -> Reply:
    return Reply(status, json.dumps(content).encode())


def found(name: str, **fields: object) -> Reply:
    """Return the answer that has a mail to the first reader, some *fields* of it changed."""
    listed, entry = FOUND[name]
    return said({listed: [entry | fields]})


@pytest.mark.parametrize("name", SEARCHES)
def test_what_is_found_is_known_also_among_what_is_no_mail(name: str) -> None:
    listed, entry = FOUND[name]

    with log(name, said({listed: [None, "text", 7, [], {}, entry]})) as asked:
        known = asked.look_up(letter(), readers(1))

    assert known == {1}


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("mailgun", {"user-variables": METADATA | {"issue": "monthly-2026-10"}}),
        ("mailgun", {"user-variables": METADATA | {"delivery": "aeba"}}),
        ("mailgun", {"user-variables": None}),
        ("sendgrid", {"to_email": "another@example.org"}),
        ("sendgrid", {"to_email": None}),
        ("postmark", {"Metadata": METADATA | {"issue": "monthly-2026-10"}}),
        # Of a service that does not tell what went along.
        ("postmark", {"Metadata": None}),
        ("brevo", {"tag": "monthly-2026-1"}),
        ("brevo", {"tag": None}),
        ("brevo", {"email": "another@example.org"}),
    ],
)
def test_another_mail_proves_nothing(name: str, fields: dict[str, object]) -> None:
    with log(name, found(name, **fields)) as asked:
        known = asked.look_up(letter(), readers(1))

    assert known == frozenset()


def test_brevos_tag_may_come_as_a_list() -> None:
    with log("brevo", found("brevo", tag='["monthly-2026-11"]')) as asked:
        known = asked.look_up(letter(), readers(1))

    assert known == {1}


# Brevo knows mails by issue and address alone.
@pytest.mark.parametrize("name", SEARCHES)
def test_a_test_mail_to_a_reader_proves_nothing(name: str) -> None:
    (reader,) = readers(1)
    with running(SERVICES[name]()) as account:
        provider = provider_of(name, account.url)
        send_by(provider, letter(kind=LetterKind.TEST), [Recipient(0, b"test" * 3, reader.email)])

        known = provider.look_up(letter(), [reader])

    assert len(account.mails[reader.email]) == 1
    assert known == frozenset()


@pytest.mark.parametrize("email", [*ADDRESSES, "a+b&limit=1#c@example.org", "o'neil=%22@example.org"])
@pytest.mark.parametrize("name", ["brevo", "mailgun", "postmark"])
def test_an_address_arrives_as_it_is_and_asks_nothing_else(name: str, email: str) -> None:
    with running(SERVICES[name]()) as account:
        provider_of(name, account.url).look_up(letter(), [Recipient(7, bytes(12), email)])

    (path,) = account.searches
    query = parse_qs(urlsplit(path).query, strict_parsing=True)
    assert query.get("recipient", query.get("email")) == [email]
    assert query.keys() <= {"recipient", "email", "messagestream", "tags", "limit", "count", "offset"}
    assert "@" not in path


def test_sendgrid_is_told_no_address() -> None:
    with running(SERVICES["sendgrid"]()) as account:
        provider_of("sendgrid", account.url).look_up(letter(), readers(1))

    assert "example" not in account.searches[0]


def test_postmark_is_asked_about_the_stream_of_the_settings() -> None:
    with running(PostmarkApi()) as account:
        for stream in ("", "monthly"):
            Postmark(base_url=account.url, stream=stream).look_up(letter(), readers(1))

    streams = [parse_qs(urlsplit(path).query)["messagestream"] for path in account.searches]
    assert streams == [["broadcast"], ["monthly"]]


@pytest.mark.parametrize("name", SEARCHES)
@pytest.mark.parametrize("body", [b"", b"<html>", b"null", b"[]", b"7", b'"text"', b"{}", b"[" * 5_000])
def test_an_answer_in_another_form_is_told_as_one(name: str, body: bytes) -> None:
    with log(name, Reply(200, body)) as asked, pytest.raises(OutcomeUnknownError) as raised:
        asked.look_up(letter(), readers(2))

    assert "reader-1" not in str(raised.value)


@pytest.mark.parametrize("name", SEARCHES)
@given(data=st.data())
@settings(max_examples=25, deadline=None)
def test_whatever_a_log_says_is_no_fault_of_the_program(name: str, data: st.DataObject) -> None:
    listed, entry = FOUND[name]
    odd = data.draw(st.fixed_dictionaries({}, optional=dict.fromkeys(entry, _JSON)))
    content = data.draw(_JSON | st.fixed_dictionaries({listed: _JSON | st.lists(st.just(odd), max_size=2)}))

    with log(name, said(content)) as asked:
        try:
            known = asked.look_up(letter(), readers(1))
        except OutcomeUnknownError:
            known = frozenset()

    assert known == frozenset()


@pytest.mark.parametrize("name", SEARCHES)
@pytest.mark.parametrize(
    ("status", "error"),
    [
        (401, AccountError),
        (403, AccountError),
        (404, AccountError),
        (429, TemporaryError),
        (500, OutcomeUnknownError),
    ],
)
def test_a_log_that_may_not_or_cannot_be_asked_is_told_without_an_address(
    name: str, status: int, error: type[Exception]
) -> None:
    reply = said({"message": "not for reader-1@example.org"}, status)

    with log(name, reply) as asked, pytest.raises(error) as raised:
        asked.look_up(letter(), readers(2))

    assert "reader-1" not in str(raised.value)


@pytest.mark.parametrize("name", SEARCHES)
def test_a_question_that_is_refused_does_not_end_the_asking(name: str) -> None:
    first, *_ = readers(1)

    with log(name, said({"message": "no address"}, 400), found(name)) as asked:
        known = asked.look_up(letter(), [Recipient(7, bytes(12), first.email), first])

    assert known == {1}


@pytest.mark.parametrize("name", SEARCHES)
@pytest.mark.parametrize("status", [429, 503])
def test_what_was_found_before_it_broke_off_is_as_good(name: str, status: int) -> None:
    with log(name, found(name), said({}, status)) as asked:
        known = asked.look_up(letter(), readers(3))

    assert known == {1}


def test_a_tag_is_the_issues_and_a_test_mails_another_one() -> None:
    with running(BrevoApi()) as account:
        provider = provider_of("brevo", account.url)
        send_by(provider, letter(), readers(1))
        send_by(provider, letter(kind=LetterKind.TEST), readers(1))

    assert [request.json["tags"] for request in account.requests] == [
        ["monthly-2026-11"],
        ["monthly-2026-11-test"],
    ]
