"""`/unsubscribe/{token}`, asked over a real connection: for people, for mail programs, for gateways."""

import re
import socket
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import Engine, delete, update

from subscribers.keys import new_key
from subscribers.storage import SubscriberStorage, subscribers
from subscribers.tokens import Purpose, TokenKeys
from tests.subscribers.browser import NOW, AddReader, Browser, last_record, state_of

ONE_CLICK = b"List-Unsubscribe=One-Click"
MULTIPART = b'--x\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--x--\r\n'


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/x-www-form-urlencoded", ONE_CLICK),
        ("application/x-www-form-urlencoded; charset=UTF-8", ONE_CLICK),
        ("multipart/form-data; boundary=x", MULTIPART),
        ("multipart/form-data; charset=utf-8; boundary=x", MULTIPART),
        ("multipart/form-data", MULTIPART),
        ("text/plain", ONE_CLICK),
        ("application/x-www-form-urlencoded", b""),
        ("application/octet-stream", b"\xff\x00"),
        ("application/x-www-form-urlencoded", b"action=nonsense&\xff=%ff"),
    ],
)
def test_h_03_h_04_one_click_takes_whatever_body_a_mail_program_sends(
    browser: Browser, add_reader: AddReader, storage: SubscriberStorage, content_type: str, body: bytes
) -> None:
    ref = add_reader()

    answer = browser.ask("POST", f"/unsubscribe/{browser.token(ref)}", body, Content_Type=content_type)

    assert answer.status == 200
    assert "Location" not in answer.headers
    assert "Set-Cookie" not in answer.headers
    assert state_of(storage, ref) == "unsubscribed"


@pytest.mark.parametrize("body", [ONE_CLICK, b""])
def test_h_04_h_06_one_click_works_over_a_bare_socket_without_a_content_type(
    browser: Browser, add_reader: AddReader, storage: SubscriberStorage, body: bytes
) -> None:
    ref = add_reader()
    head = f"POST /unsubscribe/{browser.token(ref)} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n"

    with socket.create_connection(("127.0.0.1", browser.port), timeout=10) as connection:
        connection.sendall(head.encode() + b"Connection: close\r\n\r\n" + body)
        answer = b"".join(iter(lambda: connection.recv(65536), b""))

    assert answer.startswith(b"HTTP/1.1 200 ")
    assert b"set-cookie" not in answer.lower()
    assert state_of(storage, ref) == "unsubscribed"


def test_h_06_one_click_works_from_any_site(
    browser: Browser, add_reader: AddReader, storage: SubscriberStorage
) -> None:
    ref = add_reader()

    answer = browser.ask(
        "POST",
        f"/unsubscribe/{browser.token(ref)}",
        ONE_CLICK,
        Origin="https://evil.example",
        Sec_Fetch_Site="cross-site",
        Cookie="a=b",
    )

    assert answer.status == 200
    assert state_of(storage, ref) == "unsubscribed"


def test_one_click_is_recorded_with_the_issue_it_came_from(
    browser: Browser, add_reader: AddReader, engine: Engine
) -> None:
    ref = add_reader()

    browser.ask("POST", f"/unsubscribe/{browser.token(ref)}", ONE_CLICK)

    record = last_record(engine)
    assert (record["subscriber_ref"], record["action"], record["channel"]) == (ref, "withdraw", "one-click")
    assert record["at"] == NOW
    assert record["payload"] == {"scope": "monthly-2026-11", "digests": ["monthly"]}


def test_h_08_asking_twice_changes_nothing_more(browser: Browser, add_reader: AddReader) -> None:
    path = f"/unsubscribe/{browser.token(add_reader())}"
    browser.ask("POST", path, ONE_CLICK)
    once = browser.state()
    browser.clock.now += timedelta(hours=1)

    answer = browser.ask("POST", path, ONE_CLICK)

    assert answer.status == 200
    assert browser.state() == once


def test_h_08_an_erased_reader_is_told_that_they_are_out(
    browser: Browser, add_reader: AddReader, engine: Engine
) -> None:
    ref = add_reader()
    with engine.begin() as connection:
        connection.execute(delete(subscribers).where(subscribers.c.ref == ref))
    path = f"/unsubscribe/{browser.token(ref)}"

    answers = [browser.get(path), browser.ask("POST", path, ONE_CLICK)]

    assert [answer.status for answer in answers] == [200, 200]
    assert all("You are unsubscribed" in answer.text for answer in answers)


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE", "PATCH", "BREW"])
@pytest.mark.parametrize("page", ["unsubscribe", "preferences"])
def test_h_07_nothing_but_post_changes_anything(
    browser: Browser, add_reader: AddReader, method: str, page: str
) -> None:
    purpose = Purpose.UNSUBSCRIBE if page == "unsubscribe" else Purpose.PREFERENCES
    token = browser.token(add_reader(), purpose)
    before = browser.state()

    answer = browser.ask(
        method, f"/{page}/{token}?action=all&List-Unsubscribe=One-Click", X_HTTP_Method_Override="POST"
    )

    assert browser.state() == before
    assert answer.status == {"GET": 200, "HEAD": 200, "OPTIONS": 204}.get(method, 405)


