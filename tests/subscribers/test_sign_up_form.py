"""The sign-up form: what it says before somebody agrees, what it asks for, and what is kept of who asked."""

import ipaddress
import re
from dataclasses import replace
from typing import Any
from xml.etree.ElementTree import Element

import html5lib
import pytest
from sqlalchemy import Engine, select

from subscribers.offers import Offer
from subscribers.storage import SubscriberStorage, metadata
from subscribers.storage.networks import RETRY_AFTER
from subscribers.tokens import Purpose
from subscribers.web.joining import HONEYPOT
from tests.subscribers.browser import Browser, state_of
from tests.subscribers.house import House
from tests.subscribers.postman import Postman
from tests.subscribers.test_sign_up_limits import by_json
from tests.web.serving import Served

READER = "reader@police.example.eu"
FORMS = ["/", "/embed"]


def parsed(text: str) -> Element:
    page: Element = html5lib.parse(text, namespaceHTMLElements=False)
    return page


def words(page: Element) -> str:
    return " ".join("".join(page.itertext()).split())


@pytest.mark.parametrize("path", FORMS)
@pytest.mark.parametrize(
    ("lang", "monthly", "only_for", "responsible"),
    [
        ("en", "Monthly digest (once a month)", "for nothing else", "for your data: The network"),
        ("fr", "Lettre mensuelle (une fois par mois)", "à rien d’autre", "de vos données : The network"),
        ("de", "(einmal im Monat)", "und sonst nichts", "für Ihre Daten: The network"),
    ],
)
def test_p_03_who_agrees_is_told_to_what_how_often_what_for_and_by_whom(
    browser: Browser, path: str, lang: str, monthly: str, only_for: str, responsible: str
) -> None:
    page = parsed(browser.get(path, Accept_Language=lang).text)

    said = words(page).replace("\N{NO-BREAK SPACE}", " ")
    assert page.get("lang") == lang
    assert monthly in said
    assert only_for in said
    assert responsible in said
    assert f"I agree ({lang})." in said
    assert "https://example.org/privacy" in {each.get("href") for each in page.iter("a")}


def test_p_03_a_form_for_the_only_digest_says_how_often_it_comes(
    house: House, server: Served, browser: Browser
) -> None:
    offer = Offer(digests={"m": "Our letter"}, frequencies={"m": "once a quarter"}, languages=("en",))
    server.app = replace(house, site=replace(house.site, offer=offer)).app()

    page = parsed(browser.get("/").text)

    assert "You get “Our letter”, once a quarter." in words(page)


@pytest.mark.parametrize("path", FORMS)
def test_p_03_nothing_is_ticked_and_one_box_is_for_one_purpose(browser: Browser, path: str) -> None:
    fields = list(parsed(browser.get(path).text).iter("input"))

    required = [each.get("name") for each in fields if each.get("required") is not None]
    assert [each for each in fields if each.get("checked") is not None] == []
    assert required == ["email", "consent"]


@pytest.mark.parametrize("path", FORMS)
def test_p_15_nothing_but_address_choice_and_language_is_asked_for(browser: Browser, path: str) -> None:
    page = parsed(browser.get(path).text)

    fields = {each.get("name") for kind in ("input", "select", "textarea") for each in page.iter(kind)}
    hidden_or_bait = {"stamp", HONEYPOT, "embedded"}
    assert fields - hidden_or_bait == {"email", "consent", "digests", "topics", "lang"}


def test_p_04_to_leave_takes_fewer_buttons_than_to_join(postman: Postman, storage: SubscriberStorage) -> None:
    pressed = [postman.sign_up(READER).status]
    postman.deliver()
    pressed.append(postman.press(postman.link(READER)).status)
    postman.deliver()
    reader = storage.find_by_key(READER)
    assert reader is not None
    assert reader.state == "active"

    page = parsed(postman.browser.get(postman.link(READER, "unsubscribe")).text)
    form = next(page.iter("form"))
    (button,) = form.iter("button")
    postman.browser.press(postman.link(READER, "unsubscribe"), {"action": str(button.get("value"))})

    assert pressed == [200, 200]
    assert [each.get("name") for kind in ("input", "select", "textarea") for each in form.iter(kind)] == []
    assert state_of(storage, reader.ref) == "unsubscribed"


