"""A reader takes the unsubscribing back: within half an hour, and only what it gave up."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine

from subscribers.consent import Channel
from subscribers.storage import SubscriberStorage
from tests.subscribers.browser import NOW, AddReader, Browser, last_record, state_of

ONE_CLICK = b"List-Unsubscribe=One-Click"
MULTIPART = b'--x\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--x--\r\n'


def test_c_05_a_person_leaves_one_digest_then_everything_then_undoes_it(
    browser: Browser, add_reader: AddReader, storage: SubscriberStorage, engine: Engine
) -> None:
    ref = add_reader(digests=("monthly", "weekly"))
    path = f"/unsubscribe/{browser.token(ref)}"

    one = browser.press(path, {"action": "one"})

    assert state_of(storage, ref) == "active"
    assert "You still get" in one.text
    assert "Weekly digest" in one.text
    assert last_record(engine)["channel"] == "unsubscribe-page"

    browser.clock.now += timedelta(minutes=1)
    everything = browser.press(path, {"action": "all"})

    assert state_of(storage, ref) == "unsubscribed"
    assert 'value="undo"' in everything.text
    assert 'value="all"' not in everything.text

    browser.clock.now += timedelta(minutes=1)
    back = browser.press(path, {"action": "undo"})

    reader = storage.find(ref)
    assert reader is not None
    assert (reader.state, set(reader.wanted)) == ("active", {"monthly", "weekly"})
    assert reader.unsubscribed_at is None
    assert "You are subscribed again" in back.text
    assert last_record(engine)["channel"] == "undo"


@pytest.mark.parametrize(("minutes", "state"), [(29, "active"), (31, "unsubscribed")])
def test_c_05_undo_works_for_half_an_hour(
    browser: Browser, add_reader: AddReader, storage: SubscriberStorage, minutes: int, state: str
) -> None:
    ref = add_reader()
    path = f"/unsubscribe/{browser.token(ref)}"
    browser.ask("POST", path, ONE_CLICK)
    browser.clock.now += timedelta(minutes=minutes)

    shown = browser.get(path)
    answer = browser.press(path, {"action": "undo"})

    assert ('value="undo"' in shown.text) is (state == "active")
    assert answer.status == 200
    assert ("too late" in answer.text) is (state == "unsubscribed")
    assert state_of(storage, ref) == state


def test_undo_gives_a_pause_back(browser: Browser, add_reader: AddReader, storage: SubscriberStorage) -> None:
    ref = add_reader(state="paused", paused_until=NOW + timedelta(days=30))
    path = f"/unsubscribe/{browser.token(ref)}"

    browser.ask("POST", path, ONE_CLICK)
    browser.press(path, {"action": "undo"})

    assert state_of(storage, ref) == "paused"


def test_undo_does_not_bring_back_what_was_given_up_before(
    browser: Browser, add_reader: AddReader, storage: SubscriberStorage
) -> None:
    ref = add_reader(digests=("monthly", "weekly"))
    given_up_at = NOW - timedelta(minutes=5)
    storage.unsubscribe(
        ref, digest="weekly", at=given_up_at, channel=Channel.PREFERENCES_PAGE, scope="weekly-2026-W46"
    )
    path = f"/unsubscribe/{browser.token(ref)}"
    browser.ask("POST", path, ONE_CLICK)

    browser.press(path, {"action": "undo"})

    reader = storage.find(ref)
    assert reader is not None
    assert set(reader.wanted) == {"monthly"}


def test_undo_leaves_a_suppression_alone(
    browser: Browser, add_reader: AddReader, storage: SubscriberStorage
) -> None:
    ref = add_reader(suppressed="complaint", suppressed_at=NOW)
    path = f"/unsubscribe/{browser.token(ref)}"
    browser.ask("POST", path, ONE_CLICK)

    browser.press(path, {"action": "undo"})

    reader = storage.find(ref)
    assert reader is not None
    assert reader.suppressed == "complaint"
