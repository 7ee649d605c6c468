"""Nothing is kept longer than it is needed: the clock is moved, and what is over is gone (row P-12)."""

import json
import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from sqlalchemy import Table, func, insert, select

from newsletter.app.consents import verify_consents
from newsletter.app.erasing import journal
from newsletter.app.jobs import keep_no_longer_than_needed as job
from newsletter.app.project import Project
from newsletter.app.readers import suppression_keys
from newsletter.app.replaying import replay
from newsletter.app.retention import forget_challenges, forget_networks, is_due, keep_no_longer_than_needed
from newsletter.app.timetable import Moment
from newsletter.storage import tables as ledger
from subscribers.errors import SealsError
from subscribers.storage import consent_records, subscribers, subscriptions, suppressed_hashes
from subscribers.storage.tables import audit_records, consent_seals, network_hits, requests, spent_challenges
from subscribers.suppression import Suppression

NOW = datetime(2026, 11, 21, 1, 0, tzinfo=UTC)
REF = b"any-referenc"

Add = Callable[..., None]


@pytest.fixture
def add(on_either: Project) -> Add:
    def add(table: Table, **values: Any) -> None:
        with on_either.engine.begin() as connection:
            connection.execute(insert(table), values)

    return add


def clean(project: Project, now: datetime) -> dict[str, int]:
    return dict(keep_no_longer_than_needed(project, now, Event()))


def count(project: Project, table: Table) -> int:
    with project.engine.connect() as connection:
        return int(connection.execute(select(func.count()).select_from(table)).scalar_one())


def rows(project: Project, table: Table) -> list[Any]:
    with project.engine.connect() as connection:
        return list(connection.execute(select(table)).all())


def reader(**values: Any) -> dict[str, Any]:
    return {
        "id": 1,
        "ref": REF,
        "email": "Reader@example.org",
        "email_key": "reader@example.org",
        "as_entered": "Reader@example.org",
        "lang": "en",
        "state": "active",
        "created_at": NOW,
        "confirmed_at": NOW,
    } | values


def request(**values: Any) -> dict[str, Any]:
    return {
        "ref": REF,
        "kind": "sign-up",
        "created_at": NOW,
        "email": "reader@example.org",
        "email_key": "reader@example.org",
        "as_entered": "reader@example.org",
        "mailbox": b"m" * 16,
        "domain": "example.org",
        "lang": "en",
        "payload": "{}",
        "state": "mailed",
        "not_before": NOW,
        "claimed_at": NOW,
        "mailed_at": NOW,
        "reason": "550 reader is unknown",
    } | values


PENDING = {"state": "pending", "confirmed_at": None}


def test_o_33_who_does_not_confirm_is_gone_ten_days_after_being_asked(on_either: Project, add: Add) -> None:
    add(subscribers, **reader(**PENDING, asked_at=NOW))
    add(subscriptions, subscriber_id=1, digest="monthly", created_at=NOW)

    early = clean(on_either, NOW + timedelta(days=10, seconds=-1))
    late = clean(on_either, NOW + timedelta(days=10))

    assert (early, late) == ({}, {"unconfirmed readers": 1})
    assert (count(on_either, subscribers), count(on_either, subscriptions)) == (0, 0)
    assert count(on_either, suppressed_hashes) == 0


def test_o_33_who_asked_again_meanwhile_stays(on_either: Project, add: Add) -> None:
    add(subscribers, **reader(**PENDING, asked_at=NOW))
    add(requests, **request(created_at=NOW + timedelta(days=5)))

    clean(on_either, NOW + timedelta(days=11))

    assert count(on_either, subscribers) == 1


def test_o_33_an_import_s_reader_whose_turn_has_not_come_waits_longer(on_either: Project, add: Add) -> None:
    add(subscribers, **reader(**PENDING, asked_at=None))

    clean(on_either, NOW + timedelta(days=89))
    before = count(on_either, subscribers)
    clean(on_either, NOW + timedelta(days=90))

    assert (before, count(on_either, subscribers)) == (1, 0)


def test_p_12_a_request_loses_its_address_and_is_then_deleted(on_either: Project, add: Add) -> None:
    add(requests, **request())

    blanked = clean(on_either, NOW + timedelta(days=10))
    (row,) = rows(on_either, requests)
    deleted = clean(on_either, NOW + timedelta(days=30))

    assert (blanked, deleted) == ({"addresses of requests": 1}, {"requests": 1})
    assert (row.email, row.email_key, row.as_entered, row.domain, row.payload, row.reason) == ("",) * 6
    assert (row.mailbox, row.claimed_at) == (b"m" * 16, NOW)
    assert count(on_either, requests) == 0


