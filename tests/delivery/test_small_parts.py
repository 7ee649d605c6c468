"""Locks, the journal, retries, and the tables of transitions."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from newsletter.delivery import locks
from newsletter.delivery.journal import Journal
from newsletter.delivery.leases import BEAT_S, LEASE_S, LONGEST_REQUEST_S
from newsletter.delivery.providers.http import ANSWER_S, CONNECT_S
from newsletter.delivery.retries import FIRST_S, LONGEST_S, retry_at

NOW = datetime(2026, 11, 3, 9, tzinfo=UTC)


def test_a_sender_lives_as_long_as_its_block(tmp_path: Path) -> None:
    with locks.alive(tmp_path, 1) as name:
        during = locks.is_alive(tmp_path, name)

    assert during
    assert not locks.is_alive(tmp_path, name)


def test_a_killed_sender_is_dead_at_once(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from newsletter.delivery import locks\n"
        "with locks.alive(Path(sys.argv[1]), 1) as name: print(name, flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, tmp_path], stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        name = process.stdout.readline().strip()
        before = locks.is_alive(tmp_path, name)
        process.kill()
        process.wait()

        assert before
        assert not locks.is_alive(tmp_path, name)


def test_the_journal_names_each_issue_once_and_survives_a_torn_line(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "var" / "sent.journal")
    journal.append("monthly-2026-11", "smtp", NOW)
    journal.append("monthly-2026-11", "smtp", NOW)
    with journal.path.open("a") as file:
        file.write("2026-11-03T09:00")

    assert journal.entries() == [("monthly-2026-11", "smtp")]
    assert len(journal.path.read_text().splitlines()) == 2


def test_the_journal_takes_any_name_and_any_damage(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "sent.journal")
    journal.path.write_bytes(b"\xff\xfe torn by a power failure")
    journal.append("summer special", "smtp", NOW)
    journal.append("summer special", "smtp", NOW)

    assert journal.entries() == [("summer special", "smtp")]
    assert len(journal.path.read_bytes().splitlines()) == 2


def test_locks_reach_as_far_as_their_folder(tmp_path: Path) -> None:
    assert locks.reach(tmp_path) == locks.reach(tmp_path)
    assert locks.reach(tmp_path) != locks.reach(tmp_path / "a copy")


def test_a_lease_outlasts_every_request_to_a_providers_api() -> None:
    assert CONNECT_S + ANSWER_S < LONGEST_REQUEST_S < LEASE_S - 2 * BEAT_S


def test_the_lock_of_a_dead_sender_is_cleared_away(tmp_path: Path) -> None:
    (tmp_path / "dead.lock").touch()

    assert not locks.is_alive(tmp_path, "dead")
    assert not (tmp_path / "dead.lock").exists()


@given(attempts=st.integers(1, 1000), jitter=st.floats(0, 1, exclude_max=True))
def test_waits_grow_and_stay_within_their_bounds(attempts: int, jitter: float) -> None:
    wait = (retry_at(attempts, None, NOW, jitter) - NOW).total_seconds()
    next_wait = (retry_at(attempts + 1, None, NOW, jitter) - NOW).total_seconds()

    assert FIRST_S <= wait <= next_wait <= LONGEST_S * 1.25


def test_a_providers_own_wish_is_a_lower_bound() -> None:
    assert retry_at(1, 120.0, NOW, 0.0) == NOW + timedelta(minutes=2)
    assert retry_at(8, 1.0, NOW, 0.0) == NOW + timedelta(seconds=640)
