"""Who gets a digest, and who may no longer be mailed."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, Integer, delete, literal, select

from subscribers.consent import Channel
from subscribers.storage import SubscriberStorage, audience, has_left, subscribers, with_readers
from subscribers.values import Statistics
from tests.subscribers.browser import NOW, AddReader

IN: dict[str, dict[str, Any]] = {
    "active": {},
    "pause over": {"state": "paused", "paused_until": NOW},
}
OUT: dict[str, dict[str, Any]] = {
    "pending": {"state": "pending"},
    "paused": {"state": "paused", "paused_until": NOW + timedelta(seconds=1)},
    "paused for ever": {"state": "paused"},
    "unsubscribed": {"state": "unsubscribed"},
    "bounced": {"suppressed": "bounce"},
    "complained and active": {"suppressed": "complaint", "state": "active"},
    "another digest": {"digests": ("weekly",)},
    "no digest": {"digests": ()},
}


def ids(engine: Engine, digest: str = "monthly") -> list[int]:
    with engine.connect() as connection:
        return [row.subscriber_id for row in connection.execute(audience(digest, NOW))]


def is_gone(connection: Connection, number: int) -> bool:
    """Whether the reader with this number may not be mailed, as one who was in an audience."""
    rows = select(literal(number, Integer).label("number")).subquery()
    joined = with_readers(rows, rows.c.number, "monthly")
    return bool(connection.execute(select(has_left(NOW)).select_from(joined)).scalar_one())


@pytest.mark.parametrize(
    ("stored", "is_in"), [*((stored, True) for stored in IN.values()), *((stored, False) for stored in OUT.values())],
    ids=[*IN, *OUT],
)  # fmt: skip
def test_the_audience_is_who_wants_the_digest_now_and_may_be_mailed(
    engine: Engine, add_reader: AddReader, stored: dict[str, Any], is_in: bool
) -> None:
    add_reader(**stored)

    assert len(ids(engine)) == is_in
    with engine.connect() as connection:
        (number,) = connection.execute(select(subscribers.c.id)).scalars()
        assert is_gone(connection, number) is not is_in


def test_who_left_the_digest_is_out_at_once(
    engine: Engine, add_reader: AddReader, storage: SubscriberStorage
) -> None:
    ref = add_reader(digests=("monthly", "weekly"))

    storage.unsubscribe(ref, digest="monthly", at=NOW, channel=Channel.ONE_CLICK, scope="monthly")

    assert ids(engine) == []
    assert len(ids(engine, "weekly")) == 1


def test_an_erased_reader_has_left(engine: Engine, add_reader: AddReader) -> None:
    add_reader()
    with engine.begin() as connection:
        connection.execute(delete(subscribers))

        assert is_gone(connection, 1)


def test_an_id_is_never_given_to_another_reader(engine: Engine, add_reader: AddReader) -> None:
    add_reader()
    with engine.begin() as connection:
        connection.execute(delete(subscribers))

    add_reader()

    assert ids(engine) == [2]


def test_the_audience_can_be_taken_in_slices(engine: Engine, add_reader: AddReader) -> None:
    for _ in range(7):
        add_reader()

    with engine.connect() as connection:
        slices = [
            [
                row.subscriber_id
                for row in connection.execute(
                    audience("monthly", NOW).where(subscribers.c.id > low, subscribers.c.id <= low + 3)
                )
            ]
            for low in (0, 3, 6)
        ]

    assert slices == [[1, 2, 3], [4, 5, 6], [7]]


def test_a_suppressed_reader_counts_as_nothing_else(
    add_reader: AddReader, storage: SubscriberStorage
) -> None:
    for values in (*IN.values(), *OUT.values()):
        add_reader(**values)

    assert storage.statistics() == Statistics(pending=1, active=3, paused=3, unsubscribed=1, suppressed=2)
