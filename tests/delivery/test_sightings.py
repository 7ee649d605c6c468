"""Since when a digest's due times count, as it is remembered."""

from dataclasses import replace
from datetime import timedelta

from newsletter.database import Engine
from newsletter.issues.calendar.sightings import Sighting
from newsletter.storage.sightings import note_sighting, sighting
from tests.delivery.frozen_issue import NOW

SEEN = Sighting(timetable="monthly", counts_from=NOW)
HOUR = timedelta(hours=1)


def note(engine: Engine, seen: Sighting, *, is_rehearsal: bool = False) -> Sighting | None:
    note_sighting(engine, "monthly", seen, NOW, is_rehearsal=is_rehearsal)
    return sighting(engine, "monthly", is_rehearsal=is_rehearsal)


def test_what_was_seen_is_remembered(engine: Engine) -> None:
    assert sighting(engine, "monthly", is_rehearsal=False) is None
    assert note(engine, SEEN) == SEEN


def test_of_one_timetable_the_earlier_sighting_counts(engine: Engine) -> None:
    note(engine, SEEN)

    assert note(engine, replace(SEEN, counts_from=NOW + HOUR)) == SEEN
    assert note(engine, replace(SEEN, counts_from=NOW - HOUR)) == replace(SEEN, counts_from=NOW - HOUR)


def test_another_timetable_takes_the_place_of_the_old_one(engine: Engine) -> None:
    note(engine, SEEN)
    changed = Sighting(timetable="weekly", counts_from=NOW + HOUR)

    assert note(engine, changed) == changed


def test_what_a_rehearsal_saw_was_not_seen_for_real(engine: Engine) -> None:
    note(engine, SEEN, is_rehearsal=True)

    assert sighting(engine, "monthly", is_rehearsal=False) is None
