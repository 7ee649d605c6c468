"""What a provider refuses: one reader, one mail, or the whole account."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from newsletter.database import Engine
from newsletter.delivery.letter import Letter
from newsletter.delivery.providers.base import Capabilities, LookUp
from newsletter.delivery.retries import retry_at
from newsletter.delivery.sender import send_issue
from newsletter.delivery.values import Receipt, Recipient, Verdict
from newsletter.errors import AccountError, OutcomeUnknownError, RefusedError, TemporaryError
from newsletter.issues.values import IssueState
from newsletter.storage import issues
from tests.delivery.conftest import MakePost
from tests.delivery.frozen_issue import NOW, add_readers, addresses, freeze
from tests.fakes import MemoryProvider

ONE_BY_ONE = Capabilities(max_batch=10, is_one_by_one=True)
CAN_LOOK_UP = Capabilities(max_batch=10, look_up=LookUp.ABSENCE)


def test_a_refused_reader_ends_alone(engine: Engine, post: MakePost) -> None:
    add_readers(engine, 10)
    provider = MemoryProvider()

    def script(letter: Letter, recipients: Sequence[Recipient]) -> Sequence[Receipt]:
        provider.accept(letter, recipients[1:])
        return [
            Receipt(recipients[0].subscriber_id, Verdict.REFUSED, "no such user"),
            *(Receipt(reader.subscriber_id, Verdict.ACCEPTED) for reader in recipients[1:]),
        ]

    provider.script = script
    stored = freeze(engine)

    after = send_issue(post(stored, provider))

    assert after.state is IssueState.SENT
    counts = issues.counts(engine, stored.number)
    assert (counts["accepted"], counts["rejected"]) == (9, 1)


def test_a_mail_that_is_refused_whoever_it_is_for_pauses_the_issue(engine: Engine, post: MakePost) -> None:
    add_readers(engine, 10)
    provider = MemoryProvider()

    def script(_letter: Letter, _recipients: Sequence[Recipient]) -> None:
        raise RefusedError("422 what is this")

    provider.script = script
    stored = freeze(engine)

    after = send_issue(post(stored, provider))

    counts = issues.counts(engine, stored.number)
    assert after.state is IssueState.PAUSED
    assert after.reason == "the provider refuses this mail, whoever it is for: 422 what is this"
    assert (counts["rejected"], counts["queued"]) == (0, 10)


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_batch_of_bad_addresses_stops_nothing_where_the_mail_is_accepted_for_others(
    engine: Engine, post: MakePost, place: int
) -> None:
    """Wherever it stands: when it is the first, the others go before it comes again."""
    add_readers(engine, 15)
    bad = set(addresses(engine)[place * 5 : place * 5 + 5])
    provider = MemoryProvider()

    def script(_letter: Letter, recipients: Sequence[Recipient]) -> None:
        if bad & {reader.email for reader in recipients}:
            raise RefusedError("422 an address cannot be read")

    provider.script = script
    stored = freeze(engine, batch=5)

    after = send_issue(replace(post(stored, provider), connections=1))

    counts = issues.counts(engine, stored.number)
    assert after.state is IssueState.SENT
    assert (counts["accepted"], counts["rejected"]) == (10, 5)


def test_a_reader_whose_address_makes_a_request_refused_ends_alone(engine: Engine, post: MakePost) -> None:
    add_readers(engine, 40)
    provider = MemoryProvider()
    bad = addresses(engine)[17]

    def script(_letter: Letter, recipients: Sequence[Recipient]) -> None:
        if bad in {reader.email for reader in recipients}:
            raise RefusedError("422 an address cannot be read")

    provider.script = script
    stored = freeze(engine, batch=20)

    after = send_issue(post(stored, provider))

    counts = issues.counts(engine, stored.number)
    assert after.state is IssueState.SENT
    assert (counts["accepted"], counts["rejected"]) == (39, 1)
    assert sorted(provider.accepted.values()) == [1] * 39


@pytest.mark.parametrize("capabilities", [Capabilities(max_batch=10), ONE_BY_ONE])
def test_a_refused_account_pauses_the_issue_and_loses_nobody(
    engine: Engine, post: MakePost, capabilities: Capabilities
) -> None:
    add_readers(engine, 40)
    provider = MemoryProvider(capabilities)

    def script(_letter: Letter, _recipients: Sequence[Recipient]) -> None:
        raise AccountError("402 no credit")

    provider.script = script
    stored = freeze(engine)

    paused = send_issue(post(stored, provider))
    provider.script = lambda _letter, _recipients: None
    issues.set_state(engine, stored.number, IssueState.SENDING)
    after = send_issue(post(stored, provider))

    assert (paused.state, paused.reason) == (IssueState.PAUSED, "402 no credit")
    assert after.state is IssueState.SENT
    assert sorted(provider.accepted.values()) == [1] * 40


def test_small_requests_that_are_all_refused_pause_the_issue_too(engine: Engine, post: MakePost) -> None:
    add_readers(engine, 40)
    provider = MemoryProvider(Capabilities(max_batch=2))

    def script(_letter: Letter, _recipients: Sequence[Recipient]) -> None:
        raise RefusedError("422 this mail is not taken")

    provider.script = script
    stored = freeze(engine, batch=2)

    after = send_issue(replace(post(stored, provider), most_refused=10))

    assert after.state is IssueState.PAUSED
    assert issues.counts(engine, stored.number)["queued"] > 10


def test_a_service_that_answers_nothing_of_use_does_not_put_everybody_in_doubt(
    engine: Engine, post: MakePost
) -> None:
    add_readers(engine, 400)
    provider = MemoryProvider()

    def script(_letter: Letter, _recipients: Sequence[Recipient]) -> None:
        raise OutcomeUnknownError("the provider answered 503")

    provider.script = script
    stored = freeze(engine)

    with pytest.raises(TemporaryError, match="503"):
        send_issue(post(stored, provider))

    counts = issues.counts(engine, stored.number)
    assert counts["queued"] > 200
    assert counts["queued"] + counts["unknown"] == 400


@pytest.mark.parametrize("wish", [float("inf"), 1e300])
def test_a_wish_to_wait_for_ever_is_a_wait_of_a_day(wish: float) -> None:
    assert retry_at(1, wish, NOW, 0.0) == NOW + timedelta(days=1)