def test_h_07_head_has_the_headers_of_get_and_no_body(browser: Browser, add_reader: AddReader) -> None:
    path = f"/unsubscribe/{browser.token(add_reader())}"

    get, head = browser.get(path), browser.ask("HEAD", path)

    assert head.text == ""
    assert {name: value for name, value in head.headers.items() if name != "date"} == {
        name: value for name, value in get.headers.items() if name != "date"
    }


def test_c_04_the_page_asks_first_and_shows_the_address_only_to_its_owner(
    browser: Browser, add_reader: AddReader
) -> None:
    token = browser.token(add_reader("jane.doe@police.example.eu"))

    answer = browser.get(f"/unsubscribe/{token}")

    assert answer.status == 200
    assert "j•••@p•••.eu" in answer.text
    assert not re.search("jane|doe|police", answer.text)
    assert answer.text.count('<button class="primary"') == 1
    assert '<form method="post">' in answer.text
    assert "<script" not in answer.text
    assert "http-equiv" not in answer.text


def test_c_04_somebody_who_is_about_to_leave_can_have_a_pause_instead(
    browser: Browser, add_reader: AddReader, storage: SubscriberStorage, engine: Engine
) -> None:
    ref = add_reader(digests=("monthly", "weekly"))
    path = f"/unsubscribe/{browser.token(ref)}"

    shown = browser.get(path)
    answer = browser.press(path, {"action": "pause"})
    again = browser.press(path, {"action": "pause"})

    reader = storage.find(ref)
    assert reader is not None
    assert 'value="pause">Pause for three months' in shown.text
    assert "For three months nothing is sent to you." in answer.text
    assert again.status == 200
    assert (reader.state, reader.paused_until) == ("paused", NOW + timedelta(days=91))
    assert set(reader.wanted) == {"monthly", "weekly"}
    record = last_record(engine)
    assert (record["action"], record["channel"]) == ("change", "unsubscribe-page")
    assert record["payload"]["paused_until"] == (NOW + timedelta(days=91)).isoformat()
    assert 'value="pause"' not in browser.get(path).text


def test_c_04_who_gets_more_than_one_digest_can_leave_them_all_at_once(
    browser: Browser, add_reader: AddReader, storage: SubscriberStorage
) -> None:
    one, two = add_reader(digests=("monthly",)), add_reader(digests=("monthly", "weekly"))

    of_one, of_two = (browser.get(f"/unsubscribe/{browser.token(ref)}").text for ref in (one, two))
    browser.press(f"/unsubscribe/{browser.token(two)}", {"action": "all"})

    everything = 'value="all">Unsubscribe from everything'
    assert (everything in of_one, everything in of_two) == (False, True)
    assert of_two.count('<button class="primary"') == 1
    assert state_of(storage, two) == "unsubscribed"


def test_c_04_whose_pause_has_ended_can_have_another(
    browser: Browser, add_reader: AddReader, storage: SubscriberStorage
) -> None:
    ref = add_reader(state="paused", paused_until=NOW - timedelta(days=1))
    path = f"/unsubscribe/{browser.token(ref)}"

    shown = browser.get(path)
    browser.press(path, {"action": "pause"})

    reader = storage.find(ref)
    assert reader is not None
    assert 'value="pause"' in shown.text
    assert reader.paused_until == NOW + timedelta(days=91)


@pytest.mark.parametrize("state", ["unsubscribed", "pending"])
def test_c_04_who_gets_nothing_has_nothing_to_pause(
    browser: Browser, add_reader: AddReader, state: str
) -> None:
    path = f"/unsubscribe/{browser.token(add_reader(state=state))}"
    before = browser.state()

    answer = browser.press(path, {"action": "pause"})

    assert answer.status == 200
    assert browser.state() == before


def test_h_08_every_flipped_character_of_a_token_makes_it_unknown(
    browser: Browser, add_reader: AddReader
) -> None:
    token = browser.token(add_reader())
    before = browser.state()

    statuses = set()
    for place, character in enumerate(token):
        forged = token[:place] + ("A" if character != "A" else "B") + token[place + 1 :]
        statuses.add(browser.ask("POST", f"/unsubscribe/{forged}", ONE_CLICK).status)

    assert statuses == {404}
    assert browser.state() == before


@pytest.mark.parametrize(
    "path", ["/unsubscribe/", "/unsubscribe/x", "/unsubscribe/%00", "/unsubscribe/" + "A" * 5000]
)
def test_a_dead_link_says_what_to_do(browser: Browser, path: str) -> None:
    answer = browser.get(path)

    assert answer.status == 404
    assert "This link does not work" in answer.text
    assert "editors@example.org" in answer.text
    assert 'href="/manage">Send me a new link' in answer.text


