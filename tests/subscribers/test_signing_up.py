"""Signing up: the form, the mail that asks to confirm, the button, and what is stored of it."""

import json
import re
from datetime import timedelta

import pytest
from sqlalchemy import Engine, select

from subscribers.requests import Kind
from subscribers.states import State
from subscribers.storage import SubscriberStorage, consent_records, subscribers
from subscribers.storage.tables import requests
from subscribers.tokens import Purpose
from subscribers.values import Subscriber
from tests.subscribers.browser import AddReader, Browser
from tests.subscribers.postman import Postman

READER = "reader@police.example.eu"


def reader_of(storage: SubscriberStorage, email: str = READER) -> Subscriber:
    found = storage.find_by_key(email.casefold())
    assert found is not None
    return found


def test_somebody_who_signs_up_and_confirms_gets_what_they_chose(
    postman: Postman, storage: SubscriberStorage
) -> None:
    postman.sign_up(READER, digests=["weekly"], topics=["green"], lang="fr")
    postman.deliver()

    answer = postman.press(postman.link(READER))

    reader = reader_of(storage)
    assert answer.status == 200
    assert "Votre abonnement est confirmé" in answer.text
    assert reader.state is State.ACTIVE
    assert reader.lang == "fr"
    assert {digest: wish.topics for digest, wish in reader.wanted.items()} == {"weekly": ("green",)}


def test_who_names_nothing_gets_the_first_digest_in_full(
    postman: Postman, storage: SubscriberStorage
) -> None:
    postman.subscribe(READER)

    assert {key: wish.topics for key, wish in reader_of(storage).wanted.items()} == {"monthly": None}


def test_o_01_a_pending_reader_is_written_to_once_and_is_in_no_audience(
    postman: Postman, storage: SubscriberStorage
) -> None:
    postman.sign_up(READER)

    postman.deliver()
    postman.deliver()

    assert [mail.kind for mail in postman.mailboxes.mails] == [Kind.SIGN_UP]
    assert reader_of(storage).state is State.PENDING
    assert reader_of(storage).wanted == {}


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_o_02_opening_the_link_changes_nothing(
    postman: Postman, storage: SubscriberStorage, method: str
) -> None:
    postman.sign_up(READER)
    postman.deliver()

    answer = postman.browser.ask(method, postman.link(READER))

    assert answer.status in {200, 204}
    assert reader_of(storage).state is State.PENDING


def test_o_02_the_page_says_what_is_confirmed_and_has_a_button(postman: Postman) -> None:
    postman.sign_up(READER, digests=["weekly", "monthly"], topics=["finance"])
    postman.deliver()

    page = postman.browser.get(postman.link(READER)).text

    assert "Weekly digest" in page
    assert "Financial investigation" in page
    assert "All topics" not in page
    assert "English" in page
    assert "I agree (en)." in page
    assert "https://example.org/privacy" in page
    assert re.search(r'<form method="post">.*<button class="primary">', page, re.S)
    assert not re.search("http-equiv|<script|onload", page)


def test_o_02_the_page_says_that_all_topics_are_confirmed(postman: Postman) -> None:
    postman.sign_up(READER)
    postman.deliver()

    page = postman.browser.get(postman.link(READER)).text

    assert "<dt>Topics</dt><dd>All topics, future ones too</dd>" in page


def test_o_03_a_button_pressed_without_its_page_shows_the_page(
    postman: Postman, storage: SubscriberStorage
) -> None:
    postman.sign_up(READER)
    postman.deliver()

    answer = postman.browser.press(postman.link(READER), {})

    assert answer.status == 200
    assert "Please confirm" in answer.text
    assert reader_of(storage).state is State.PENDING


@pytest.mark.parametrize(
    ("seconds", "state"), [(0.1, "pending"), (0.9, "pending"), (1.1, "active"), (3601, "pending")]
)
def test_o_03_the_page_must_have_been_read_for_a_second_and_not_an_hour(
    postman: Postman, storage: SubscriberStorage, seconds: float, state: str
) -> None:
    postman.sign_up(READER)
    postman.deliver()
    fields = postman.form(postman.link(READER), wait_s=seconds)

    answer = postman.browser.press(postman.link(READER), fields)

    assert answer.status == 200
    assert reader_of(storage).state == state


