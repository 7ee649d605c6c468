"""Mails that answer requests: each leaves once, whatever the provider answers and whoever dies."""

import secrets
from dataclasses import replace

import pytest
from sqlalchemy import Engine, select

from subscribers.mails import Outcome, Sent
from subscribers.requests import Kind, RequestState
from subscribers.states import State
from subscribers.storage import SubscriberStorage, subscriptions, suppress
from subscribers.storage.tables import requests
from subscribers.suppression import Suppression
from tests.subscribers.browser import AddReader, Browser
from tests.subscribers.postman import Postman

READER = "reader@example.org"


def state_of_request(engine: Engine) -> str:
    with engine.connect() as connection:
        return str(connection.execute(select(requests.c.state)).scalar_one())


def test_what_the_provider_puts_off_leaves_later_and_counts_for_no_limit(
    postman: Postman, engine: Engine
) -> None:
    postman.sign_up(READER)
    postman.mailboxes.answer = Sent(outcome=Outcome.LATER, wait_s=60)
    for _ in range(5):
        postman.deliver()
        postman.wait(61)
    tries = len(postman.mailboxes.mails)

    postman.mailboxes.answer = Sent(outcome=Outcome.ACCEPTED)
    postman.wait(900)
    postman.deliver()

    assert tries > 2
    assert state_of_request(engine) == RequestState.MAILED


def test_a_mail_in_doubt_leaves_once_more_with_the_same_links(postman: Postman, engine: Engine) -> None:
    postman.sign_up(READER)
    postman.mailboxes.answer = Sent(outcome=Outcome.UNKNOWN)
    for _ in range(5):
        postman.deliver()
        postman.wait(400)

    first, second = postman.mailboxes.mails

    assert first == second
    assert state_of_request(engine) == RequestState.SENDING


def test_an_address_that_the_provider_refuses_is_forgotten(postman: Postman, engine: Engine) -> None:
    postman.sign_up(READER)
    postman.mailboxes.answer = Sent(outcome=Outcome.REFUSED, words=f"no such mailbox {READER}")
    postman.deliver()
    postman.wait(1000)
    postman.deliver()

    assert len(postman.mailboxes.mails) == 1
    with engine.connect() as connection:
        row = connection.execute(select(requests)).one()
    assert (row.state, row.email, row.payload) == (RequestState.DROPPED, "", "")


def test_an_account_that_is_refused_ends_the_round_and_is_told(postman: Postman) -> None:
    for number in range(5):
        postman.sign_up(f"reader{number}@example.org")
    postman.mailboxes.answer = Sent(
        outcome=Outcome.LATER, words="the provider refuses us (401)", is_about_us=True
    )

    done = postman.deliver()

    assert done.alarm == "the provider refuses us (401)"
    assert len(postman.mailboxes.mails) == 1


def test_a_sender_that_died_is_made_up_for_once(postman: Postman, engine: Engine) -> None:
    postman.sign_up(READER)
    mailroom = postman.mailroom
    (due,) = mailroom.queue.waiting(mailroom.clock(), 10)
    claimed = mailroom.queue.claim(due, secrets.token_bytes(12), mailroom.limits, mailroom.clock())
    at_once = postman.deliver().accepted

    postman.wait(301)
    later = postman.deliver().accepted

    assert claimed is not None
    assert (at_once, later) == (0, 1)


def test_two_senders_never_take_one_request(postman: Postman) -> None:
    postman.sign_up(READER)
    mailroom = postman.mailroom
    (due,) = mailroom.queue.waiting(mailroom.clock(), 10)

    claims = [
        mailroom.queue.claim(due, secrets.token_bytes(12), mailroom.limits, mailroom.clock())
        for _ in range(2)
    ]

    assert [claim is not None for claim in claims] == [True, False]


def test_readers_imported_without_evidence_are_asked_slowly_and_keep_what_they_were_imported_with(
    postman: Postman, add_reader: AddReader, storage: SubscriberStorage, engine: Engine
) -> None:
    for number in range(200):
        add_reader(
            f"reader{number}@example{number}.eu", state="pending", confirmed_at=None, digests=("weekly",)
        )
    with engine.begin() as connection:
        connection.execute(subscriptions.update().values(topics='["green"]'))

    postman.deliver()
    first = len(postman.mailboxes.mails)
    postman.wait(10)
    postman.deliver()
    second = len(postman.mailboxes.mails) - first
    postman.press(postman.link("reader0@example0.eu"))

    reader = storage.find_by_key("reader0@example0.eu")
    assert (first, second) == (150, 5)
    assert {mail.kind for mail in postman.mailboxes.mails} == {Kind.INVITATION}
    assert reader is not None
    assert reader.state is State.ACTIVE
    assert reader.wanted["weekly"].topics == ("green",)


def test_nobody_is_invited_twice(postman: Postman, add_reader: AddReader) -> None:
    add_reader(READER, state="pending", confirmed_at=None)

    for _ in range(5):
        postman.deliver()
        postman.wait(24 * 3600)

    assert len(postman.mailboxes.of(READER)) == 1


@pytest.mark.parametrize("suppressed", ["unsubscribed", "bounce", "complaint", "block"])
def test_who_was_suppressed_after_the_import_is_not_invited(
    postman: Postman, add_reader: AddReader, suppressed: str
) -> None:
    add_reader(READER, state="pending", confirmed_at=None, suppressed=suppressed)

    postman.deliver()

    assert postman.mailboxes.mails == []


def test_a_welcome_to_whoever_bounced_meanwhile_does_not_leave(
    postman: Postman, engine: Engine, storage: SubscriberStorage
) -> None:
    postman.subscribe(READER)
    reader = storage.find_by_key(READER)
    assert reader is not None
    with engine.begin() as connection:
        suppress(connection, [reader.id], Suppression.BOUNCE, at=postman.browser.clock())

    postman.deliver()

    assert [mail.kind for mail in postman.mailboxes.mails] == [Kind.SIGN_UP]


def test_a_stop_ends_with_the_mail_in_hand(postman: Postman, browser: Browser) -> None:
    for number in range(5):
        postman.sign_up(f"reader{number}@example.org")
    stopping = replace(postman.mailroom, is_stopping=lambda: bool(postman.mailboxes.mails))

    stopping.work_off()

    assert len(postman.mailboxes.mails) == 1
