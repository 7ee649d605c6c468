"""Nothing is kept longer than it is needed: the clock is moved, and what is over is gone (row P-12)."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from newsletter.app.consents import verify_consents
from newsletter.app.erasing import journal
from newsletter.app.project import Project
from newsletter.app.readers import suppression_keys
from newsletter.app.replaying import replay
from newsletter.app.retention import forget_challenges, forget_networks
from subscribers.storage import consent_records, subscribers, subscriptions, suppressed_hashes
from subscribers.storage.tables import network_hits, requests, spent_challenges
from subscribers.suppression import Suppression
from tests.app.old_rows import CONSENT, NOW, Add, clean, count, reader, request, rows

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
