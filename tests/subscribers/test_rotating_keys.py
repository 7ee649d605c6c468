"""Keys of links, rotated: whatever was mailed or shown before goes on working until its key is retired."""

from collections.abc import Callable, Sequence

import pytest
from sqlalchemy import Engine, func, select

from subscribers.keys import new_key
from subscribers.requests import Kind
from subscribers.states import State
from subscribers.storage import SubscriberStorage
from subscribers.storage.tables import requests
from subscribers.suppression import SuppressionKeys
from subscribers.tokens import Purpose
from tests.subscribers.browser import AddReader, Browser
from tests.subscribers.house import House, build
from tests.subscribers.postman import Postman
from tests.web.serving import Served

READER = "reader@police.example.eu"
NEWCOMER = "newcomer@police.example.eu"


@pytest.fixture
def use_keys(
    server: Served, house: House, engine: Engine, suppression_keys: SuppressionKeys
) -> Callable[[Sequence[str]], None]:
    """Return a function that starts the site again with other keys, newest first, at the same hour."""

    def use(secrets: Sequence[str]) -> None:
        rebuilt = build(engine, secrets, suppression_keys)
        rebuilt.clock.now = house.clock.now
        server.app = rebuilt.app()

    return use


@pytest.fixture
def mailed(postman: Postman, add_reader: AddReader, browser: Browser) -> dict[Purpose, str]:
    """A link of every purpose, each mailed or ready to be."""
    ref = add_reader(READER)
    postman.browser.press("/manage", {**postman.form("/manage"), "email": READER})
    postman.sign_up(NEWCOMER)
    postman.deliver()
    return {
        Purpose.UNSUBSCRIBE: f"/unsubscribe/{browser.token(ref)}",
        Purpose.PREFERENCES: f"/preferences/{browser.token(ref, Purpose.PREFERENCES)}",
        Purpose.MANAGE: postman.link(READER, "manage"),
        Purpose.CONFIRM: postman.link(NEWCOMER, "confirm"),
        Purpose.BLOCK: postman.link(NEWCOMER, "block"),
        Purpose.TEST: f"/unsubscribe/{browser.token(bytes(12), Purpose.TEST)}",
    }


def test_o_09_every_link_that_was_mailed_lives_until_its_key_is_retired(
    mailed: dict[Purpose, str], browser: Browser, use_keys: Callable[[Sequence[str]], None], secret: str
) -> None:
    newer, newest = new_key(), new_key()

    use_keys([newest, newer, secret])
    rotated = {purpose: browser.get(link).status for purpose, link in mailed.items()}
    use_keys([newest, newer])
    retired = {
        (purpose, method): browser.ask(method, link).status
        for purpose, link in mailed.items()
        for method in ("GET", "POST")
    }

    assert set(mailed) == set(Purpose)
    assert rotated == dict.fromkeys(Purpose, 200)
    assert set(retired.values()) == {404}


def test_o_09_a_page_that_was_open_during_the_rotation_confirms(
    mailed: dict[Purpose, str],
    postman: Postman,
    storage: SubscriberStorage,
    use_keys: Callable[[Sequence[str]], None],
    secret: str,
) -> None:
    link = mailed[Purpose.CONFIRM]
    fields = postman.form(link)

    use_keys([new_key(), secret])
    answer = postman.browser.press(link, fields)

    reader = storage.find_by_key(NEWCOMER)
    assert answer.status == 200
    assert reader is not None
    assert reader.state is State.ACTIVE


@pytest.mark.parametrize(("is_retired", "taken_in"), [(False, 1), (True, 0)])
def test_o_09_a_form_that_was_open_during_the_rotation_counts_until_its_key_is_retired(
    postman: Postman,
    engine: Engine,
    use_keys: Callable[[Sequence[str]], None],
    secret: str,
    is_retired: bool,
    taken_in: int,
) -> None:
    fields = postman.form()

    use_keys([new_key()] if is_retired else [new_key(), secret])
    answer = postman.browser.press("/subscribe", fields | {"email": NEWCOMER, "consent": "1"})

    with engine.connect() as connection:
        statement = select(func.count()).where(requests.c.kind == Kind.SIGN_UP)
        assert connection.execute(statement).scalar_one() == taken_in
    # Otherwise the page comes back, filled in, with one button to press.
    assert answer.status == 200
    assert (NEWCOMER in answer.text) == is_retired
