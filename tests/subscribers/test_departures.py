"""Who left by the links of a mail."""

from datetime import timedelta

from sqlalchemy import Engine

from subscribers.consent import Channel
from subscribers.storage import SubscriberStorage, departures
from tests.subscribers.browser import NOW, AddReader
from tests.subscribers.importing import Import


def test_those_count_who_left_by_a_link_of_that_mail_since_it_left(
    engine: Engine, storage: SubscriberStorage, add_reader: AddReader
) -> None:
    ways = [
        ("monthly-2026-09", Channel.ONE_CLICK, NOW),
        ("monthly-2026-09", Channel.UNSUBSCRIBE_PAGE, NOW + timedelta(hours=1)),
        ("monthly-2026-08", Channel.ONE_CLICK, NOW),
        ("monthly-2026-09", Channel.PROVIDER, NOW),
        ("monthly-2026-09", Channel.ONE_CLICK, NOW - timedelta(seconds=1)),
    ]
    for number, (scope, channel, at) in enumerate(ways):
        ref = add_reader(f"a{number}@police.example.eu")
        storage.unsubscribe(ref, digest=None, at=at, channel=channel, scope=scope)

    found = departures(engine, "monthly-2026-09", NOW)

    assert [(each.domain, each.at) for each in found] == [
        ("police.example.eu", NOW),
        ("police.example.eu", NOW + timedelta(hours=1)),
    ]


def test_an_import_of_people_who_left_is_no_departure(engine: Engine, importing: Import) -> None:
    importing("email,status\na@example.org,unsubscribed\n", columns={"status": "status"})

    assert departures(engine, "monthly-2026-09", NOW) == []
