"""`/manage`: personal data are opened by a freshly mailed link, and by nothing else."""

import json
import re

import pytest

from subscribers.requests import Kind
from subscribers.storage import SubscriberStorage
from subscribers.tokens import Purpose
from tests.subscribers.browser import AddReader, Browser, state_of
from tests.subscribers.postman import Postman

READER = "reader@police.example.eu"
NEW = "new.address@police.example.eu"


def manage_link(postman: Postman, email: str = READER) -> str:
    """Ask for a link as a person does, and return it."""
    postman.browser.press("/manage", {**postman.form("/manage"), "email": email})
    postman.deliver()
    return postman.link(email, "manage")


def test_a_link_by_mail_opens_a_copy_of_everything(postman: Postman, add_reader: AddReader) -> None:
    add_reader(READER)

    page = postman.browser.get(manage_link(postman))
    copy = postman.browser.press(postman.link(READER, "manage"), {"action": "export"})

    assert page.status == 200
    assert READER not in page.text
    assert copy.headers["Content-Type"] == "application/json"
    assert copy.headers["Content-Disposition"] == 'attachment; filename="newsletter-data.json"'
    assert json.loads(copy.text)["email"] == READER


def test_whoever_has_no_mail_left_leaves_by_the_link_too(
    postman: Postman, add_reader: AddReader, storage: SubscriberStorage
) -> None:
    ref = add_reader(READER)

    page = postman.browser.get(manage_link(postman)).text
    (preferences,) = re.findall(r'href="(/preferences/[^"]+)"', page)
    postman.browser.press(preferences, {"action": "all"})

    assert state_of(storage, ref) == "unsubscribed"


def test_who_left_is_led_to_no_preferences(postman: Postman, add_reader: AddReader) -> None:
    add_reader(READER, state="unsubscribed")

    assert "/preferences/" not in postman.browser.get(manage_link(postman)).text


def test_opening_the_link_any_way_changes_nothing(
    postman: Postman, add_reader: AddReader, storage: SubscriberStorage
) -> None:
    ref = add_reader(READER)
    link = manage_link(postman)
    before = storage.find(ref)

    for method in ("GET", "HEAD", "OPTIONS", "POST"):
        postman.browser.ask(method, link)

    assert storage.find(ref) == before


def test_c_06_the_links_of_an_issue_open_no_personal_data(browser: Browser, add_reader: AddReader) -> None:
    ref = add_reader(READER)

    for purpose in (Purpose.UNSUBSCRIBE, Purpose.PREFERENCES, Purpose.BLOCK):
        token = browser.token(ref, purpose)
        for action in ("export", "erase-now", "address"):
            answer = browser.press(f"/manage/{token}", {"action": action, "email": NEW})
            assert answer.status == 404


def test_after_half_an_hour_the_link_offers_a_new_one(postman: Postman, add_reader: AddReader) -> None:
    add_reader(READER)
    link = manage_link(postman)
    postman.wait(30 * 60 + 1)

    page = postman.browser.get(link)
    refused = postman.browser.press(link, {"action": "export"})
    postman.deliver()

    assert page.status == 410
    assert "@" not in page.text
    assert "application/json" not in str(refused.headers["Content-Type"])
    assert len(postman.mailboxes.of(READER)) == 2
    assert postman.browser.get(postman.link(READER, "manage")).status == 200


def test_nobody_who_is_no_reader_gets_a_link(postman: Postman) -> None:
    postman.browser.press("/manage", {**postman.form("/manage"), "email": "nobody@example.org"})

    postman.deliver()

    assert postman.mailboxes.mails == []


def test_c_07_a_new_address_is_confirmed_there_and_told_to_the_old(
    postman: Postman, add_reader: AddReader, storage: SubscriberStorage
) -> None:
    ref = add_reader(READER)
    link = manage_link(postman)
    postman.browser.press(link, {"action": "address", "email": NEW})
    postman.deliver()
    before = storage.find(ref)

    answer = postman.press(postman.link(NEW))
    postman.deliver()

    after = storage.find(ref)
    assert before is not None
    assert before.email == READER
    assert answer.status == 200
    assert after is not None
    assert after.email == NEW
    assert after.wanted == before.wanted
    assert [mail.kind for mail in postman.mailboxes.of(READER)] == [Kind.MANAGE, Kind.ADDRESS_CHANGED]


def test_a_new_address_that_is_another_readers_changes_nothing(
    postman: Postman, add_reader: AddReader, storage: SubscriberStorage
) -> None:
    ref, other = add_reader(READER), add_reader(NEW)
    link = manage_link(postman)
    postman.browser.press(link, {"action": "address", "email": NEW})
    postman.deliver()

    answer = postman.press(postman.link(NEW))

    reader, taken = storage.find(ref), storage.find(other)
    assert "reader’s already" in answer.text
    assert reader is not None
    assert reader.email == READER
    assert taken is not None
    assert taken.email == NEW


@pytest.mark.parametrize("email", ["", "nonsense", "abuse@example.org"])
def test_an_address_that_cannot_be_is_told_beside_the_field(
    postman: Postman, add_reader: AddReader, email: str
) -> None:
    add_reader(READER)

    answer = postman.browser.press(manage_link(postman), {"action": "address", "email": email})

    assert answer.status == 422
    assert 'aria-invalid="true"' in answer.text


def test_erasing_asks_once_more(postman: Postman, add_reader: AddReader) -> None:
    add_reader(READER)

    page = postman.browser.press(manage_link(postman), {"action": "erase"})

    assert "This cannot be undone." in page.text
    assert 'value="erase-now"' in page.text