EVENT = {
    "provider": "mailgun",
    "event_id": "1",
    "kind": "bounced",
    "bounce": "hard",
    "at": NOW,
    "received_at": NOW,
    "processed_at": NOW,
    "email": "",
    "domain": "example.org",
    "subscriber_id": 1,
    "delivery": REF.hex(),
    "message": "abc",
    "diagnostic": "550 reader is unknown",
}


def test_p_12_raw_webhook_data_goes_after_30_days_and_events_after_90(on_either: Project, add: Add) -> None:
    add(ledger.events, **EVENT)

    blanked = clean(on_either, NOW + timedelta(days=30))
    (row,) = rows(on_either, ledger.events)
    deleted = clean(on_either, NOW + timedelta(days=90))

    assert (blanked, deleted) == ({"raw events": 1}, {"events": 1})
    assert (row.delivery, row.message, row.diagnostic) == ("", "", "")
    assert (row.kind, row.bounce, row.subscriber_id) == ("bounced", "hard", 1)


def test_p_12_an_event_whose_consequences_are_not_drawn_waits(on_either: Project, add: Add) -> None:
    add(ledger.events, **EVENT | {"processed_at": None, "email": "reader@example.org"})

    clean(on_either, NOW + timedelta(days=90))

    assert rows(on_either, ledger.events)[0].email == "reader@example.org"


def add_issue(add: Add, batch_state: str = "done") -> None:
    add(
        ledger.issues,
        number=1,
        id="monthly-2026-11",
        is_rehearsal=False,
        digest="monthly",
        period="2026-11",
        state="sent",
        due_at=NOW,
        created_at=NOW,
        finished_at=NOW,
    )
    add(
        ledger.batches,
        issue_number=1,
        variant=3,
        first_subscriber=1,
        last_subscriber=2,
        state=batch_state,
        size=2,
        accepted=2,
        answer="reader is unknown",
    )
    for number in (1, 2):
        add(
            ledger.deliveries,
            issue_number=1,
            variant=3,
            subscriber_id=number,
            state="accepted",
            reason="later",
            provider_id=f"id-{number}",
            outcome="bounced",
            outcome_reason="reader is unknown",
        )


def test_p_12_a_delivery_keeps_issue_reader_and_outcome_after_90_days(on_either: Project, add: Add) -> None:
    add_issue(add)

    early = clean(on_either, NOW + timedelta(days=89))
    late = clean(on_either, NOW + timedelta(days=90))

    assert (early, late) == ({}, {"answers": 1, "details of deliveries": 2})
    assert [tuple(row) for row in rows(on_either, ledger.deliveries)] == [
        (1, 0, number, "accepted", None, None, False, "bounced", None) for number in (1, 2)
    ]
    assert [(row.accepted, row.answer) for row in rows(on_either, ledger.batches)] == [(2, "")]


def test_p_12_an_issue_with_readers_in_doubt_waits_for_a_person(on_either: Project, add: Add) -> None:
    add_issue(add, batch_state="unknown")

    assert clean(on_either, NOW + timedelta(days=90)) == {}


GONE = {
    "unsubscribed": ({"state": "unsubscribed", "unsubscribed_at": NOW}, "unsubscribed"),
    "bounced": ({"suppressed": "bounce", "suppressed_at": NOW}, "bounce"),
    "complained": ({"suppressed": "complaint", "suppressed_at": NOW, "state": "unsubscribed"}, "complaint"),
}


@pytest.mark.parametrize(("values", "reason"), GONE.values(), ids=GONE)
def test_p_12_the_profile_of_who_left_becomes_a_hash_after_30_days(
    on_either: Project, add: Add, values: dict[str, Any], reason: str
) -> None:
    add(subscribers, **reader(**values))
    add(subscriptions, subscriber_id=1, digest="monthly", created_at=NOW)

    early = clean(on_either, NOW + timedelta(days=29))
    late = clean(on_either, NOW + timedelta(days=30))

    keys = suppression_keys(on_either)
    assert (early, late) == ({}, {"profiles": 1})
    assert (count(on_either, subscribers), count(on_either, subscriptions)) == (0, 0)
    (row,) = rows(on_either, suppressed_hashes)
    assert (row.hash, row.key_id, row.reason) == (
        keys.hashes("reader@example.org")[0],
        keys.newest_id,
        reason,
    )
    (entry,) = journal(on_either).entries()
    assert (entry.reason, entry.keeps_consents) == (Suppression(reason), True)


