"""`/preferences/{token}`: what a reader can change, and what they cannot see."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Engine, select, update

from subscribers.storage import SubscriberStorage, audience, consent_records, subscribers
from subscribers.tokens import Purpose
from subscribers.values import Subscriber
from tests.subscribers.browser import NOW, AddReader, Browser, last_record


def open_page(browser: Browser, ref: bytes) -> str:
    return f"/preferences/{browser.token(ref, Purpose.PREFERENCES)}"


def found(storage: SubscriberStorage, ref: bytes) -> Subscriber:
    reader = storage.find(ref)
    assert reader is not None
    return reader


def checked(text: str) -> set[str]:
    return set(re.findall(r'value="(\w+)" checked', text))


def test_the_page_shows_what_is_chosen_and_no_address(browser: Browser, add_reader: AddReader) -> None:
    ref = add_reader("jane@police.example.eu", digests=("weekly",), lang="fr")

    answer = browser.get(open_page(browser, ref))

    assert answer.status == 200
    assert checked(answer.text) == {"weekly", "all", "fr"}
    assert "Enquêtes financières" in answer.text
    assert "Français" in answer.text
    assert not re.search("jane|police", answer.text)


def test_c_01_choices_are_stored_and_recorded(
    browser: Browser, add_reader: AddReader, storage: SubscriberStorage, engine: Engine
) -> None:
    ref = add_reader()

    answer = browser.press(
        open_page(browser, ref),
        {
            "digest": ["weekly"],
            "topics": "some",
            "topic": ["green", "finance"],
            "lang": "de",
            "action": "save",
        },
    )

    reader = found(storage, ref)
    assert set(reader.wanted) == {"weekly"}
    assert reader.wanted["weekly"].topics == ("finance", "green")
    assert reader.lang == "de"
    assert "Ihre Auswahl ist gespeichert." in answer.text
    assert checked(answer.text) == {"weekly", "some", "finance", "green", "de"}
    with engine.connect() as connection:
        record = connection.execute(select(consent_records)).one()
    assert (record.action, record.channel) == ("change", "preferences-page")
    assert record.payload == '{"digests":{"weekly":["finance","green"]},"lang":"de"}'


def test_all_topics_are_stored_as_all(
    browser: Browser, add_reader: AddReader, storage: SubscriberStorage
) -> None:
    ref = add_reader()
    path = open_page(browser, ref)
    browser.press(path, {"digest": "monthly", "topics": "some", "topic": "green"})

    browser.press(path, {"digest": "monthly", "topics": "all", "topic": "green"})

    assert found(storage, ref).wanted["monthly"].topics is None


def test_a_digest_that_was_left_can_be_chosen_again(
    browser: Browser, add_reader: AddReader, storage: SubscriberStorage
) -> None:
    ref = add_reader(digests=("monthly", "weekly"))
    path = open_page(browser, ref)
    browser.press(path, {"digest": "weekly", "topics": "all"})

    browser.press(path, {"digest": ["monthly", "weekly"], "topics": "all"})

    assert set(found(storage, ref).wanted) == {"monthly", "weekly"}


@pytest.mark.parametrize(
    "fields",
    [
        {"topics": "all"},
        {"digest": "monthly", "topics": "some"},
        {"digest": "unknown", "topics": "all"},
        {"digest": "monthly", "topics": "some", "topic": "unknown"},
    ],
)
def test_c_03_choosing_nothing_is_asked_about_and_not_stored(
    browser: Browser, add_reader: AddReader, fields: dict[str, str | list[str]]
) -> None:
    path = open_page(browser, add_reader())
    before = browser.state()

    answer = browser.press(path, fields)

    assert answer.status == 422
    assert "you would get no mail at all" in answer.text
    assert 'value="all">Unsubscribe from everything' in answer.text
    assert browser.state() == before


def test_unsubscribing_from_everything(
    browser: Browser, add_reader: AddReader, storage: SubscriberStorage
) -> None:
    ref = add_reader(digests=("monthly", "weekly"))

    answer = browser.press(open_page(browser, ref), {"action": "all"})

    assert "You are unsubscribed" in answer.text
    assert found(storage, ref).state == "unsubscribed"
    assert not found(storage, ref).wanted


@pytest.mark.parametrize("state", ["unsubscribed", "pending"])
def test_who_is_not_subscribed_cannot_choose(
    browser: Browser, add_reader: AddReader, engine: Engine, state: str
) -> None:
    ref = add_reader()
    with engine.begin() as connection:
        connection.execute(update(subscribers).values(state=state))
    before = browser.state()

    answers = [
        browser.get(open_page(browser, ref)),
        browser.press(open_page(browser, ref), {"digest": "monthly", "topics": "all"}),
    ]

    assert all(answer.status == 200 and "You are not subscribed" in answer.text for answer in answers)
    assert browser.state() == before


def test_saving_the_same_again_records_nothing(browser: Browser, add_reader: AddReader) -> None:
    path = open_page(browser, add_reader())
    before = browser.state()

    browser.press(path, {"digest": "monthly", "topics": "all", "lang": "en"})

    assert browser.state() == before


def test_an_unsubscribe_token_opens_no_preferences(browser: Browser, add_reader: AddReader) -> None:
    token = browser.token(add_reader(), Purpose.UNSUBSCRIBE)

    assert browser.get(f"/preferences/{token}").status == 404
    assert browser.press(f"/preferences/{token}", {"digest": "weekly"}).status == 404


SAME: dict[str, str | list[str]] = {"digest": "monthly", "topics": "all", "lang": "en"}
TODAY = NOW.date()


def day(number: int) -> str:
    """Return a day so many after today, as the field has it."""
    return (TODAY + timedelta(days=number)).isoformat()


def test_c_01_a_pause_begins_at_once_and_ends_by_itself(
    browser: Browser, add_reader: AddReader, storage: SubscriberStorage, engine: Engine
) -> None:
    ref = add_reader()
    until = datetime(2027, 3, 1, tzinfo=UTC)

    answer = browser.press(open_page(browser, ref), SAME | {"pause": "2027-03-01"})

    reader = found(storage, ref)
    assert (reader.state, reader.paused_until) == ("paused", until)
    assert 'value="2027-03-01"' in answer.text
    assert last_record(engine)["payload"]["paused_until"] == until.isoformat()
    with engine.connect() as connection:
        moments = [NOW, until - timedelta(seconds=1), until]
        assert [len(connection.execute(audience("monthly", at)).all()) for at in moments] == [0, 0, 1]


def test_c_01_an_empty_field_ends_a_pause(
    browser: Browser, add_reader: AddReader, storage: SubscriberStorage, engine: Engine
) -> None:
    ref = add_reader(state="paused", paused_until=NOW + timedelta(days=30))

    answer = browser.press(open_page(browser, ref), SAME | {"pause": ""})

    reader = found(storage, ref)
    assert (reader.state, reader.paused_until) == ("active", None)
    assert "Your choices are saved." in answer.text
    assert last_record(engine)["payload"]["paused_until"] is None


@pytest.mark.parametrize("pause", [day(0), day(-1), day(367), "9999-12-31", "0001-01-01", "nonsense", "12"])
def test_c_01_a_pause_ends_after_today_and_within_a_year(
    browser: Browser, add_reader: AddReader, pause: str
) -> None:
    path = open_page(browser, add_reader())
    before = browser.state()

    answer = browser.press(path, SAME | {"pause": pause})

    assert answer.status == 422
    assert "a day after today, and within a year" in answer.text
    assert 'aria-describedby="pause-problem pause-hint" aria-invalid="true"' in answer.text
    assert browser.state() == before


@pytest.mark.parametrize("pause", [day(1), day(366)])
def test_c_01_the_field_offers_the_days_that_are_taken(
    browser: Browser, add_reader: AddReader, storage: SubscriberStorage, pause: str
) -> None:
    ref = add_reader()

    offered = browser.get(open_page(browser, ref)).text
    browser.press(open_page(browser, ref), SAME | {"pause": pause})

    assert f'min="{day(1)}" max="{day(366)}"' in offered
    assert found(storage, ref).paused_until == datetime.combine(
        date.fromisoformat(pause), datetime.min.time(), UTC
    )


def test_c_01_another_choice_leaves_the_pause_as_it_is(
    browser: Browser, add_reader: AddReader, storage: SubscriberStorage
) -> None:
    until = NOW + timedelta(days=30, hours=3)
    ref = add_reader(state="paused", paused_until=until)

    browser.press(open_page(browser, ref), SAME | {"lang": "fr", "pause": day(30)})
    browser.press(open_page(browser, ref), SAME | {"lang": "de"})

    reader = found(storage, ref)
    assert (reader.lang, reader.state, reader.paused_until) == ("de", "paused", until)


def test_c_01_a_pause_that_has_ended_is_none(
    browser: Browser, add_reader: AddReader, storage: SubscriberStorage
) -> None:
    ref = add_reader(state="paused", paused_until=NOW - timedelta(days=1))

    shown = browser.get(open_page(browser, ref))
    browser.press(open_page(browser, ref), SAME | {"pause": ""})

    assert 'type="date"' in shown.text
    assert 'value="2026-' not in shown.text
    assert found(storage, ref).state == "active"
