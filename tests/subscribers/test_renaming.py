"""A digest gets another key."""

from datetime import UTC, datetime

from sqlalchemy import Engine, insert, select

from subscribers.storage import rename_digest, subscribers, subscriptions
from subscribers.storage.transactions import reading, writing

NOW = datetime(2026, 1, 1, tzinfo=UTC)
LATER = datetime(2026, 2, 1, tzinfo=UTC)


def add(engine: Engine, number: int, *digests: tuple[str, datetime | None]) -> None:
    with writing(engine) as connection:
        row = {
            "id": number,
            "ref": number.to_bytes(12, "big"),
            "email": f"{number}@example.org",
            "email_key": f"{number}@example.org",
            "as_entered": f"{number}@example.org",
            "lang": "en",
            "state": "active",
            "created_at": NOW,
        }
        connection.execute(insert(subscribers), row)
        for digest, ended_at in digests:
            connection.execute(
                insert(subscriptions),
                {"subscriber_id": number, "digest": digest, "created_at": NOW, "ended_at": ended_at},
            )


def subscribed(engine: Engine) -> list[tuple[int, str, datetime | None]]:
    columns = (subscriptions.c.subscriber_id, subscriptions.c.digest, subscriptions.c.ended_at)
    with reading(engine) as connection:
        return [tuple(row) for row in connection.execute(select(*columns).order_by(*columns[:2]))]


def test_subscriptions_follow_and_others_stay(engine: Engine) -> None:
    add(engine, 1, ("old", None), ("weekly", None))
    add(engine, 12_000, ("old", LATER))

    rename_digest(engine, "old", "new")

    assert subscribed(engine) == [(1, "new", None), (1, "weekly", None), (12_000, "new", LATER)]


def test_what_a_reader_said_of_the_new_key_stays(engine: Engine) -> None:
    add(engine, 1, ("old", None), ("new", LATER))

    rename_digest(engine, "old", "new")

    assert subscribed(engine) == [(1, "new", LATER)]


def test_twice_is_as_good_as_once(engine: Engine) -> None:
    add(engine, 1, ("old", None))

    rename_digest(engine, "old", "new")
    rename_digest(engine, "old", "new")

    assert subscribed(engine) == [(1, "new", None)]
