"""The nightly job: when it is due, that it goes on, what it says."""

import json
from datetime import UTC, datetime, timedelta
from threading import Event

import pytest

from newsletter.app.jobs import LONGEST_NIGHT
from newsletter.app.jobs import keep_no_longer_than_needed as job
from newsletter.app.project import Project
from newsletter.app.retention import is_due, keep_no_longer_than_needed
from newsletter.app.timetable import Moment
from subscribers.errors import SealsError
from subscribers.storage import consent_records
from subscribers.storage.heartbeats import overdue_jobs
from subscribers.storage.tables import audit_records, consent_seals, requests
from tests.app.old_rows import CONSENT, NOW, Add, clean, count, request, rows


def test_p_12_what_was_removed_is_noted_with_its_counts(on_either: Project, add: Add) -> None:
    add(requests, **request())

    clean(on_either, NOW + timedelta(days=30))

    (row,) = rows(on_either, audit_records)
    assert (row.actor, row.action) == ("scheduler", "retention")
    assert json.loads(row.details) == {"addresses of requests": 1, "requests": 1}


def test_it_is_due_once_a_night(on_either: Project) -> None:
    at_two = datetime(2026, 11, 21, 2, 0, tzinfo=on_either.settings.newsletter.timezone)
    before = is_due(on_either, at_two)
    clean(on_either, at_two)

    assert before
    assert not is_due(on_either, at_two + timedelta(hours=23, minutes=59))
    assert is_due(on_either, at_two + timedelta(hours=24))


def test_records_that_were_changed_keep_nothing_from_being_removed(on_either: Project, add: Add) -> None:
    add(consent_records, **CONSENT)
    add(requests, **request())
    clean(on_either, NOW)
    with on_either.engine.begin() as connection:
        connection.execute(consent_seals.update().values(seal=bytes(32)))

    with pytest.raises(SealsError):
        clean(on_either, NOW + timedelta(days=30))

    assert count(on_either, requests) == 0
    assert not is_due(on_either, NOW + timedelta(days=30))


def test_stopped_in_between_it_goes_on_the_next_time(on_either: Project, add: Add) -> None:
    for number in range(3):
        add(requests, **request(ref=number.to_bytes(12, "big")))
    stop = Event()
    stop.set()

    keep_no_longer_than_needed(on_either, NOW + timedelta(days=30), stop)

    assert is_due(on_either, NOW + timedelta(days=30))
    assert clean(on_either, NOW + timedelta(days=30))["requests"] == 3


def test_many_rows_go_in_parts(on_either: Project, add: Add) -> None:
    for number in range(1_001):
        add(requests, **request(ref=number.to_bytes(12, "big")))

    assert clean(on_either, NOW + timedelta(days=30))["requests"] == 1_001


def test_w_18_a_night_that_does_not_end_is_seen_by_the_site_s_health(
    on_either: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    late = datetime.now(UTC) + LONGEST_NIGHT
    seen = []

    def night(project: Project, now: datetime, stop: Event) -> dict[str, int]:
        seen.append(overdue_jobs(project.engine, late + timedelta(minutes=1)))
        return {}

    monkeypatch.setattr("newsletter.app.retention.keep_no_longer_than_needed", night)
    job(Moment(project=on_either, stop=Event()))

    assert seen == [["retention"]]
    assert overdue_jobs(on_either.engine, late + timedelta(minutes=1)) == []


def test_the_scheduler_says_in_a_line_what_was_removed(
    on_either: Project, add: Add, capfd: pytest.CaptureFixture[str]
) -> None:
    add(requests, **request(created_at=NOW - timedelta(days=100), claimed_at=None, mailed_at=None))

    moment = Moment(project=on_either, stop=Event())
    job(moment)
    job(moment)

    assert capfd.readouterr().out == (
        "Kept no longer than needed; removed: 1 addresses of requests, 1 requests\n"
    )
