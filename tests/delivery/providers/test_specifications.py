"""What each provider sends is what the official specification of its service describes."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from email.headerregistry import Address

import msgspec
import pytest

from newsletter.database import Engine
from newsletter.delivery.letter import Letter, LetterKind
from newsletter.delivery.providers import capabilities_of
from newsletter.delivery.providers.base import LookUp
from newsletter.delivery.sender import send_issue
from newsletter.delivery.units import send_unit
from newsletter.delivery.values import Recipient
from newsletter.errors import AccountError
from tests.delivery.awkward import ADDRESSES, LINKS, WORDS, OddLinks, written
from tests.delivery.conftest import MakePost
from tests.delivery.frozen_issue import add_readers, freeze
from tests.delivery.providers.specifications import (
    OPERATIONS,
    SEARCHES,
    broken,
    violations,
    violations_of_search,
)
from tests.delivery.reached import provider_of
from tests.delivery.sample_letter import golden_letter, letter, readers, send_by, sender, transactional_letter
from tests.stand_in.account import Account, running
from tests.stand_in.services import SERVICES


@pytest.fixture(params=SERVICES)
def name(request: pytest.FixtureRequest) -> str:
    found: str = request.param
    return found


@pytest.fixture
def account(name: str) -> Iterator[Account]:
    with running(SERVICES[name]()) as found:
        yield found


def all_violations(name: str, account: Account) -> list[str]:
    return [words for request in account.requests for words in violations(name, request)]


@pytest.mark.parametrize("count", ["one", "two", "most"])
def test_a_request_is_as_specified_for_any_number_of_readers(account: Account, name: str, count: str) -> None:
    provider = provider_of(name, account.url)

    send_by(provider, letter(), readers({"one": 1, "two": 2, "most": provider.capabilities.max_batch}[count]))

    assert len(account.requests) == 1
    assert all_violations(name, account) == []


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_both_requests_are_as_specified_for_one_reader_more_than_a_request_holds(
    engine: Engine, post: MakePost, account: Account, name: str
) -> None:
    provider = provider_of(name, account.url)
    add_readers(engine, provider.capabilities.max_batch + 1)

    send_issue(post(freeze(engine, batch=provider.capabilities.max_batch), provider))

    assert len(account.requests) == 2
    assert all_violations(name, account) == []


@pytest.mark.parametrize(
    "issue",
    [
        pytest.param(golden_letter(), id="golden"),
        pytest.param(letter(kind=LetterKind.TEST), id="test mail"),
        pytest.param(transactional_letter(), id="transactional mail"),
        pytest.param(replace(letter(), sender=sender("A newsletter – with a name " * 10)), id="long name"),
        pytest.param(
            replace(
                letter(), sender=replace(sender(), address=Address("Ü" * 70, addr_spec="news@example.org"))
            ),
            id="long author",
        ),
    ],
)
def test_a_request_is_as_specified_for_each_kind_of_letter(
    account: Account, name: str, issue: Letter
) -> None:
    send_by(provider_of(name, account.url), issue, readers(2))

    assert len(account.requests) == 1
    assert all_violations(name, account) == []


@pytest.mark.parametrize("kind", WORDS)
def test_a_request_is_as_specified_whatever_was_written(account: Account, name: str, kind: str) -> None:
    # The contract says which of them is refused.
    with suppress(AccountError):
        send_by(provider_of(name, account.url), written(kind), readers(2))

    assert all_violations(name, account) == []


@pytest.mark.parametrize("odd", LINKS)
def test_a_request_is_as_specified_whatever_links_end_in(account: Account, name: str, odd: str) -> None:
    with suppress(AccountError):
        send_by(provider_of(name, account.url), replace(letter(), links=OddLinks(odd)), readers(2))

    assert all_violations(name, account) == []


def test_a_request_is_as_specified_whatever_addresses_are_like(account: Account, name: str) -> None:
    session = provider_of(name, account.url).open()
    for place, email in enumerate(ADDRESSES):
        send_unit(session, letter(f"News {place}"), [Recipient(7, bytes(12), email), *readers(1)])
    session.close()

    assert account.requests
    assert all_violations(name, account) == []


@pytest.mark.parametrize("name", SEARCHES, indirect=True)
def test_what_is_asked_about_readers_is_as_specified(account: Account, name: str) -> None:
    odd = [Recipient(7, bytes(12), email) for email in ADDRESSES]

    provider_of(name, account.url).look_up(letter(), [*odd, *readers(1)])

    assert len(account.searches) == len(odd) + 1
    assert [words for asked in account.searches for words in violations_of_search(name, asked)] == []


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (b"[]", ["body is no object"]),
        (b"{}", ["body lacks some of ['a']"]),
        (b'{"a": 1, "b": ["x", "x"]}', ["body.a is no string", "body.b repeats some: True"]),
        (b'{"a": "long", "c": 1}', ["body.a is longer than 3", "body.c is not listed"]),
        (b'{"a": "no", "b": []}', []),
    ],
)
def test_what_breaks_a_specification_is_found(value: bytes, words: list[str]) -> None:
    schema = {
        "type": "object",
        "required": ["a"],
        "properties": {
            "a": {"type": "string", "maxLength": 3},
            "b": {"type": "array", "items": {"type": "string"}, "uniqueItems": True},
        },
    }

    assert list(broken({}, schema, msgspec.json.decode(value), "body")) == words


def test_each_service_has_a_specification() -> None:
    assert set(OPERATIONS) == set(SERVICES)
    assert set(SEARCHES) == {name for name in SERVICES if capabilities_of(name).look_up is not LookUp.NOTHING}
