"""Answers that the database does not take are kept for a while: who was accepted is not to end in doubt."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from newsletter.database import Engine
from newsletter.delivery.letter import Letter
from newsletter.delivery.providers.base import Capabilities
from newsletter.delivery.sender import send_issue
from newsletter.delivery.values import Recipient
from newsletter.errors import StorageError
from newsletter.issues.values import IssueState
from newsletter.storage import issues
from tests.delivery.conftest import MakePost
from tests.delivery.frozen_issue import Clock, add_readers, freeze
from tests.fakes import MemoryProvider
from tests.server import Server, address_for_driver

WAYS = [Capabilities(max_batch=10), Capabilities(max_batch=10, is_one_by_one=True)]


class Outage:
    """A database that nobody can use between `begin` and `end`."""

    def __init__(self, begin: Callable[[], object], end: Callable[[], object]) -> None:
        self.begin, self.end = begin, end
        self.is_on = False

    def strike(self, _letter: Letter, _recipients: Sequence[Recipient]) -> None:
        """Begin while the provider has a request, once."""
        if not self.is_on:
            self.is_on = True
            self.begin()


@pytest.fixture
def outage(database: str, request: pytest.FixtureRequest) -> Iterator[Outage]:
    """Of the database of the test."""
    name = make_url(database).database
    assert name
    if database.startswith("sqlite"):
        path = Path(name)
        away = path.with_name("away")
        yield Outage(lambda: path.rename(away), lambda: away.rename(path))
        return
    server: Server = request.getfixturevalue("postgresql")
    with _shutting(address_for_driver(server.address), name) as found:
        yield found


@contextmanager
def _shutting(address: str, name: str) -> Iterator[Outage]:
    """Throw everybody out of a PostgreSQL database, and let nobody in."""
    with psycopg.connect(address, autocommit=True) as connection:

        def begin() -> None:
            connection.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false".encode())
            connection.execute(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s", (name,)
            )

        def end() -> None:
            connection.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true".encode())

        try:
            yield Outage(begin, end)
        finally:
            end()


@pytest.mark.parametrize("capabilities", WAYS, ids=["many a request", "one by one"])
def test_they_are_recorded_when_the_database_is_back(
    engine: Engine, post: MakePost, outage: Outage, capabilities: Capabilities
) -> None:
    add_readers(engine, 90)
    provider = MemoryProvider(capabilities, outage.strike)
    stored = freeze(engine)
    said: list[str] = []

    def listen(words: str) -> None:
        said.append(words)
        outage.end()

    with pytest.raises(StorageError):
        send_issue(replace(post(stored, provider), on_unrecorded=listen))
    meanwhile = issues.counts(engine, stored.number)
    accepted = sum(provider.accepted.values())
    after = send_issue(post(stored, provider))

    assert len(said) == 1
    assert 0 < accepted < 90
    assert (meanwhile["accepted"], meanwhile["unknown"], meanwhile["sending"]) == (accepted, 0, 0)
    assert after.state is IssueState.SENT
    assert sorted(provider.accepted.values()) == [1] * 90


@pytest.mark.parametrize("capabilities", WAYS, ids=["many a request", "one by one"])
@pytest.mark.parametrize("is_stopped", [True, False], ids=["stopped", "too long"])
def test_they_are_in_doubt_when_nobody_waits_any_longer(
    engine: Engine, post: MakePost, outage: Outage, capabilities: Capabilities, *, is_stopped: bool
) -> None:
    add_readers(engine, 90)
    provider = MemoryProvider(capabilities, outage.strike)
    stored = freeze(engine)
    made = post(stored, provider)
    if is_stopped:
        made = replace(made, on_unrecorded=lambda _words: made.stop.set())
    else:
        made = replace(made, clock=Clock(step=timedelta(minutes=4)))

    with pytest.raises(StorageError):
        send_issue(made)
    outage.end()
    unrecorded = sum(provider.accepted.values()) - issues.counts(engine, stored.number)["accepted"]
    after = send_issue(post(stored, provider))
    counts = issues.counts(engine, stored.number)

    assert after.state is IssueState.SENT
    # A server that is slow to throw somebody out may still end what they had asked for: that is in doubt no more.
    assert 0 < counts["unknown"] <= unrecorded
    assert counts["accepted"] + counts["unknown"] == 90
    assert sorted(provider.accepted.values()) == [1] * 90
