"""A request in doubt goes again under its key: as it was, while the provider remembers it, and if nobody has left."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from newsletter.database import Engine
from newsletter.delivery.keys import Keys
from newsletter.delivery.letter import Letter
from newsletter.delivery.links import LinkMaker
from newsletter.delivery.providers.base import Capabilities
from newsletter.delivery.sender import send_issue
from newsletter.delivery.values import ClaimedBatch, Receipt, Recipient
from newsletter.errors import OutcomeUnknownError, RefusedError, TemporaryError
from newsletter.issues.values import IssueState
from newsletter.storage import issues
from newsletter.storage.claiming import claim
from newsletter.storage.issues import StoredIssue
from subscribers.tokens import TokenKeys
from tests.delivery.conftest import MakePost
from tests.delivery.frozen_issue import NOW, Clock, add_readers, addresses, freeze, letters
from tests.fakes import MemoryProvider

WITH_KEYS = Capabilities(max_batch=10, key_window_s=24 * 3600)
ANOTHER_KEY = TokenKeys.from_secrets(["YW5vdGhlci1rZXktb2Ytc29tZS1vdGhlci10aW1lLTEyMw"])


@dataclass
class KeyedProvider(MemoryProvider):
    """Sends what came under a known key once, and answers it as the first time; loses answers as it is told."""

    capabilities: Capabilities = WITH_KEYS
    #: How many answers are lost after the request was accepted.
    lost: int = 0
    #: How many requests are lost before they are accepted.
    swallowed: int = 0
    answers: dict[str, list[Receipt]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.script = self._answer

    def _answer(self, letter: Letter, recipients: Sequence[Recipient]) -> Sequence[Receipt]:
        if self.swallowed:
            self.swallowed -= 1
            raise OutcomeUnknownError("cut before")
        key = letter.request_key(recipients)
        if key not in self.answers:
            self.answers[key] = self.accept(letter, recipients)
        if self.lost:
            self.lost -= 1
            raise OutcomeUnknownError("cut after")
        return self.answers[key]


def settled_by(engine: Engine) -> set[str]:
    with engine.connect() as connection:
        return set(connection.execute(text("SELECT settled_by FROM batches")).scalars())


def die_holding(
    engine: Engine, stored: StoredIssue, provider: KeyedProvider, *, accepted: bool
) -> ClaimedBatch:
    """Be a sender that claims a batch of ten, has it accepted or not, and dies before it says so."""
    made = letters(engine, stored)
    with engine.begin() as connection:
        batch = claim(connection, stored.number, sender="dead", one_by_one=False, now=NOW)
        assert batch is not None
        Keys(provider, made).fix(connection, batch, NOW)
    if accepted:
        provider.script(made[batch.variant], batch.recipients)
    return batch


@pytest.mark.parametrize("lost", [1, 3])
def test_an_answer_that_was_lost_is_asked_for_again(engine: Engine, post: MakePost, lost: int) -> None:
    add_readers(engine, 25)
    provider = KeyedProvider(lost=lost)

    after = send_issue(post(freeze(engine), provider))

    assert after.state is IssueState.SENT
    assert provider.accepted == dict.fromkeys(addresses(engine), 1)
    assert issues.counts(engine, after.number)["accepted"] == 25
    assert "resend" in settled_by(engine)


def test_a_request_that_was_lost_on_the_way_reaches_its_readers_after_all(
    engine: Engine, post: MakePost
) -> None:
    add_readers(engine, 25)
    provider = KeyedProvider(swallowed=2)

    after = send_issue(post(freeze(engine), provider))

    assert provider.accepted == dict.fromkeys(addresses(engine), 1)
    assert issues.counts(engine, after.number)["unknown"] == 0


@pytest.mark.parametrize("accepted", [True, False])
def test_what_a_dead_sender_held_goes_again_under_its_key(
    engine: Engine, post: MakePost, *, accepted: bool
) -> None:
    add_readers(engine, 25)
    provider = KeyedProvider()
    stored = freeze(engine)
    die_holding(engine, stored, provider, accepted=accepted)

    after = send_issue(post(stored, provider))

    assert after.state is IssueState.SENT
    assert provider.accepted == dict.fromkeys(addresses(engine), 1)
    assert issues.counts(engine, stored.number)["unknown"] == 0


@pytest.mark.parametrize("hours", [1.0, 2.0])
def test_a_request_is_not_repeated_when_its_key_may_be_forgotten(
    engine: Engine, post: MakePost, hours: float
) -> None:
    add_readers(engine, 25)
    provider = KeyedProvider(capabilities=replace(WITH_KEYS, key_window_s=3600))
    stored = freeze(engine)
    die_holding(engine, stored, provider, accepted=True)
    # What is remembered an hour is not asked for in its last five minutes.
    late = replace(post(stored, provider), clock=Clock(NOW + timedelta(hours=hours) - timedelta(minutes=5)))

    send_issue(late)

    assert sum(provider.accepted.values()) == 25
    assert issues.counts(engine, stored.number)["unknown"] == 10


def test_a_request_is_not_repeated_when_one_of_its_readers_has_left(engine: Engine, post: MakePost) -> None:
    add_readers(engine, 25)
    provider = KeyedProvider()
    stored = freeze(engine)
    batch = die_holding(engine, stored, provider, accepted=False)
    with engine.begin() as connection:
        gone = {"id": batch.recipients[3].subscriber_id}
        connection.execute(text("UPDATE subscribers SET state = 'unsubscribed' WHERE id = :id"), gone)

    send_issue(post(stored, provider))

    assert sum(provider.accepted.values()) == 15
    assert issues.counts(engine, stored.number)["unknown"] == 10


@pytest.mark.parametrize("change", ["address", "erased", "links", "provider"])
def test_a_request_that_would_be_another_one_now_is_not_repeated(
    engine: Engine, post: MakePost, change: str
) -> None:
    add_readers(engine, 25)
    provider = KeyedProvider()
    stored = freeze(engine)
    reader = die_holding(engine, stored, provider, accepted=False).recipients[3].subscriber_id
    made = post(stored, provider)
    with engine.begin() as connection:
        if change == "address":
            connection.execute(
                text("UPDATE subscribers SET email = 'new@example.org' WHERE id = :id"), {"id": reader}
            )
        elif change == "erased":
            connection.execute(text("DELETE FROM subscriptions WHERE subscriber_id = :id"), {"id": reader})
            connection.execute(text("DELETE FROM subscribers WHERE id = :id"), {"id": reader})
    if change == "links":
        links = LinkMaker.for_issue("https://news.example.org", ANOTHER_KEY, stored.id)
        made = replace(
            made, letters={number: replace(letter, links=links) for number, letter in made.letters.items()}
        )
    elif change == "provider":
        provider.name = "another"

    send_issue(made)

    assert sum(provider.accepted.values()) == 15
    assert issues.counts(engine, stored.number)["unknown"] == 10


def test_a_request_that_went_in_parts_is_never_repeated_whole(engine: Engine, post: MakePost) -> None:
    add_readers(engine, 10)
    provider = KeyedProvider()
    whole = provider.script
    seen: list[int] = []

    def refuse_whole_then_die(letter: Letter, recipients: Sequence[Recipient]) -> Sequence[Receipt] | None:
        seen.append(len(recipients))
        if len(recipients) == 10:
            raise RefusedError("400 one of them")
        if len(seen) == 4:
            whole(letter, recipients)
            raise OutcomeUnknownError("cut")
        return whole(letter, recipients)

    provider.script = refuse_whole_then_die

    send_issue(post(freeze(engine), provider))

    assert seen == [10, 1, 1, 1, 7]
    assert max(provider.accepted.values()) == 1
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT key_until, in_parts FROM batches")).all()
    assert [(until, bool(in_parts)) for until, in_parts in rows] == [(None, True)]


def test_a_provider_that_never_answers_is_not_asked_for_ever(engine: Engine, post: MakePost) -> None:
    add_readers(engine, 10)
    provider = KeyedProvider(lost=1_000)
    stored = freeze(engine)

    after = send_issue(replace(post(stored, provider), clock=Clock(step=timedelta(minutes=5))))

    assert after.state is IssueState.SENT
    assert provider.requests == 6
    assert issues.counts(engine, stored.number)["unknown"] == 10


def test_an_issue_that_counts_as_sent_still_settles_its_doubts(engine: Engine, post: MakePost) -> None:
    add_readers(engine, 10)
    provider = KeyedProvider(lost=6)
    stored = freeze(engine)
    quick = replace(post(stored, provider), clock=Clock(step=timedelta(minutes=5)))
    send_issue(quick)

    after = send_issue(quick)

    assert (after.state, provider.requests) == (IssueState.SENT, 7)
    assert issues.counts(engine, stored.number)["accepted"] == 10
    assert max(provider.accepted.values()) == 1


def test_a_paused_issue_repeats_nothing(engine: Engine, post: MakePost) -> None:
    add_readers(engine, 10)
    provider = KeyedProvider()
    stored = freeze(engine)
    die_holding(engine, stored, provider, accepted=False)
    issues.set_state(engine, stored.number, IssueState.PAUSED)

    send_issue(post(stored, provider))

    assert provider.requests == 0


def test_a_service_that_is_away_keeps_the_doubt_until_it_is_back(engine: Engine, post: MakePost) -> None:
    add_readers(engine, 10)
    provider = KeyedProvider()
    stored = freeze(engine)
    die_holding(engine, stored, provider, accepted=True)
    answer = provider.script
    failures = iter([TemporaryError("refused")] * 3)

    def away(letter: Letter, recipients: Sequence[Recipient]) -> Sequence[Receipt] | None:
        if failure := next(failures, None):
            raise failure
        return answer(letter, recipients)

    provider.script = away

    send_issue(post(stored, provider))

    assert issues.counts(engine, stored.number)["accepted"] == 10
    assert max(provider.accepted.values()) == 1


def test_without_keys_nothing_is_repeated(engine: Engine, post: MakePost) -> None:
    add_readers(engine, 10)
    provider = KeyedProvider(capabilities=Capabilities(max_batch=10), lost=1)
    stored = freeze(engine)

    send_issue(post(stored, provider))
    send_issue(post(stored, provider))

    assert provider.requests == 1
    assert issues.counts(engine, stored.number)["unknown"] == 10
