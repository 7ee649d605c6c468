"""What a reader got of the last issues, and why they got nothing."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, insert

from newsletter.app.received import fate
from newsletter.delivery.states import DeliveryState
from newsletter.issues.values import IssueState
from newsletter.storage.issues import NO_VARIANT
from newsletter.storage.received import Passage, last_issues
from newsletter.storage.tables import choices, deliveries, issues
from subscribers.states import State
from subscribers.storage import subscribers, subscriptions
from subscribers.suppression import Suppression
from subscribers.values import Subscriber
from tests.subscribers.browser import NOW

DAY = timedelta(days=1)
READER = Subscriber(
    id=1,
    ref=b"reader no. 1",
    email="r@example.org",
    as_entered="r@example.org",
    lang="en",
    state=State.ACTIVE,
    paused_until=None,
    suppressed=None,
    suppressed_at=None,
    created_at=NOW - 90 * DAY,
    confirmed_at=NOW - 90 * DAY,
    unsubscribed_at=None,
    subscriptions=(),
)
NOT_SENT = Passage(
    issue="monthly-2026-11",
    issue_state=IssueState.SENT,
    started_at=NOW,
    wished_at=NOW - 90 * DAY,
    ended_at=None,
    is_empty_for_them=False,
    delivery=None,
    reason="",
    outcome="",
    words="",
)


@pytest.mark.parametrize(
    ("passage", "reader", "why"),
    [
        ({"wished_at": NOW + DAY}, {}, "asked for the digest later"),
        ({"ended_at": NOW - DAY}, {}, "had left the digest"),
        ({}, {"confirmed_at": None}, "had not confirmed"),
        ({}, {"confirmed_at": NOW + DAY}, "had not confirmed"),
        ({}, {"suppressed": Suppression.BOUNCE, "suppressed_at": NOW - DAY}, "was suppressed (bounce)"),
        ({"is_empty_for_them": True}, {}, "nothing in it on their topics"),
        ({"issue_state": IssueState.FREEZING}, {}, "its audience is being gathered"),
        ({"ended_at": NOW + DAY}, {}, "was not in its audience"),
    ],
)
def test_who_got_nothing_is_told_why(passage: dict[str, Any], reader: dict[str, Any], why: str) -> None:
    outcome, words = fate(replace(NOT_SENT, **passage), replace(READER, **reader))

    assert outcome == "skipped"
    assert words.startswith(why)


@pytest.mark.parametrize(
    ("passage", "told"),
    [
        ({"delivery": "accepted"}, ("accepted", "")),
        ({"delivery": "accepted", "outcome": "delivered"}, ("delivered", "")),
        ({"delivery": "accepted", "outcome": "bounced", "words": "550 gone"}, ("bounced", "550 gone")),
        ({"delivery": "rejected", "reason": "bad address"}, ("rejected", "bad address")),
        (
            {"delivery": "skipped", "reason": "left before it was sent"},
            ("skipped", "left before it was sent"),
        ),
        ({"delivery": "unknown", "reason": "no answer"}, ("unknown", "no answer")),
        ({"delivery": "queued"}, ("waiting", "")),
        ({"delivery": "sending"}, ("waiting", "")),
        ({"delivery": "queued", "issue_state": IssueState.CANCELLED}, ("skipped", "the issue was cancelled")),
    ],
)
def test_what_became_of_a_delivery_is_told_in_the_server_s_words(
    passage: dict[str, Any], told: tuple[str, str]
) -> None:
    values = passage | {"delivery": DeliveryState(passage["delivery"])}

    assert fate(replace(NOT_SENT, **values), READER) == told


def _stored(engine: Engine) -> None:
    """Three issues and a rehearsal of the reader's digest, one of another, one that never started."""
    shared = {"state": "sent", "due_at": NOW, "created_at": NOW}
    started = [
        ("monthly-1", "monthly", False, NOW - 3 * DAY),
        ("monthly-2", "monthly", False, NOW - 2 * DAY),
        ("monthly-3", "monthly", False, NOW - DAY),
        ("monthly-4", "monthly", True, NOW),
        ("weekly-1", "weekly", False, NOW),
        ("monthly-5", "monthly", False, None),
    ]
    with engine.begin() as connection:
        connection.execute(
            insert(subscribers),
            {
                "id": 7,
                "ref": b"reader no. 7",
                "email": "r@example.org",
                "email_key": "r@example.org",
                "as_entered": "r@example.org",
                "lang": "en",
                "state": "active",
                "created_at": NOW,
            },
        )
        wish = {"subscriber_id": 7, "digest": "monthly", "topics": '["green"]', "created_at": NOW - 90 * DAY}
        connection.execute(insert(subscriptions), wish)
        connection.execute(
            insert(issues),
            [
                {
                    **shared,
                    "id": id_,
                    "digest": digest,
                    "period": id_.partition("-")[2],
                    "is_rehearsal": is_rehearsal,
                    "started_at": at,
                }
                for id_, digest, is_rehearsal, at in started
            ],
        )
        sent = {"issue_number": 2, "variant": 1, "subscriber_id": 7, "state": "accepted"}
        connection.execute(insert(deliveries), {**sent, "outcome": "bounced", "outcome_reason": "550"})
        empty = {"issue_number": 3, "lang": "en", "topics": '["green"]', "variant": NO_VARIANT}
        connection.execute(insert(choices), empty)


def test_the_last_issues_of_the_digests_that_a_reader_asked_for_are_found(engine: Engine) -> None:
    _stored(engine)

    found = last_issues(engine, 7, is_rehearsal=False, limit=12)

    assert [(each.issue, each.delivery, each.outcome, each.is_empty_for_them) for each in found] == [
        ("monthly-3", None, "", True),
        ("monthly-2", DeliveryState.ACCEPTED, "bounced", False),
        ("monthly-1", None, "", False),
    ]


def test_rehearsals_are_told_while_one_rehearses_and_no_more_than_asked_for(engine: Engine) -> None:
    _stored(engine)

    found = last_issues(engine, 7, is_rehearsal=True, limit=2)

    assert [each.issue for each in found] == ["monthly-4", "monthly-3"]