def test_o_03_the_stamp_of_one_page_is_none_of_another(postman: Postman, storage: SubscriberStorage) -> None:
    for email in (READER, "other@example.org"):
        postman.sign_up(email)
    postman.deliver()
    fields = postman.form(postman.link("other@example.org"))

    postman.browser.press(postman.link(READER), fields)

    assert reader_of(storage).state is State.PENDING


def test_o_04_pressing_again_changes_nothing(
    postman: Postman, storage: SubscriberStorage, engine: Engine
) -> None:
    postman.subscribe(READER)
    before = reader_of(storage)

    answers = [postman.press(postman.link(READER)) for _ in range(5)]
    postman.deliver()
    postman.deliver()

    assert {answer.status for answer in answers} == {200}
    assert all("You are subscribed" in answer.text for answer in answers)
    assert reader_of(storage) == before
    assert [mail.kind for mail in postman.mailboxes.of(READER)] == [Kind.SIGN_UP, Kind.WELCOME]
    with engine.connect() as connection:
        assert len(connection.execute(select(consent_records)).all()) == 1


def test_o_05_after_three_days_a_new_link_can_be_had(postman: Postman, storage: SubscriberStorage) -> None:
    postman.sign_up(READER)
    postman.deliver()
    link = postman.link(READER)
    postman.wait(72 * 3600 + 1)

    page = postman.browser.get(link)
    pressed = postman.press(link)
    again = postman.browser.press(link, {})
    postman.deliver()
    confirmed = postman.press(postman.link(READER))

    assert page.status == 410
    assert "@" not in page.text
    assert pressed.status == again.status == 200
    assert confirmed.status == 200
    assert reader_of(storage).state is State.ACTIVE
    assert len([mail for mail in postman.mailboxes.of(READER) if mail.kind is Kind.SIGN_UP]) == 2


def test_o_06_no_token_is_in_the_database(postman: Postman, engine: Engine) -> None:
    postman.sign_up(READER)
    postman.deliver()
    token = postman.link(READER).rpartition("/")[2]

    with engine.connect() as connection:
        rows = repr([connection.execute(select(table)).all() for table in (requests, subscribers)])

    assert token not in rows
    assert token[-20:] not in rows


@pytest.mark.parametrize("wrong", [Purpose.UNSUBSCRIBE, Purpose.PREFERENCES, Purpose.BLOCK, Purpose.TEST])
def test_o_07_a_token_for_something_else_confirms_nothing(
    postman: Postman, engine: Engine, storage: SubscriberStorage, wrong: Purpose
) -> None:
    postman.sign_up(READER)
    postman.deliver()
    with engine.connect() as connection:
        ref = connection.execute(select(requests.c.ref)).scalar_one()

    answer = postman.browser.press(f"/confirm/{postman.browser.token(ref, wrong, '')}", {})

    assert answer.status == (200 if wrong is Purpose.TEST else 404)
    assert reader_of(storage).state is State.PENDING


def test_o_13_a_reader_who_signs_up_again_stays_as_they_are_until_they_confirm(
    postman: Postman, storage: SubscriberStorage
) -> None:
    postman.subscribe(READER, digests=["monthly"], topics=["green"], lang="fr")
    before = reader_of(storage)

    postman.sign_up(READER, digests=["weekly"], lang="de")
    postman.deliver()

    assert reader_of(storage) == before


def test_who_left_comes_back_by_a_new_sign_up_only(postman: Postman, storage: SubscriberStorage) -> None:
    postman.subscribe(READER)
    first_link = postman.link(READER)
    postman.deliver()
    postman.browser.ask("POST", postman.link(READER, "unsubscribe"))

    old = postman.press(first_link)
    after_old = reader_of(storage).state
    postman.wait(3600)
    postman.subscribe(READER)

    assert old.status == 410
    assert after_old is State.UNSUBSCRIBED
    assert reader_of(storage).state is State.ACTIVE


