"""Limits, where several processes serve one site or send its mails: one budget for all, and whoever asks cannot choose whose it is."""

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path

import pytest
import requests
from sqlalchemy import func, select

from newsletter.app import open_project
from newsletter.database import open_database
from subscribers.storage.tables import requests as asked
from subscribers.suppression import SuppressionKeys
from tests.subscribers.browser import Browser
from tests.subscribers.house import House, build
from tests.subscribers.postman import Postman
from tests.subscribers.test_sign_up_limits import by_json
from tests.web.processes import served
from tests.web.serving import Served

PER_HOUR = 20
LIMITS = f"\n[limits]\nper_ip_hour = {PER_HOUR}\n"
BEHIND_A_PROXY = '\n[site]\ntrusted_proxies = ["127.0.0.1"]\n'


@pytest.fixture
def project(sample: Path, database: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The sample project on either database, for processes of its own."""
    monkeypatch.setenv("NEWSLETTER_DATABASE__URL", database)
    return sample


@pytest.fixture
def houses(database: str, secret: str, suppression_keys: SuppressionKeys) -> Iterator[list[House]]:
    """Four sites of one newsletter, each with connections, thread and memory of its own."""
    engines = [open_database(database) for _ in range(4)]
    yield [build(engine, [secret], suppression_keys) for engine in engines]
    for engine in engines:
        engine.dispose()


def test_o_17_w_10_processes_share_one_limit_that_a_restart_does_not_lift(project: Path) -> None:
    change_settings(project, LIMITS)

    with served(project, 3) as ports:
        first = sign_ups(ports, [invented(number) for number in range(PER_HOUR // 2)])
    with served(project, 2) as ports:
        second = sign_ups(ports, [invented(number) for number in range(3 * PER_HOUR)])

    assert Counter(first) == {202: PER_HOUR // 2}
    assert Counter(second) == {202: PER_HOUR // 2, 429: 3 * PER_HOUR - PER_HOUR // 2}
    assert taken_in(project) == PER_HOUR


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


def test_o_17_senders_at_the_same_time_share_the_budgets_of_mailboxes(
    houses: list[House], server: Served, browser: Browser
) -> None:
    for house in houses:
        house.clock.now = browser.clock.now
    server.app = houses[0].app()
    victims = 20
    for number in range(3 * victims):
        # Tags of one mailbox follow each other in the queue.
        by_json(browser, f"victim{number // 3}+{number % 3}@example.eu", f"198.51.{number}.7")

    with ThreadPoolExecutor(len(houses)) as pool:
        list(pool.map(lambda house: house.mailroom.work_off(), houses))

    assert sum(len(house.mailboxes.mails) for house in houses) == victims


def test_w_10_behind_a_trusted_proxy_each_client_has_a_limit_of_its_own(project: Path) -> None:
    change_settings(project, LIMITS + BEHIND_A_PROXY)
    clients = ["198.51.100.7", "203.0.113.9", "2001:db8::1"]

    with served(project, 2) as ports:
        statuses = {
            # What the client wrote stands left of what the proxy wrote.
            client: sign_ups(ports, [f"{invented(number)}, {client}" for number in range(2 * PER_HOUR)])
            for client in clients
        }

    assert {client: Counter(found) for client, found in statuses.items()} == {
        client: {202: PER_HOUR, 429: PER_HOUR} for client in clients
    }
    assert taken_in(project) == len(clients) * PER_HOUR


def change_settings(project: Path, settings: str) -> None:
    with (project / "newsletter.toml").open("a", encoding="utf-8") as file:
        file.write(settings)


def invented(number: int) -> str:
    """Return what somebody may write into X-Forwarded-For."""
    chance = random.Random(number)
    return f"{IPv4Address(chance.getrandbits(32))}, {IPv6Address(chance.getrandbits(128))}"


def sign_ups(ports: Sequence[int], forwarded: Sequence[str]) -> list[int]:
    """Sign up once for each of *forwarded*, at the processes in turn and several at a time; return the statuses."""

    def one(number: int) -> int:
        answer = requests.post(
            f"http://127.0.0.1:{ports[number % len(ports)]}/api/subscriptions",
            json={"email": f"reader{number}@example{number}.org", "consent": True},
            headers={
                "X-Forwarded-For": forwarded[number],
                "X_Forwarded_For": forwarded[number],
                "X-Real-IP": forwarded[number].partition(",")[0],
            },
            timeout=30,
        )
        return answer.status_code

    with ThreadPoolExecutor(6) as pool:
        return list(pool.map(one, range(len(forwarded))))


def taken_in(project: Path) -> int:
    """Return how many sign-ups are stored."""
    engine = open_project(project).engine
    with engine.connect() as connection:
        count = connection.execute(select(func.count()).select_from(asked)).scalar_one()
    engine.dispose()
    return count
