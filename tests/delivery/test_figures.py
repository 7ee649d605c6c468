"""What the ledger tells while an issue goes out: how fast, and why readers were refused."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from newsletter.database import Engine
from newsletter.delivery.letter import Letter
from newsletter.delivery.sender import send_issue
from newsletter.delivery.values import Receipt, Recipient, Verdict
from newsletter.storage import pace, refusals
from newsletter.storage.claiming import claim
from newsletter.storage.pace import Lately
from tests.delivery.conftest import MakePost
from tests.delivery.frozen_issue import NOW, add_readers, freeze
from tests.fakes import MemoryProvider


def ago(seconds: float) -> timedelta:
    return timedelta(seconds=seconds)


def test_the_rate_counts_until_the_batches_under_way_were_claimed() -> None:
    lately = Lately(first_claim=NOW - ago(40), readers=1_000, under_way=[NOW - ago(10), NOW - ago(30)])

    assert pace.rate(lately, NOW) == 50.0


def test_with_nothing_under_way_the_rate_counts_until_now() -> None:
    assert pace.rate(Lately(first_claim=NOW - ago(40), readers=1_000, under_way=[]), NOW) == 25.0


@given(
    readers=st.integers(0, 10**7),
    first=st.none() | st.floats(0, 10**6),
    under_way=st.lists(st.floats(0, 10**6), max_size=5),
)
def test_a_rate_is_unknown_or_no_less_than_nothing(
    readers: int, first: float | None, under_way: list[float]
) -> None:
    lately = Lately(
        first_claim=None if first is None else NOW - ago(first),
        readers=readers,
        under_way=[NOW - ago(seconds) for seconds in under_way],
    )

    found = pace.rate(lately, NOW)

    assert found is None or found >= 0


def test_the_ledger_knows_the_pace_of_the_last_minute(engine: Engine, post: MakePost) -> None:
    add_readers(engine, 30)
    stored = freeze(engine)
    send_issue(post(stored, MemoryProvider()))
    with engine.begin() as connection:
        connection.execute(text("UPDATE batches SET claimed_at = '2026-11-03 09:00:00.000000'"))

    assert pace.per_second(engine, stored.number, NOW + ago(15)) == 2.0


def test_a_slow_server_is_seen_over_a_longer_time(engine: Engine, post: MakePost) -> None:
    add_readers(engine, 30)
    stored = freeze(engine)
    send_issue(post(stored, MemoryProvider()))
    with engine.begin() as connection:
        connection.execute(text("UPDATE batches SET claimed_at = '2026-11-03 09:00:00.000000'"))

    assert pace.per_second(engine, stored.number, NOW + ago(300)) == 0.1


@pytest.mark.parametrize("is_claimed", [False, True])
def test_before_a_batch_has_ended_the_pace_is_unknown(engine: Engine, *, is_claimed: bool) -> None:
    add_readers(engine, 30)
    stored = freeze(engine)
    if is_claimed:
        with engine.begin() as connection:
            claim(connection, stored.number, sender="one", one_by_one=False, now=NOW)

    assert pace.per_second(engine, stored.number, NOW + ago(5)) is None


def test_refusals_are_counted_by_reason_the_most_frequent_first(engine: Engine, post: MakePost) -> None:
    reasons = ["full", "unknown", "unknown", "", "unknown", "full"]

    def refuse(_letter: Letter, recipients: Sequence[Recipient]) -> list[Receipt]:
        refused = [
            Receipt(reader.subscriber_id, Verdict.REFUSED, reasons.pop()) if reasons else None
            for reader in recipients
        ]
        return [
            receipt or Receipt(reader.subscriber_id, Verdict.ACCEPTED)
            for reader, receipt in zip(recipients, refused, strict=True)
        ]

    add_readers(engine, 40)
    stored = freeze(engine)

    send_issue(post(stored, MemoryProvider(script=refuse)))

    found = refusals.by_reason(engine, stored.number)
    assert list(found.items()) == [("unknown", 3), ("full", 2), ("no reason was given", 1)]


def test_of_many_reasons_ten_are_told(engine: Engine, post: MakePost) -> None:
    def refuse(_letter: Letter, recipients: Sequence[Recipient]) -> list[Receipt]:
        return [
            Receipt(reader.subscriber_id, Verdict.REFUSED, f"{reader.ref.hex()}") for reader in recipients
        ]

    add_readers(engine, 12)
    stored = freeze(engine)

    send_issue(post(stored, MemoryProvider(script=refuse)))

    assert list(refusals.by_reason(engine, stored.number).values()) == [1] * 10
