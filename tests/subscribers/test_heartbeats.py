"""Who was last seen at work."""

from datetime import timedelta

from sqlalchemy import Engine

from subscribers.storage.heartbeats import beat, begin_job, end_job, last_beat, last_beats, overdue_jobs
from tests.subscribers.browser import NOW


def test_who_was_never_seen_has_no_beat(engine: Engine) -> None:
    assert last_beat(engine, "sender") is None


def test_the_last_beat_counts(engine: Engine) -> None:
    beat(engine, "sender", NOW)
    beat(engine, "scheduler", NOW)
    beat(engine, "sender", NOW + timedelta(minutes=1))

    assert last_beats(engine) == {"sender": NOW + timedelta(minutes=1), "scheduler": NOW}


def test_a_job_is_overdue_once_its_time_is_over_and_until_it_has_ended(engine: Engine) -> None:
    begin_job(engine, "retention", NOW)
    begin_job(engine, "backup", NOW + timedelta(hours=1))

    late = [overdue_jobs(engine, NOW + timedelta(minutes=minutes)) for minutes in (0, 1, 61)]
    end_job(engine, "retention")

    assert late == [[], ["retention"], ["backup", "retention"]]
    assert overdue_jobs(engine, NOW + timedelta(minutes=1)) == []
    assert last_beats(engine) == {}
