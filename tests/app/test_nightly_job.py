"""The jobs of the night: that they go on, and what they say."""

import json
from datetime import timedelta
from threading import Event

import pytest

from newsletter.app import jobs
from newsletter.app.consents import seal_consents
from newsletter.app.project import Project
from newsletter.app.retention import remove_what_is_over
from newsletter.app.timetable import Moment
from subscribers.errors import SealsError
from subscribers.storage import consent_records
from subscribers.storage.tables import audit_records, consent_seals, requests
from tests.app.old_rows import CONSENT, NOW, Add, clean, count, request, rows


def test_p_12_what_was_removed_is_noted_with_its_counts(on_either: Project, add: Add) -> None:
    add(requests, **request())

    clean(on_either, NOW + timedelta(days=30))

    (row,) = rows(on_either, audit_records)
    assert (row.actor, row.action) == ("scheduler", "retention")
    assert json.loads(row.details) == {"addresses of requests": 1, "requests": 1}


def test_records_that_were_changed_keep_nothing_from_being_removed(on_either: Project, add: Add) -> None:
    add(consent_records, **CONSENT)
    add(requests, **request())
    clean(on_either, NOW)
    with on_either.engine.begin() as connection:
        connection.execute(consent_seals.update().values(seal=bytes(32)))

    later = NOW + timedelta(days=30)
    with pytest.raises(SealsError):
        seal_consents(on_either, later)
    remove_what_is_over(on_either, later, Event())

    assert count(on_either, requests) == 0


def test_stopped_in_between_it_goes_on_the_next_time(on_either: Project, add: Add) -> None:
    for number in range(3):
        add(requests, **request(ref=number.to_bytes(12, "big")))
    stop = Event()
    stop.set()

    remove_what_is_over(on_either, NOW + timedelta(days=30), stop)

    assert clean(on_either, NOW + timedelta(days=30))["requests"] == 3


def test_many_rows_go_in_parts(on_either: Project, add: Add) -> None:
    for number in range(1_001):
        add(requests, **request(ref=number.to_bytes(12, "big")))

    assert clean(on_either, NOW + timedelta(days=30))["requests"] == 1_001


def test_the_scheduler_says_in_a_line_what_was_removed(
    on_either: Project, add: Add, capfd: pytest.CaptureFixture[str]
) -> None:
    add(requests, **request(created_at=NOW - timedelta(days=100), claimed_at=None, mailed_at=None))

    moment = Moment(project=on_either, stop=Event())
    jobs.remove_what_is_over(moment)

    assert capfd.readouterr().out == (
        "Kept no longer than needed; removed: 1 addresses of requests, 1 requests\n"
    )
