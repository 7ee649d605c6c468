"""What a data protection officer is shown of one reader's consent."""

import json
from datetime import UTC, datetime, timedelta
from threading import Event
from typing import Any

import msgspec
import pytest
from sqlalchemy import insert, update

from newsletter.app.consents import evidence_of, seal_consents
from newsletter.app.doctor.consents import look_at_consents
from newsletter.app.doctor.finding import Health
from newsletter.app.erasing import erase_address
from newsletter.app.project import Project
from newsletter.app.retention import remove_what_is_over
from subscribers.audit import Errand
from subscribers.storage import consent_records, imports, subscribers

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
ADDRESS = "Reader@example.org"
REF = bytes(range(12))
TEXT = "I agree to get the Monthly digest."
CONFIRMATION = {
    "purpose": "newsletter",
    "consent_text": TEXT,
    "checkbox": "ticked",
    "lang": "en",
    "entry": "form",
    "digests": ["monthly"],
    "topics": None,
    "request_at": "2026-11-20T08:00:00+00:00",
    "mailed_at": "2026-11-20T08:00:04+00:00",
    "message_id": "<abc@example.org>",
    "confirmed_at": "2026-11-20T09:00:00+00:00",
    "method": "button",
    "dwell_s": 4.2,
    "key_id": "Ab12_-",
    "controller": "Network, Street 1, Brussels",
    "privacy_url": "https://example.org/privacy",
    "privacy_version": "2026-11",
}


@pytest.fixture
def project(on_either: Project) -> Project:
    """A reader who was imported, confirmed by the page's button, and left."""
    reader = {
        "ref": REF,
        "email": ADDRESS,
        "email_key": ADDRESS.casefold(),
        "as_entered": ADDRESS,
        "lang": "en",
        "state": "unsubscribed",
        "created_at": NOW - timedelta(days=3),
        "confirmed_at": NOW - timedelta(days=1),
        "unsubscribed_at": NOW,
    }
    batch = {
        "id": 7,
        "at": NOW - timedelta(days=3),
        "source": "old.csv",
        "evidence": "paper forms, folder A-17",
    }
    imported = {"digests": {"monthly": None, "weekly": ["green"]}, "import": 7, "lang": "en"}
    with on_either.engine.begin() as connection:
        connection.execute(insert(subscribers), reader)
        connection.execute(insert(imports), batch)
        for at, action, channel, payload in (
            (NOW - timedelta(days=3), "confirm", "import", imported),
            (NOW - timedelta(days=1), "confirm", "confirm-page", CONFIRMATION),
            (NOW, "withdraw", "one-click", {"scope": "monthly-2026-11", "digests": ["monthly"]}),
        ):
            row = {"subscriber_ref": REF, "at": at, "action": action, "channel": channel}
            connection.execute(
                insert(consent_records), row | {"payload": json.dumps(payload, sort_keys=True)}
            )
    return on_either


def test_p_01_the_evidence_of_one_reader_has_every_field(project: Project) -> None:
    seal_consents(project, NOW)

    text = "\n".join(evidence_of(project, ADDRESS, Errand(actor="officer", at=NOW)).lines)

    assert "Evidence of consent: Reader@example.org" in text
    assert "2026-11-20 09:00:00 UTC  agreed, by confirm-page  (record 2)" in text
    for label, value in (
        ("Purpose", "newsletter"),
        ("Text agreed to", TEXT),
        ("Box beside it", "ticked"),
        ("SHA-256 of the text", "374fb6"),
        ("Language", "en"),
        ("Entry point", "form"),
        ("Digests", "monthly"),
        ("Topics", "all"),
        ("Controller", "Network, Street 1, Brussels"),
        ("Privacy notice", "https://example.org/privacy"),
        ("Version of it", "2026-11"),
        ("Asked for at", "2026-11-20T08:00:00+00:00"),
        ("Confirmation mailed at", "2026-11-20T08:00:04+00:00"),
        ("Message-ID", "<abc@example.org>"),
        ("Confirmed at", "2026-11-20T09:00:00+00:00"),
        ("Confirmed by", "button"),
        ("Seconds on the page", "4.2"),
        ("Key of the token", "Ab12_-"),
        ("Import", "7, 2026-11-18 09:00:00 UTC, file old.csv"),
        ("Evidence of it", "paper forms, folder A-17"),
        ("Digests", "monthly (topics: all); weekly (topics: green)"),
        ("Link was of", "monthly-2026-11"),
    ):
        assert f"    {label + ':':<24}{value}" in text
    assert "2026-11-21 09:00:00 UTC  withdrew, by one-click  (record 3)" in text
    assert text.count(": holds") == 3
    assert "3 records under 1 seal that holds" in text


def test_p_01_the_evidence_is_there_for_programs_too(project: Project) -> None:
    seal_consents(project, NOW)

    value = evidence_of(project, ADDRESS, Errand(actor="officer", at=NOW)).value

    (found,) = msgspec.convert(value["evidence"], list[dict[str, Any]])
    imported, confirmed, withdrawn = found["records"]
    assert (value["email"], found["reader"]) == (ADDRESS, REF.hex())
    assert (imported["import"]["source"], imported["import"]["evidence"]) == (
        "old.csv",
        "paper forms, folder A-17",
    )
    assert (confirmed["action"], confirmed["channel"], confirmed["content"]) == (
        "confirm",
        "confirm-page",
        CONFIRMATION,
    )
    assert (withdrawn["action"], withdrawn["import"], withdrawn["seal"]["holds"]) == ("withdraw", None, True)


def test_p_01_what_is_not_sealed_yet_says_so(project: Project) -> None:
    assert "not sealed yet" in "\n".join(evidence_of(project, ADDRESS, Errand(actor="officer", at=NOW)).lines)


def test_p_01_evidence_that_was_changed_does_not_pass_for_sound(project: Project) -> None:
    seal_consents(project, NOW)
    changed = json.dumps(CONFIRMATION | {"consent_text": "I agree to everything."})
    with project.engine.begin() as connection:
        connection.execute(update(consent_records).where(consent_records.c.id == 2).values(payload=changed))

    text = "\n".join(evidence_of(project, ADDRESS, Errand(actor="officer", at=NOW)).lines)

    assert "Seals: The record of consents was changed: record 2 was changed" in text
    assert text.count(": holds") == 1
    assert text.count("does not hold, or comes after one that does not") == 2


def test_p_01_doctor_names_a_record_that_was_changed(project: Project) -> None:
    seal_consents(project, NOW)
    sound = list(look_at_consents(project))
    with project.engine.begin() as connection:
        connection.execute(update(consent_records).where(consent_records.c.id == 2).values(channel="form"))

    (found,) = look_at_consents(project)

    assert [each.level for each in sound] == [Health.OK]
    assert found.level is Health.ERROR
    assert "record 2 was changed" in found.message


def test_p_12_evidence_is_found_by_the_address_when_the_profile_is_gone(project: Project) -> None:
    remove_what_is_over(project, NOW + timedelta(days=30), Event())

    text = "\n".join(
        evidence_of(project, ADDRESS.upper(), Errand(actor="officer", at=NOW + timedelta(days=31))).lines
    )

    assert TEXT in text
    assert "profile deleted, a keyed hash of the address kept" in text


def test_p_08_of_who_was_erased_there_is_no_evidence(project: Project) -> None:
    remove_what_is_over(project, NOW + timedelta(days=30), Event())

    erase_address(project, ADDRESS, Errand(actor="operator", at=NOW + timedelta(days=31)))

    assert not evidence_of(project, ADDRESS, Errand(actor="officer", at=NOW + timedelta(days=31))).found
