"""A wave of sign-ups that other people send, made after ones that were published: victims get little of it, and honest readers their mail."""

import random
from dataclasses import dataclass

import pytest
from sqlalchemy import Engine, func, select

from subscribers.requests import Kind, RequestState
from subscribers.storage.tables import requests
from tests.subscribers.postman import Postman
from tests.subscribers.test_sign_up_limits import by_json

#: A twentieth of a documented day: 18,000 sign-ups, most for two large providers, from few networks with a long tail.
REQUESTS = 900
MINUTES = 72
DOMAINS = {"yahoo.example": 41, "gmail.example": 39, "qq.example": 25, "school.example": 9, "mail.example": 7}
VICTIMS = [f"victim.{number}@gmail.com" for number in range(12)]
HONEST = [f"reader{number}@police{number}.example.eu" for number in range(20)]
MOST_PER_DOMAIN, MOST_IN_ALL = 30, 200


@dataclass
class Wave:
    """Who asks for whom, from where."""

    chance: random.Random

    def address(self) -> str:
        if self.chance.random() < 0.13:
            victim = self.chance.choice(VICTIMS)
            local = victim.partition("@")[0]
            return self.chance.choice(
                [
                    victim,
                    victim.upper(),
                    f"{local}+{self.chance.randrange(9)}@gmail.com",
                    victim.replace(".", "", 1),
                ]
            )
        (domain,) = self.chance.choices(list(DOMAINS), weights=list(DOMAINS.values()))
        return f"u{self.chance.randrange(10**6)}@{domain}"

    def network(self) -> str:
        few = [(f"203.0.113.{place}", weight) for place, weight in enumerate((220, 67, 29, 15, 15))]
        if self.chance.random() < 0.34:
            (network,) = self.chance.choices([name for name, _ in few], weights=[weight for _, weight in few])
            return network
        return (
            f"198.{self.chance.randrange(18, 20)}.{self.chance.randrange(256)}.{self.chance.randrange(256)}"
        )


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_o_14_to_o_21_the_list_bomb_replay(postman: Postman, engine: Engine) -> None:
    wave, limited = (
        Wave(random.Random(8)),
        postman.with_limits(per_domain_hour=MOST_PER_DOMAIN, global_hour=MOST_IN_ALL),
    )
    waits = {}
    answers = set()
    honest = iter(HONEST)

    for minute in range(MINUTES):
        for _ in range(REQUESTS // MINUTES):
            answer = by_json(postman.browser, wave.address(), wave.network())
            answers.add((answer.status, answer.text if answer.status == 202 else ""))
        if minute % 3 == 1 and (email := next(honest, None)):
            asked_at = postman.browser.clock.now
            assert by_json(postman.browser, email, f"192.0.2.{minute}").status == 202
            postman.wait(2)
            limited.deliver()
            waits[email] = [
                (postman.browser.clock.now - asked_at).total_seconds() for _ in postman.mailboxes.of(email)
            ]
        postman.wait(58 if minute % 3 == 1 else 60)
        limited.deliver()

    with engine.connect() as connection:
        mailed = connection.execute(
            select(requests.c.domain, requests.c.mailbox, requests.c.claimed_at).where(
                requests.c.state == RequestState.MAILED, requests.c.kind == Kind.SIGN_UP
            )
        ).all()
        waiting = connection.execute(select(func.count()).select_from(requests)).scalar_one()
    assert waits == {email: [2.0] for email in HONEST}
    assert most({row.mailbox for row in mailed}, [row.mailbox for row in mailed]) <= 3
    assert busiest_hour([row.claimed_at.timestamp() for row in mailed]) <= MOST_IN_ALL
    for domain in {row.domain for row in mailed}:
        times = [row.claimed_at.timestamp() for row in mailed if row.domain == domain]
        assert busiest_hour(times) <= MOST_PER_DOMAIN
    assert waiting > 500
    assert len(answers) == 2
    assert {status for status, _ in answers} == {202, 429}


def most(each: set[bytes], found: list[bytes]) -> int:
    return max(found.count(one) for one in each)


def busiest_hour(times: list[float]) -> int:
    """Return how many of *times* lie within the fullest hour."""
    return max(sum(1 for other in times if start <= other < start + 3600) for start in times)
