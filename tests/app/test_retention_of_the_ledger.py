"""What issues left behind is kept no longer than it is needed: events, deliveries (row P-12)."""

from datetime import timedelta

from newsletter.app.project import Project
from newsletter.storage import tables as ledger
from tests.app.old_rows import NOW, REF, Add, clean, rows

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