def test_p_02_nothing_is_kept_of_the_network_and_the_browser(postman: Postman, engine: Engine) -> None:
    address = "203.0.113.77"
    postman.browser.headers = {
        "X-Test-Network": address,
        "X-Forwarded-For": address,
        "User-Agent": "Peculiar/1.0",
        "Referer": "https://intranet.example/secret",
    }

    postman.subscribe(READER)
    postman.deliver()
    postman.browser.ask("POST", postman.link(READER, "unsubscribe"))

    kept = [value for row in _rows(engine) for value in row]
    told = re.compile(r"203\.0\.113|Peculiar|intranet")
    assert [value for value in kept if told.search(str(value))] == []
    assert [value for value in kept if value == ipaddress.ip_address(address).packed] == []


def _rows(engine: Engine) -> list[tuple[Any, ...]]:
    with engine.connect() as connection:
        return [tuple(row) for table in metadata.tables.values() for row in connection.execute(select(table))]


def test_w_15_what_an_address_may_not_get_any_more_is_answered_as_usual(browser: Browser) -> None:
    answers = [by_json(browser, READER, f"198.51.100.{number}") for number in range(20)]
    crowded = [by_json(browser, f"r{number}@example.org", "192.0.2.9") for number in range(61)]

    assert {answer.status for answer in answers} == {202}
    assert len({answer.text for answer in answers}) == 1
    assert [answer.status for answer in crowded] == [202] * 60 + [429]
    assert crowded[-1].headers["Retry-After"] == str(int(RETRY_AFTER.total_seconds()))


@pytest.mark.parametrize(
    "target", ["//evil.example", "https:evil.example", "\\evil.example", "https://evil.example"]
)
@pytest.mark.parametrize("name", ["next", "redirect", "return_to", "url"])
def test_w_08_nobody_is_led_anywhere(postman: Postman, name: str, target: str) -> None:
    postman.sign_up("other@example.org")
    postman.deliver()
    browser = postman.browser

    answers = [
        browser.get(f"/?{name}={target}"),
        postman.sign_up(READER, **{name: target}),
        browser.press(f"{postman.link('other@example.org')}?{name}={target}", {name: target}),
        browser.press("/manage", postman.form("/manage") | {"email": READER, name: target}),
    ]

    assert [answer.status for answer in answers] == [200] * 4
    assert [answer for answer in answers if "Location" in answer.headers or "evil" in answer.text] == []


INJECTIONS = [
    "' OR '1'='1",
    '"; DROP TABLE subscribers; --',
    "1) UNION SELECT 1--",
    "monthly' --",
    "%27%20OR%201=1",
]


@pytest.mark.parametrize("text", INJECTIONS)
def test_w_40_what_looks_like_sql_is_only_text(
    postman: Postman, add_reader: Any, storage: SubscriberStorage, text: str
) -> None:
    ref = add_reader("known@example.org", digests=("monthly", "weekly"))
    browser = postman.browser
    preferences = f"/preferences/{browser.token(ref, Purpose.PREFERENCES)}"
    before = browser.state()

    answers = [
        browser.press(
            "/subscribe", postman.form() | dict.fromkeys(("email", "digests", "topics", "lang"), text)
        ),
        by_json(browser, text, digests=[text], topics=[text], lang=text),
        browser.press("/manage", postman.form("/manage") | {"email": text}),
        browser.press(preferences, dict.fromkeys(("digest", "topics", "topic", "pause"), text)),
        browser.press(f"/unsubscribe/{browser.token(ref, scope=text)}", {"action": "undo"}),
        browser.get("/", Accept_Language=text),
    ]

    assert [answer.status for answer in answers] == [422, 422, 422, 422, 200, 200]
    assert browser.state() == before


def test_c_09_nobody_can_have_a_mail_sent_to_somebody_else_with_words_of_their_own(
    postman: Postman,
) -> None:
    fields = {"to": "victim@example.org", "friend": "victim@example.org", "message": "WIN", "subject": "WIN"}

    paths = ["/forward", "/share", "/send", "/tell-a-friend", "/issues/monthly-2026-11/forward"]
    statuses = [postman.browser.press(path, dict(fields)).status for path in paths]
    postman.sign_up(READER, **fields)
    postman.deliver()

    assert set(statuses) == {404}
    assert [mail.to for mail in postman.mailboxes.mails] == [READER]
    assert "WIN" not in repr(postman.mailboxes.mails)
