"""What counts as the solution of a challenge, and what never does (row O-20)."""

import base64
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, func, select

from subscribers.challenges import LIFETIME, ProofOfWork
from subscribers.errors import KeysError
from subscribers.keys import new_key
from subscribers.storage.challenges import forget_expired, spend
from subscribers.storage.tables import spent_challenges
from tests.subscribers.browser import NOW
from tests.subscribers.solving import solve, spelled

SECRET = new_key()


def memory() -> ProofOfWork:
    """Return an easy challenge that remembers by itself."""
    spent: set[bytes] = set()

    def spend_once(challenge: bytes, _expires_at: datetime) -> bool:
        is_news = challenge not in spent
        spent.add(challenge)
        return is_news

    return easy([SECRET], spend_once)


def easy(secrets: list[str], spend_once: Any) -> ProofOfWork:
    made = ProofOfWork.from_secrets(secrets, spend_once)
    return ProofOfWork(keys=made.keys, spend=made.spend, most=300)


def test_o_20_a_solution_counts_once() -> None:
    work = memory()
    solution = solve(work.make(NOW))

    assert work.verify(solution, NOW + timedelta(seconds=1))
    assert not work.verify(solution, NOW + timedelta(seconds=2))


def test_o_20_a_solution_in_other_words_is_the_same_solution() -> None:
    work = memory()
    challenge = work.make(NOW)
    work.verify(solve(challenge), NOW)

    assert not work.verify(solve(challenge, took=815), NOW)


def test_o_20_a_solution_counts_for_twenty_minutes() -> None:
    work = memory()
    challenge = work.make(NOW)

    assert not work.verify(solve(challenge), NOW + LIFETIME)
    assert work.verify(solve(challenge), NOW + LIFETIME - timedelta(seconds=1))


def test_o_20_another_sites_challenge_does_not_count() -> None:
    elsewhere = easy([new_key()], lambda *_: True)

    assert not memory().verify(solve(elsewhere.make(NOW)), NOW)


def test_after_a_change_of_keys_what_was_given_out_still_counts() -> None:
    rotated = easy([new_key(), SECRET], lambda *_: True)

    assert rotated.verify(solve(memory().make(NOW)), NOW)


def test_a_weak_key_makes_no_challenge() -> None:
    with pytest.raises(KeysError):
        ProofOfWork.from_secrets(["secret"], lambda *_: True)


@pytest.mark.parametrize(
    "changed",
    [
        {"number": 301},
        {"number": -1},
        {"number": "0"},
        {"number": True},
        {"number": 1.0},
        {"number": 10**600},
        {"signature": "0" * 64},
        {"signature": "é" * 64},
        {"signature": None},
        {"challenge": "0" * 64},
        {"challenge": ["0" * 64]},
        {"salt": "0" * 24 + "?expires=9999999999&"},
        {"salt": ""},
        {"algorithm": "SHA-1"},
        {"algorithm": None},
    ],
    ids=str,
)
def test_o_20_a_forged_or_wrong_solution_does_not_count_and_spends_nothing(
    changed: dict[str, object],
) -> None:
    work = memory()
    challenge = work.make(NOW)

    assert not work.verify(solve(challenge, **changed), NOW)
    assert work.verify(solve(challenge), NOW)


def test_o_20_no_digit_wanders_from_the_time_to_the_number() -> None:
    """The text that is hashed stays the same, and the challenge would live longer."""
    work = memory()
    challenge = work.make(NOW)
    said = json.loads(base64.b64decode(solve(challenge)))
    head, _, _ = said["salt"].partition("&")

    for kept in range(len(head)):
        moved = spelled(said | {"salt": head[:kept], "number": f"{head[kept:]}&{said['number']}"})
        assert not work.verify(moved, NOW)


@given(st.text() | st.binary().map(lambda raw: base64.b64encode(raw).decode()))
def test_o_20_garbage_is_no_solution_and_no_failure(text: str) -> None:
    assert memory().verify(text, NOW) is False


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@given(
    st.dictionaries(st.sampled_from(["algorithm", "challenge", "number", "salt", "signature"]), _JSON) | _JSON
)
def test_o_20_any_json_in_its_place_is_no_solution_and_no_failure(said: object) -> None:
    assert memory().verify(spelled(said), NOW) is False


def test_deep_json_is_no_solution() -> None:
    assert memory().verify(base64.b64encode(b"[" * 760).decode(), NOW) is False
    assert memory().verify(base64.b64encode(b"[" * 100_000).decode(), NOW) is False


def test_o_20_of_processes_that_get_a_solution_together_one_takes_it(engine: Engine) -> None:
    work = easy([SECRET], partial(spend, engine))
    solution = solve(work.make(NOW))

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda _: work.verify(solution, NOW), range(8)))

    assert sorted(answers) == [False] * 7 + [True]


def test_what_has_expired_is_forgotten_and_what_counts_is_not(engine: Engine) -> None:
    spend(engine, b"1" * 32, NOW)
    spend(engine, b"2" * 32, NOW + timedelta(hours=3))

    forgotten = forget_expired(engine, NOW + timedelta(hours=2))

    assert forgotten == 1
    with engine.connect() as connection:
        assert connection.execute(select(func.count()).select_from(spent_challenges)).scalar() == 1
