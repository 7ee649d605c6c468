"""What differs between providers that are asked about readers in doubt: who is asked about, and when."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from newsletter.database import Engine
from newsletter.delivery.doubts import MOST_ASKED
from newsletter.delivery.sender import send_issue
from newsletter.issues.values import IssueState
from newsletter.storage import doubts, issues
from tests.delivery.conftest import MakePost
from tests.delivery.frozen_issue import NOW, Clock, add_readers, addresses, freeze
from tests.delivery.reached import provider_of
from tests.stand_in.account import running
from tests.stand_in.services.brevo import BrevoApi
from tests.stand_in.services.postmark import PostmarkApi
from tests.stand_in.services.sendgrid import SendGridApi
from tests.stand_in.values import Order, Refusal, Reply

UNHEARD = Order(cuts=True)
UNSENT = Order(accepts=False, cuts=True)


@pytest.mark.parametrize("status", [401, 403, 404])
def test_an_account_without_email_activity_is_not_paused_for_it(
    engine: Engine, post: MakePost, status: int
) -> None:
    add_readers(engine, 20)
    stored = freeze(engine)
    with running(SendGridApi()) as account:
        account.orders.append(UNHEARD)
        account.answer_to_searches = Reply(status, b'{"errors": [{"message": "access forbidden"}]}')
        after = send_issue(post(stored, provider_of("sendgrid", account.url)))

    counts = issues.counts(engine, stored.number)
    assert (after.state, after.reason) == (IssueState.SENT, "")
    assert (counts["accepted"], counts["unknown"]) == (10, 10)
    assert len(account.searches) == 1


def test_sendgrid_is_asked_about_three_of_a_request(engine: Engine, post: MakePost) -> None:
    add_readers(engine, 10)
    stored = freeze(engine)
    with running(SendGridApi()) as account:
        account.orders.append(UNHEARD)
        send_issue(post(stored, provider_of("sendgrid", account.url)))

    assert issues.counts(engine, stored.number)["accepted"] == 10
    assert len(account.searches) == MOST_ASKED


def test_who_judges_each_mail_alone_is_asked_about_each_and_the_others_stay_in_doubt(
    engine: Engine, post: MakePost
) -> None:
    add_readers(engine, 10)
    stored = freeze(engine)
    with running(PostmarkApi()) as account:
        provider = provider_of("postmark", account.url)
        account.refusals = {addresses(engine)[5]: Refusal()}
        account.orders.append(UNHEARD)
        send_issue(post(stored, provider))
        first = len(account.searches)
        send_issue(post(stored, provider))

    counts = issues.counts(engine, stored.number)
    assert (counts["accepted"], counts["unknown"]) == (9, 1)
    # Not left by a person: it is asked about again, alone.
    assert doubts.undecided(engine, stored.number) == 1
    assert (first, len(account.searches)) == (10, 11)
    assert len(account.requests) == 1


def test_a_request_of_which_the_first_readers_are_not_known_is_not_asked_about_further(
    engine: Engine, post: MakePost
) -> None:
    add_readers(engine, 10)
    stored = freeze(engine)
    with running(PostmarkApi()) as account:
        account.orders.append(UNSENT)
        send_issue(post(stored, provider_of("postmark", account.url)))

    assert issues.counts(engine, stored.number)["unknown"] == 10
    assert len(account.searches) == MOST_ASKED


def test_who_knows_keys_is_asked_only_when_they_are_of_no_more_use(engine: Engine, post: MakePost) -> None:
    add_readers(engine, 10)
    stored = freeze(engine)
    with running(BrevoApi()) as account:
        provider = provider_of("brevo", account.url)
        account.habit = UNHEARD
        send_issue(post(stored, provider))
        while_keys_last = len(account.searches)
        send_issue(replace(post(stored, provider), clock=Clock(NOW + timedelta(hours=1))))

    assert while_keys_last == 0
    assert issues.counts(engine, stored.number)["accepted"] == 10
    assert set(account.accepted.values()) == {1}
    with engine.connect() as connection:
        assert connection.execute(text("SELECT settled_by FROM batches")).scalar_one() == "look-up"


def test_nobody_is_asked_once_a_person_has_stopped_it(engine: Engine, post: MakePost) -> None:
    add_readers(engine, 10)
    stored = freeze(engine)
    with running(PostmarkApi()) as account:
        provider = provider_of("postmark", account.url)
        account.is_behind = True
        account.orders.append(UNHEARD)
        send_issue(post(stored, provider))
        asked, stopped = len(account.searches), post(stored, provider)
        stopped.stop.set()
        send_issue(stopped)

    assert (asked, len(account.searches)) == (MOST_ASKED, MOST_ASKED)
