"""What a reader is shown of themselves; and that little is held in the first place."""

import json
from datetime import UTC, datetime

import pytest
from sqlalchemy import insert

from newsletter.app.access import personal_data
from newsletter.app.project import Project
from newsletter.storage import tables as ledger
from subscribers.storage import consent_records, subscribers, subscriptions
from subscribers.storage.tables import metadata, requests

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
REF = bytes(range(12))


@pytest.fixture
def project(on_either: Project) -> Project:
    with on_either.engine.begin() as connection:
        for number, ref in ((1, REF), (2, b"other-reader")):
            email = f"reader{number}@example.org"
            reader = {
                "id": number,
                "ref": ref,
                "email": email,
                "email_key": email,
                "as_entered": email,
                "lang": "en",
                "state": "active",
                "created_at": NOW,
                "confirmed_at": NOW,
            }
            connection.execute(insert(subscribers), reader)
            wish = {"subscriber_id": number, "digest": "monthly", "topics": '["green"]', "created_at": NOW}
            connection.execute(insert(subscriptions), wish)
            consent = {
                "subscriber_ref": ref,
                "at": NOW,
                "action": "confirm",
                "channel": "confirm-page",
                "payload": f'{{"consent_text":"I agree, I am {number}."}}',
            }
            connection.execute(insert(consent_records), consent)
            request = {
                "ref": ref[::-1],
                "kind": "sign-up",
                "created_at": NOW,
                "email": email,
                "email_key": email,
                "as_entered": email,
                "mailbox": bytes(16),
                "domain": "example.org",
                "lang": "en",
                "payload": "{}",
                "state": "mailed",
                "not_before": NOW,
            }
            connection.execute(insert(requests), request)
            issue = {
                "number": number,
                "id": f"monthly-2026-0{number}",
                "is_rehearsal": False,
                "digest": "monthly",
                "period": f"2026-0{number}",
                "state": "sent",
                "due_at": NOW,
                "created_at": NOW,
            }
            connection.execute(insert(ledger.issues), issue)
            delivery = {"issue_number": number, "variant": 1, "subscriber_id": number, "state": "accepted"}
            connection.execute(insert(ledger.deliveries), delivery | {"outcome": "delivered"})
    return on_either


def test_p_07_a_reader_gets_everything_that_is_held_of_them_and_nothing_of_others(project: Project) -> None:
    found = personal_data(project, REF, "site", NOW)

    assert found is not None
    assert (found["email"], found["state"], found["suppressed"]) == ("reader1@example.org", "active", None)
    text = json.dumps(found)
    for held in ("monthly-2026-01", "delivered", "I agree, I am 1.", "confirm-page", "sign-up", "green"):
        assert held in text
    for others in ("reader2", "I am 2", "monthly-2026-02"):
        assert others not in text


def test_p_18_that_data_was_shown_is_noted(project: Project) -> None:
    personal_data(project, REF, "site", NOW)

    with project.engine.connect() as connection:
        row = connection.execute(metadata.tables["audit_records"].select()).one()
    assert (row.actor, row.action, row.people, row.subscriber_ref) == ("site", "access", 1, REF)


def test_of_somebody_who_is_not_known_there_is_nothing(project: Project) -> None:
    assert personal_data(project, bytes(12), "site", NOW) is None


@pytest.mark.parametrize(
    "word", ["ip", "agent", "browser", "name", "organisation", "phone", "opened", "clicked"]
)
def test_p_02_p_15_there_is_no_place_for_more_than_is_needed(word: str) -> None:
    columns = {
        (table.name, part)
        for table in metadata.tables.values()
        for column in table.columns
        for part in column.name.split("_")
        if table.name not in {"heartbeats", "incidents", "job_records", "marks"}
    }

    assert [column for column in columns if column[1] == word] == []
