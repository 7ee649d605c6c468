"""Limits are in the database: several processes share them, and a restart forgets none."""

from collections.abc import Iterator

import pytest

from newsletter.database import open_database
from subscribers.suppression import SuppressionKeys
from tests.subscribers.browser import Browser
from tests.subscribers.house import House, build
from tests.subscribers.postman import Postman
from tests.subscribers.test_sign_up_limits import by_json
from tests.web.serving import Served


@pytest.fixture
def houses(database: str, secret: str, suppression_keys: SuppressionKeys) -> Iterator[list[House]]:
    """Four sites of one newsletter, each with connections, thread and memory of its own, and a fifth for later."""
    engines = [open_database(database) for _ in range(5)]
    yield [build(engine, [secret], suppression_keys) for engine in engines]
    for engine in engines:
        engine.dispose()


def test_o_17_four_processes_let_no_more_in_than_one_and_a_restart_nobody(
    houses: list[House], server: Served, browser: Browser
) -> None:
    apps = [house.app() for house in houses]

    statuses = []
    for number in range(80):
        server.app = apps[number % 4]
        statuses.append(by_json(browser, f"reader{number}@example.org").status)
    server.app = apps[4]
    after_a_restart = by_json(browser, "late@example.org").status

    assert statuses == [202] * 60 + [429] * 20
    assert after_a_restart == 429


def test_o_17_several_senders_of_mail_share_the_budget_of_an_address(
    houses: list[House], server: Served, browser: Browser
) -> None:
    for _ in range(5):
        for house in houses:
            server.app = house.app()
            house.clock.now = browser.clock.now
            by_json(browser, "victim@example.eu", f"198.51.100.{len(house.mailboxes.mails)}")
            house.mailroom.work_off()
        Postman(browser, houses[0].mailroom, houses[0].mailboxes).wait(3600)

    assert sum(len(house.mailboxes.of("victim@example.eu")) for house in houses) == 3
