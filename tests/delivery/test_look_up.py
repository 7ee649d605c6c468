"""A provider that keeps a log is asked about readers in doubt: whom it knows, it accepted; silence proves nothing."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from newsletter.database import Engine
from newsletter.delivery.doubts import MOST_ASKED, REMEMBERED
from newsletter.delivery.sender import send_issue
from newsletter.issues.values import IssueState
from newsletter.storage import issues
from newsletter.storage.doubts import undecided
from newsletter.storage.issues import StoredIssue
from tests.delivery.conftest import MakePost
from tests.delivery.frozen_issue import NOW, Clock, add_readers, freeze
from tests.delivery.reached import provider_of
from tests.stand_in.account import Account, running
from tests.stand_in.services.mailgun import MailgunApi
from tests.stand_in.values import Order, Reply

UNHEARD = Order(cuts=True)
UNSENT = Order(accepts=False, cuts=True)


@pytest.fixture
def account() -> Iterator[Account]:
    with running(MailgunApi()) as found:
        yield found


@pytest.fixture
def stored(engine: Engine) -> StoredIssue:
    """An issue in one batch of ten readers."""
    add_readers(engine, 10)
    return freeze(engine)


def settled_by(engine: Engine) -> set[str]:
    with engine.connect() as connection:
        return set(connection.execute(text("SELECT settled_by FROM batches")).scalars())


def test_whom_the_provider_knows_is_no_longer_in_doubt(
    engine: Engine, stored: StoredIssue, post: MakePost, account: Account
) -> None:
    account.orders.append(UNHEARD)

    after = send_issue(post(stored, provider_of("mailgun", account.url)))

    counts = issues.counts(engine, stored.number)
    assert after.state is IssueState.SENT
    assert (counts["accepted"], counts["unknown"]) == (10, 0)
    assert settled_by(engine) == {"look-up"}
    assert set(account.accepted.values()) == {1}


def test_of_a_request_for_all_or_for_none_one_reader_proves_all(
    engine: Engine, stored: StoredIssue, post: MakePost, account: Account
) -> None:
    account.orders.append(UNHEARD)

    send_issue(post(stored, provider_of("mailgun", account.url)))

    assert len(account.searches) == MOST_ASKED


def test_whom_the_provider_does_not_know_stays_in_doubt_and_is_sent_nothing(
    engine: Engine, stored: StoredIssue, post: MakePost, account: Account
) -> None:
    account.orders.append(UNSENT)

    send_issue(post(stored, provider_of("mailgun", account.url)))
    send_issue(post(stored, provider_of("mailgun", account.url)))

    counts = issues.counts(engine, stored.number)
    assert (counts["accepted"], counts["unknown"]) == (0, 10)
    assert len(account.requests) == 1
    assert len(account.searches) == 2 * MOST_ASKED


def test_a_log_that_is_behind_is_asked_again(
    engine: Engine, stored: StoredIssue, post: MakePost, account: Account
) -> None:
    account.orders.append(UNHEARD)
    account.is_behind = True
    send_issue(post(stored, provider_of("mailgun", account.url)))
    before = issues.counts(engine, stored.number)["unknown"]
    account.is_behind = False

    send_issue(post(stored, provider_of("mailgun", account.url)))

    assert (before, issues.counts(engine, stored.number)["unknown"]) == (10, 0)


def test_readers_of_a_batch_that_went_in_parts_are_asked_about_singly(
    engine: Engine, stored: StoredIssue, post: MakePost, account: Account
) -> None:
    # The whole, three probes, and the rest, of which nobody hears whether it was accepted: it was not.
    refused = Order(accepts=False, reply=Reply(400, b'{"message": "to parameter is not a valid address"}'))
    account.orders += [refused, Order(), Order(), Order(), UNSENT]

    send_issue(post(stored, provider_of("mailgun", account.url)))

    counts = issues.counts(engine, stored.number)
    assert (counts["accepted"], counts["unknown"]) == (3, 7)
    assert len(account.searches) == 7


def test_whom_it_does_not_know_of_such_a_batch_stays_in_doubt_and_is_asked_about_again(
    engine: Engine, stored: StoredIssue, post: MakePost, account: Account
) -> None:
    refused = Order(accepts=False, reply=Reply(400, b'{"message": "to parameter is not a valid address"}'))
    # Of three probes the last is accepted and nobody hears of it; the rest is lost.
    account.orders += [refused, Order(), Order(), UNHEARD, UNSENT]
    made = post(stored, provider_of("mailgun", account.url))
    send_issue(made)
    first = len(account.searches)

    send_issue(made)

    counts = issues.counts(engine, stored.number)
    assert (counts["accepted"], counts["unknown"]) == (3, 7)
    assert undecided(engine, stored.number) == 7
    assert (first, len(account.searches)) == (8, 8 + 7)


@pytest.mark.parametrize("status", [401, 404, 429, 500])
def test_a_provider_that_does_not_answer_the_question_stops_nothing(
    engine: Engine, stored: StoredIssue, post: MakePost, account: Account, status: int
) -> None:
    account.orders.append(UNHEARD)
    account.answer_to_searches = Reply(status, b"{}")

    after = send_issue(post(stored, provider_of("mailgun", account.url)))

    assert (after.state, after.reason) == (IssueState.SENT, "")
    assert issues.counts(engine, stored.number)["unknown"] == 10


def test_what_no_log_holds_any_more_is_not_asked_for(
    engine: Engine, stored: StoredIssue, post: MakePost, account: Account
) -> None:
    account.orders.append(UNHEARD)
    account.is_behind = True
    send_issue(post(stored, provider_of("mailgun", account.url)))
    asked = len(account.searches)

    late = Clock(NOW + REMEMBERED + timedelta(hours=1))
    send_issue(replace(post(stored, provider_of("mailgun", account.url)), clock=late))

    assert len(account.searches) == asked