def test_who_comes_back_has_no_pause_of_the_time_before(
    postman: Postman, storage: SubscriberStorage, add_reader: AddReader
) -> None:
    ref = add_reader(READER, state="paused", paused_until=postman.browser.clock.now + timedelta(days=90))
    path = f"/unsubscribe/{postman.browser.token(ref)}"
    postman.browser.press(path, {"action": "one"})
    postman.wait(60)

    postman.subscribe(READER)
    postman.browser.press(path, {"action": "one"})
    postman.browser.press(path, {"action": "undo"})

    assert (reader_of(storage).state, reader_of(storage).paused_until) == (State.ACTIVE, None)


def test_p_01_the_record_tells_how_the_consent_was_given(postman: Postman, engine: Engine) -> None:
    postman.subscribe(READER, digests=["weekly"], topics=["green"], lang="fr")

    with engine.connect() as connection:
        record = connection.execute(select(consent_records)).one()

    payload = json.loads(record.payload)
    assert (record.action, record.channel) == ("confirm", "confirm-page")
    assert payload["digests"] == ["weekly"]
    assert payload["topics"] == ["green"]
    assert payload["consent_text"] == "I agree (fr)."
    assert payload["entry"] == "form"
    assert payload["request_at"] <= payload["mailed_at"] < payload["confirmed_at"]
    assert payload["message_id"] == "<1@example.org>"
    assert payload["method"] == "button"
    assert payload["dwell_s"] == 5
    assert payload["controller"] == "The network"
    assert payload["privacy_url"] == "https://example.org/privacy"
    assert payload["privacy_version"] == "2026-11"
    assert payload["purpose"] == "newsletter"
    assert payload["checkbox"] == "ticked"
    assert READER not in record.payload


def test_the_welcome_has_the_links_to_leave_and_to_choose(
    postman: Postman, storage: SubscriberStorage
) -> None:
    postman.subscribe(READER)
    postman.deliver()

    preferences = postman.browser.get(postman.link(READER, "preferences"))
    left = postman.browser.ask("POST", postman.link(READER, "unsubscribe"))

    assert preferences.status == left.status == 200
    assert reader_of(storage).state is State.UNSUBSCRIBED


def test_never_mail_me_again_is_final(postman: Postman, storage: SubscriberStorage, engine: Engine) -> None:
    postman.sign_up(READER)
    postman.deliver()
    link, block = postman.link(READER), postman.link(READER, "block")

    shown = postman.browser.get(block)
    blocked = postman.press(block)
    confirmed = postman.press(link)
    postman.wait(3600)
    postman.sign_up(READER)
    postman.deliver()

    assert shown.status == blocked.status == 200
    assert confirmed.status == 410
    assert storage.find_by_key(READER) is None
    assert len(postman.mailboxes.of(READER)) == 1
    with engine.connect() as connection:
        # Nothing is kept of somebody who was never a reader.
        rows = repr([connection.execute(select(table)).all() for table in (requests, subscribers)])
    assert "reader" not in rows


def test_a_reader_who_blocks_gets_nothing_any_more(postman: Postman, storage: SubscriberStorage) -> None:
    postman.subscribe(READER)
    postman.deliver()
    postman.wait(3600)
    postman.sign_up(READER)
    postman.deliver()

    postman.press(postman.link(READER, "block"))

    reader = reader_of(storage)
    assert reader.suppressed == "block"
    assert reader.state is State.UNSUBSCRIBED


def test_the_links_of_a_request_that_is_no_longer_kept_open_nothing(
    browser: Browser, add_reader: AddReader
) -> None:
    add_reader()
    token = browser.keys.make(Purpose.CONFIRM, bytes(12), "", browser.clock())

    assert browser.get(f"/confirm/{token}").status == 410