def test_p_12_who_came_back_stays(on_either: Project, add: Add) -> None:
    add(subscribers, **reader(confirmed_at=NOW + timedelta(days=20)))

    assert clean(on_either, NOW + timedelta(days=400)) == {}


def test_who_left_is_not_brought_back_by_an_older_backup(on_either: Project, add: Add) -> None:
    add(subscribers, **reader(state="unsubscribed", unsubscribed_at=NOW))
    clean(on_either, NOW + timedelta(days=30))
    with on_either.engine.begin() as connection:
        connection.execute(suppressed_hashes.delete())
    add(subscribers, **reader())

    replay(on_either.engine, journal(on_either), suppression_keys(on_either), NOW + timedelta(days=31))

    assert count(on_either, subscribers) == 0
    assert [row.reason for row in rows(on_either, suppressed_hashes)] == ["unsubscribed"]


CONSENT = {
    "subscriber_ref": REF,
    "at": NOW,
    "action": "confirm",
    "channel": "confirm-page",
    "payload": '{"consent_text":"I agree."}',
}


def test_p_12_evidence_is_kept_for_three_years_after_the_subscription(on_either: Project, add: Add) -> None:
    add(consent_records, **CONSENT)
    add(consent_records, **CONSENT | {"at": NOW + timedelta(days=500), "action": "withdraw"})

    early = clean(on_either, NOW + timedelta(days=500 + 3 * 365))
    late = clean(on_either, NOW + timedelta(days=500 + 3 * 365 + 1))

    assert "consent records" not in early
    assert late["consent records"] == 2
    assert {(row.subscriber_ref, row.action, row.payload) for row in rows(on_either, consent_records)} == {
        (bytes(12), "deleted", "")
    }


def test_p_01_the_seals_hold_over_what_was_deleted(on_either: Project, add: Add) -> None:
    add(consent_records, **CONSENT)
    clean(on_either, NOW)
    clean(on_either, NOW + timedelta(days=1200))

    verdict = verify_consents(on_either)

    assert verdict.holds
    assert (verdict.sealed, verdict.deleted) == (1, 1)


def test_p_12_evidence_of_a_reader_is_kept(on_either: Project, add: Add) -> None:
    add(subscribers, **reader())
    add(consent_records, **CONSENT)

    clean(on_either, NOW + timedelta(days=4000))

    assert rows(on_either, consent_records)[0].payload == CONSENT["payload"]


def test_hits_of_networks_are_gone_after_two_hours(on_either: Project, add: Add) -> None:
    for minutes in (0, 90):
        span = int((NOW + timedelta(minutes=minutes)).timestamp()) // 300
        add(network_hits, network=b"n" * 8, span=span, hits=1)

    assert forget_networks(on_either, NOW + timedelta(minutes=125)) == 1


def test_o_20_solved_challenges_are_gone_an_hour_after_they_expired(on_either: Project, add: Add) -> None:
    for number in (1, 2):
        add(spent_challenges, challenge=bytes([number]) * 32, expires_at=NOW + timedelta(hours=number))

    assert forget_challenges(on_either, NOW + timedelta(hours=2, minutes=5)) == 1


def test_copies_of_the_database_are_gone_after_35_days(sample: Path, on_either: Project) -> None:
    if on_either.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL has no file of ours")
    copy = Path(f"{on_either.engine.url.database}.before-restore-1")
    copy.write_text("an old one")
    os.utime(copy, (NOW.timestamp(),) * 2)

    early = clean(on_either, NOW + timedelta(days=34))
    late = clean(on_either, NOW + timedelta(days=35))

    assert (early, late) == ({}, {"copies of the database": 1})
    assert not copy.exists()


def test_what_a_killed_restore_left_is_cleared_away(on_either: Project) -> None:
    if on_either.database_file is None:
        pytest.skip("PostgreSQL has no file of ours")
    left = on_either.database_file.parent / ".newsletter-workshop-abc"
    left.mkdir()
    (left / "newsletter.db").write_text("addresses")
    now = datetime.now(UTC)

    early = clean(on_either, now + timedelta(hours=23))
    late = clean(on_either, now + timedelta(hours=25))

    assert (early, late) == ({}, {"unfinished copies": 1})
    assert not left.exists()


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