def test_a_dead_link_to_confirm_leads_to_a_new_one_too(browser: Browser) -> None:
    answer = browser.get("/confirm/x")

    assert answer.status == 404
    assert 'href="/">Subscribe' in answer.text


def test_o_09_a_token_of_a_retired_key_is_unknown(browser: Browser, add_reader: AddReader) -> None:
    retired = TokenKeys.from_secrets([new_key()])
    token = retired.make(Purpose.UNSUBSCRIBE, add_reader(), "monthly-2026-11")

    assert browser.ask("POST", f"/unsubscribe/{token}", ONE_CLICK).status == 404


@pytest.mark.parametrize("purpose", [Purpose.PREFERENCES, Purpose.BLOCK])
def test_o_07_a_token_for_something_else_is_unknown(
    browser: Browser, add_reader: AddReader, purpose: Purpose
) -> None:
    assert browser.get(f"/unsubscribe/{browser.token(add_reader(), purpose)}").status == 404


@pytest.mark.parametrize("appended", ["/", ".", "./", "//", "&data=05%7C02", ",", ")", "%22"])
def test_what_was_appended_on_the_way_does_no_harm(
    browser: Browser, add_reader: AddReader, storage: SubscriberStorage, appended: str
) -> None:
    ref = add_reader()
    path = f"/unsubscribe/{browser.token(ref)}{appended}"

    answers = [browser.get(path), browser.ask("POST", path, ONE_CLICK)]

    assert [answer.status for answer in answers] == [200, 200]
    assert state_of(storage, ref) == "unsubscribed"


@pytest.mark.parametrize("page", ["unsubscribe", "preferences"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_link_of_a_test_mail_explains_itself(
    browser: Browser, add_reader: AddReader, page: str, method: str
) -> None:
    token = browser.token(add_reader(), Purpose.TEST)
    before = browser.state()

    answer = browser.ask(method, f"/{page}/{token}")

    assert answer.status == 200
    assert "This was a test mail" in answer.text
    assert browser.state() == before


def test_a_link_whose_digest_nobody_knows_any_more_leaves_everything(
    browser: Browser, add_reader: AddReader, storage: SubscriberStorage
) -> None:
    ref = add_reader(digests=("monthly", "weekly"))
    path = f"/unsubscribe/{browser.token(ref, scope='forgotten')}"

    asked = browser.get(path)
    browser.ask("POST", path, ONE_CLICK)

    assert "Unsubscribe from “Network Newsletter”" in asked.text
    assert state_of(storage, ref) == "unsubscribed"


@pytest.mark.parametrize(
    ("lang", "header", "title"),
    [
        ("fr", "de", "Se désabonner de"),
        ("xx", "de-AT,de;q=0.9,en;q=0.5", "abbestellen</h1>"),
        ("xx", "en;q=0.1, fr-BE;q=0.8", "Se désabonner de"),
        ("xx", "es, *;q=0.1, de;q=nonsense", "Unsubscribe from"),
        ("xx", "", "Unsubscribe from"),
    ],
)
def test_the_page_speaks_the_readers_language_else_the_browsers(
    browser: Browser, add_reader: AddReader, lang: str, header: str, title: str
) -> None:
    token = browser.token(add_reader(lang=lang))

    assert title in browser.get(f"/unsubscribe/{token}", Accept_Language=header).text


def test_an_address_cannot_smuggle_markup_into_the_page(
    browser: Browser, add_reader: AddReader, engine: Engine
) -> None:
    ref = add_reader()
    with engine.begin() as connection:
        connection.execute(update(subscribers).values(email="<b>@<i>.<script>"))

    answer = browser.get(f"/unsubscribe/{browser.token(ref)}")

    assert "&lt;script&gt;" in answer.text
    assert "<script>" not in answer.text


def test_two_people_at_once_never_fail(
    browser: Browser, add_reader: AddReader, storage: SubscriberStorage
) -> None:
    from concurrent.futures import ThreadPoolExecutor

    refs = [add_reader() for _ in range(20)]
    leave: Callable[[bytes], int] = lambda ref: (  # noqa: E731  # one expression, used once
        browser.ask("POST", f"/unsubscribe/{browser.token(ref)}", ONE_CLICK).status
    )

    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(leave, [*refs, *refs]))

    assert set(statuses) == {200}
    assert {state_of(storage, ref) for ref in refs} == {"unsubscribed"}


def test_a_usual_title_of_a_digest_is_told_in_the_readers_language(
    browser: Browser, add_reader: AddReader
) -> None:
    ref = add_reader(lang="fr", digests=("monthly", "weekly"))
    path = f"/unsubscribe/{browser.token(ref)}"

    asked = browser.get(path).text
    left = browser.press(path, {"action": "one"}).text
    preferences = browser.get(f"/preferences/{browser.token(ref, Purpose.PREFERENCES)}").text

    assert "Se désabonner de «\u00a0Lettre mensuelle\u00a0»" in asked
    assert "Lettre hebdomadaire" in left
    assert "Lettre hebdomadaire" in preferences
