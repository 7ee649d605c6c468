"""The challenge before every entrance: form, embedded form, JSON, and the link to personal data (rows O-20, O-21)."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import Engine, func, select

from subscribers.challenges import ProofOfWork
from subscribers.storage.challenges import spend
from subscribers.storage.tables import requests, spent_challenges
from subscribers.web.security import CONTENT_SECURITY_POLICY
from tests.subscribers.browser import NOW, AddReader, Answer, Browser
from tests.subscribers.house import House
from tests.subscribers.postman import Postman, hidden_fields
from tests.subscribers.solving import challenge_in, solve, spelled

READER = "reader@police.example.eu"
AGAIN = "Please press the button once more."


def with_challenge(house: House, work: ProofOfWork | None) -> House:
    return replace(house, desk=replace(house.desk, reception=replace(house.desk.reception, challenge=work)))


@pytest.fixture
def house(house: House, engine: Engine, secret: str) -> House:
    """The newsletter, with a challenge that is quickly solved."""
    work = ProofOfWork.from_secrets([secret], partial(spend, engine))
    return with_challenge(house, replace(work, most=300))


@dataclass
class Entrance:
    """A way of asking for a mail: how its challenge is got, and how it is asked."""

    give: Callable[[Browser], tuple[str, dict[str, str | list[str]]]]
    ask: Callable[[Browser, str, dict[str, str | list[str]]], Answer]

    def solution(self, browser: Browser) -> tuple[str, dict[str, str | list[str]]]:
        """Return a solution, and the other fields that its form has."""
        text, fields = self.give(browser)
        browser.clock.now += timedelta(seconds=5)
        return solve(json.loads(text)), fields


def _form(path: str) -> Callable[[Browser], tuple[str, dict[str, str | list[str]]]]:
    def give(browser: Browser) -> tuple[str, dict[str, str | list[str]]]:
        page = browser.get(path).text
        return json.dumps(challenge_in(page)), hidden_fields(page)

    return give


def _send(path: str) -> Callable[[Browser, str, dict[str, str | list[str]]], Answer]:
    def ask(browser: Browser, solution: str, fields: dict[str, str | list[str]]) -> Answer:
        return browser.press(path, {**fields, "email": READER, "consent": "1", "challenge": solution})

    return ask


def _send_json(browser: Browser, solution: object, _fields: object) -> Answer:
    body = json.dumps({"email": READER, "consent": True, "challenge": solution}).encode()
    return browser.ask("POST", "/api/subscriptions", body, Content_Type="application/json")


ENTRANCES = {
    "form": Entrance(_form("/"), _send("/subscribe")),
    "embed": Entrance(_form("/embed"), _send("/subscribe")),
    "manage": Entrance(_form("/manage"), _send("/manage")),
    "json": Entrance(lambda browser: (browser.get("/api/challenge").text, {}), _send_json),
}
entrances = pytest.mark.parametrize("entrance", ENTRANCES.values(), ids=ENTRANCES)


def asked(engine: Engine) -> int:
    with engine.connect() as connection:
        return connection.execute(select(func.count()).select_from(requests)).scalar() or 0


def is_refused(answer: Answer) -> bool:
    """Whether the form is shown again with words, or a program is told what is wrong."""
    if answer.headers["Content-Type"].startswith("application/problem+json"):
        return answer.status == 422 and json.loads(answer.text)["id"] == "invalid-challenge"
    return answer.status == 200 and AGAIN in answer.text and READER in answer.text


@entrances
def test_o_20_with_a_solution_a_request_is_taken_in(
    browser: Browser, engine: Engine, entrance: Entrance
) -> None:
    answer = entrance.ask(browser, *entrance.solution(browser))

    assert answer.status in {200, 202}
    assert AGAIN not in answer.text
    assert asked(engine) == 1


@entrances
def test_o_21_no_entrance_takes_a_solution_twice(
    browser: Browser, engine: Engine, entrance: Entrance
) -> None:
    solution, fields = entrance.solution(browser)
    entrance.ask(browser, solution, fields)

    for other in ENTRANCES.values():
        _, fresh = other.solution(browser)
        assert is_refused(other.ask(browser, solution, fresh))
    assert asked(engine) == 1


@entrances
def test_o_20_a_solution_that_is_too_old_is_refused(
    browser: Browser, engine: Engine, entrance: Entrance
) -> None:
    solution, fields = entrance.solution(browser)
    browser.clock.now += timedelta(minutes=20)

    assert is_refused(entrance.ask(browser, solution, fields))
    assert asked(engine) == 0


@pytest.mark.parametrize("garbage", ["", "x", "{", "null", "é", "\x00", spelled([]), spelled({}), "A" * 5000])
@entrances
def test_o_20_garbage_is_refused_with_words(
    browser: Browser, engine: Engine, entrance: Entrance, garbage: str
) -> None:
    _, fields = entrance.solution(browser)

    assert is_refused(entrance.ask(browser, garbage, fields))
    assert asked(engine) == 0


@pytest.mark.parametrize("value", [None, 1, [], {}, True])
def test_o_20_a_solution_in_json_that_is_no_text_is_refused(
    browser: Browser, engine: Engine, value: object
) -> None:
    assert is_refused(_send_json(browser, value, {}))
    assert asked(engine) == 0


@entrances
def test_o_20_another_sites_solution_is_refused(browser: Browser, engine: Engine, entrance: Entrance) -> None:
    elsewhere = ProofOfWork(keys=[b"k" * 32], spend=lambda *_: True, most=300)
    _, fields = entrance.solution(browser)

    assert is_refused(entrance.ask(browser, solve(elsewhere.make(NOW)), fields))
    assert asked(engine) == 0


@entrances
def test_o_20_when_the_database_fails_nobody_is_let_in(
    browser: Browser, engine: Engine, entrance: Entrance
) -> None:
    solution, fields = entrance.solution(browser)
    with engine.begin() as connection:
        spent_challenges.drop(connection)

    assert is_refused(entrance.ask(browser, solution, fields))
    assert asked(engine) == 0


@entrances
def test_o_20_whatever_a_challenge_raises_nobody_is_let_in(
    house: House, browser: Browser, engine: Engine, server: object, entrance: Entrance
) -> None:
    solution, fields = entrance.solution(browser)
    _break(house)

    assert is_refused(entrance.ask(browser, solution, fields))
    assert asked(engine) == 0


def _break(house: House) -> None:
    """Have the challenge of a running site raise what nobody expects."""

    def fail(_challenge: bytes, _expires_at: datetime) -> bool:
        raise RuntimeError("nobody expects this")

    work = house.desk.reception.challenge
    assert isinstance(work, ProofOfWork)
    object.__setattr__(work, "spend", fail)


def test_a_form_that_comes_back_carries_what_was_entered_and_another_challenge(browser: Browser) -> None:
    first = browser.get("/").text
    browser.clock.now += timedelta(seconds=5)

    answer = browser.press(
        "/subscribe", {**hidden_fields(first), "email": READER, "consent": "1", "topics": ["green"]}
    )

    assert f'value="{READER}"' in answer.text
    assert 'value="green" checked' in answer.text
    assert challenge_in(answer.text)["challenge"] != challenge_in(first)["challenge"]


def test_without_javascript_the_page_says_where_to_write(browser: Browser) -> None:
    for path in ("/", "/embed", "/manage"):
        page = browser.get(path, Accept_Language="fr").text
        assert "<noscript>" in page
        assert "écrire à editors@example.org" in page


def test_only_pages_with_a_challenge_may_run_its_script(browser: Browser) -> None:
    policies = {
        path: browser.get(path).headers["Content-Security-Policy"]
        for path in ("/", "/embed", "/manage", "/unsubscribe/x", "/challenge.js")
    }

    with_script = {path for path, policy in policies.items() if "script-src 'self';" in policy}
    assert with_script == {"/", "/embed", "/manage"}
    assert "frame-ancestors https://example.org;" in policies["/embed"]
    assert policies["/unsubscribe/x"] == CONTENT_SECURITY_POLICY


def test_the_script_is_ours_and_a_program_gets_a_challenge(browser: Browser) -> None:
    script, given = browser.get("/challenge.js"), browser.get("/api/challenge")

    assert script.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert given.headers["Cache-Control"] == "no-store"
    assert set(json.loads(given.text)) == {"algorithm", "challenge", "maxnumber", "salt", "signature"}


def test_links_by_mail_need_no_challenge(postman: Postman, add_reader: AddReader, engine: Engine) -> None:
    add_reader(READER)
    entrance = ENTRANCES["manage"]
    entrance.ask(postman.browser, *entrance.solution(postman.browser))
    postman.deliver()

    answer = postman.browser.press(
        postman.link(READER, "manage"), {"action": "address", "email": "new@police.example.eu"}
    )

    assert answer.status == 200
    assert asked(engine) == 2


class TestWithout:
    """No challenge, which is the default."""

    @pytest.fixture
    def house(self, house: House) -> House:
        return with_challenge(house, None)

    def test_nothing_of_it_is_there(self, browser: Browser) -> None:
        for path in ("/", "/embed", "/manage"):
            page = browser.get(path)
            assert "script" not in page.text
            assert "challenge" not in page.text
            assert "script-src" not in page.headers["Content-Security-Policy"]
        assert browser.get("/challenge.js").status == 404
        assert browser.get("/api/challenge").status == 404

    def test_a_field_of_that_name_counts_for_nothing(self, browser: Browser, engine: Engine) -> None:
        assert _send_json(browser, 7, {}).status == 202
        assert asked(engine) == 1
