"""Since when due times count."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from newsletter.issues.calendar.sightings import Sighting, look, timetable_of
from newsletter.issues.digests import Approval, PeriodLength
from tests.issues.making import BRUSSELS, digest

SEEN = datetime(2026, 10, 20, tzinfo=UTC)
LATER = SEEN + timedelta(days=10)
BEFORE = look(None, digest(), BRUSSELS, SEEN)


def test_a_digest_counts_from_when_it_is_first_seen() -> None:
    assert Sighting(timetable=timetable_of(digest(), BRUSSELS), counts_from=SEEN) == BEFORE
    assert look(BEFORE, digest(), BRUSSELS, LATER) == BEFORE


@pytest.mark.parametrize(
    "fields",
    [
        {"schedule": {"day": "1st tue", "hour": "10"}},
        {"period": PeriodLength.WEEK},
        {"paused": True},
    ],
)
def test_a_changed_timetable_counts_from_when_it_is_seen(fields: dict[str, Any]) -> None:
    assert look(BEFORE, digest(**fields), BRUSSELS, LATER).counts_from == LATER


def test_another_time_zone_is_a_changed_schedule() -> None:
    assert look(BEFORE, digest(), ZoneInfo("Europe/London"), LATER).counts_from == LATER


def test_a_pause_that_ends_makes_nothing_due_that_passed_meanwhile() -> None:
    paused = look(BEFORE, digest(paused=True), BRUSSELS, SEEN + timedelta(days=5))

    assert look(paused, digest(), BRUSSELS, LATER).counts_from == LATER


@pytest.mark.parametrize(
    "fields",
    [
        {"title": "Another title"},
        {"min_items": 3},
        {"approval": Approval.REQUIRED},
        {"preview_lead_hours": 24},
        {"schedule": {"hour": "9 ", "day": "1st tue"}},
    ],
)
def test_what_does_not_say_when_issues_are_due_changes_nothing(fields: dict[str, Any]) -> None:
    assert look(BEFORE, digest(**fields), BRUSSELS, LATER) == BEFORE


def test_a_renamed_digest_was_seen_when_the_old_one_was() -> None:
    renamed = digest("digest", rename_from="monthly")

    assert look(BEFORE, renamed, BRUSSELS, LATER).counts_from == SEEN


def test_what_was_seen_in_the_future_counts_from_now() -> None:
    by_a_wrong_clock = look(None, digest(), BRUSSELS, LATER)

    assert look(by_a_wrong_clock, digest(), BRUSSELS, SEEN).counts_from == SEEN
