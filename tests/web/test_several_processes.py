"""Limits, where several processes serve one site: one budget for all of them, and whoever asks cannot choose whose it is."""

import random
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path

import requests
from sqlalchemy import func, select

from newsletter.app import open_project
from subscribers.storage.tables import requests as asked
from tests.web.processes import served

PER_HOUR = 20
LIMITS = f"\n[limits]\nper_ip_hour = {PER_HOUR}\n"
BEHIND_A_PROXY = '\n[site]\ntrusted_proxies = ["127.0.0.1"]\n'


def test_o_17_w_10_processes_share_one_limit_that_a_restart_does_not_lift(sample: Path) -> None:
    change_settings(sample, LIMITS)

    with served(sample, 3) as ports:
        first = sign_ups(ports, [invented(number) for number in range(PER_HOUR // 2)])
    with served(sample, 2) as ports:
        second = sign_ups(ports, [invented(number) for number in range(3 * PER_HOUR)])

    assert Counter(first) == {202: PER_HOUR // 2}
    assert Counter(second) == {202: PER_HOUR // 2, 429: 3 * PER_HOUR - PER_HOUR // 2}
    assert taken_in(sample) == PER_HOUR


def test_w_10_behind_a_trusted_proxy_each_client_has_a_limit_of_its_own(sample: Path) -> None:
    change_settings(sample, LIMITS + BEHIND_A_PROXY)
    clients = ["198.51.100.7", "203.0.113.9", "2001:db8::1"]

    with served(sample, 2) as ports:
        statuses = {
            # What the client wrote stands left of what the proxy wrote.
            client: sign_ups(ports, [f"{invented(number)}, {client}" for number in range(2 * PER_HOUR)])
            for client in clients
        }

    assert {client: Counter(found) for client, found in statuses.items()} == {
        client: {202: PER_HOUR, 429: PER_HOUR} for client in clients
    }
    assert taken_in(sample) == len(clients) * PER_HOUR


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
