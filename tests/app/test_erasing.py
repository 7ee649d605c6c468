"""Erasing a reader: afterwards nothing names them, anywhere."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from newsletter.app import open_project
from newsletter.app.consents import seals, verify_consents
from newsletter.app.erasing import erase_address, erase_reader, journal
from newsletter.app.project import Project
from newsletter.app.readers import suppression_keys
from newsletter.app.reported import draw_consequences
from newsletter.delivery import events as reported
from newsletter.delivery.events import EventKind
from newsletter.storage import events
from newsletter.storage import tables as ledger
from subscribers.audit import Errand
from subscribers.storage import consent_records, subscribers, suppressed_hashes
from subscribers.storage.sealing import seal
from subscribers.storage.tables import audit_records, requests
from subscribers.storage.transactions import have_alone
from subscribers.suppression import Suppression, is_stronger
from tests.app.known_person import KEY, LOCAL, NOW, OPERATOR, PERSON, REF, dump, files, fill, request
from tests.command_line import Run, next_issue
from tests.databases import come_and_go


def test_p_08_after_erasing_neither_database_nor_files_hold_the_address_or_its_local_part(
    project: Project,
) -> None:
    assert LOCAL in dump(project.engine)

    erased = erase_reader(project, REF, OPERATOR)

    assert erased is not None
    assert (erased.was_reader, erased.mails, erased.is_wiped) == (True, 2, True)
    assert LOCAL not in dump(project.engine)
    assert [path for path, data in files(project).items() if LOCAL.encode() in data] == []
    assert "joanna" in dump(project.engine)
    assert any(path.name == "other.eml" for path in files(project))


def test_p_08_the_address_that_a_reader_had_before_is_forgotten_too(project: Project) -> None:
    before = "Mustername.Before@example.org"
    changed = request(b"changed-note", before) | {
        "kind": "address-changed",
        "payload": f'{{"subscriber":"{REF.hex()}"}}',
    }
    mail = project.settings.var / "outbox" / "_welcome" / "_welcome.0.eml"
    mail.parent.mkdir(parents=True, exist_ok=True)
    mail.write_text(f"To: {before}\n\nWelcome")
    with project.engine.begin() as connection:
        connection.execute(insert(requests), [request(b"signed-up-it", before), changed])

    erase_address(project, PERSON, OPERATOR)

    assert LOCAL not in dump(project.engine)
    assert [path for path, data in files(project).items() if LOCAL.encode() in data] == []
    assert "joanna" in dump(project.engine)


def test_p_08_an_address_that_somebody_else_took_since_is_left_to_them(project: Project) -> None:
    changed = request(b"changed-note", "joanna@example.org") | {
        "kind": "address-changed",
        "payload": f'{{"subscriber":"{REF.hex()}"}}',
    }
    with project.engine.begin() as connection:
        connection.execute(insert(requests), changed)

    erase_address(project, PERSON, OPERATOR)

    with project.engine.connect() as connection:
        assert connection.execute(select(requests.c.kind)).scalars().all() == ["sign-up"]


def test_p_09_a_keyed_hash_its_key_a_reason_and_a_date_are_left(project: Project) -> None:
    erase_reader(project, REF, OPERATOR)

    keys = suppression_keys(project)
    with project.engine.connect() as connection:
        left = connection.execute(select(suppressed_hashes)).all()
        consents = connection.execute(
            select(consent_records).where(consent_records.c.subscriber_ref == REF)
        ).all()
    assert [tuple(row) for row in left] == [(keys.hashes(KEY)[0], keys.newest_id, "erased", NOW)]
    assert [(row.payload, len(row.payload_hash)) for row in consents] == [("", 32)]
    assert [entry.hash for entry in journal(project).entries()] == [keys.hashes(KEY)[0]]


def test_b_06_the_delivery_keeps_issue_number_and_outcome(project: Project) -> None:
    erase_reader(project, REF, OPERATOR)

    with project.engine.connect() as connection:
        rows = connection.execute(select(ledger.deliveries).order_by(ledger.deliveries.c.subscriber_id)).all()
    assert [(row.subscriber_id, row.state, row.outcome) for row in rows] == [
        (1, "accepted", "bounced"),
        (2, "accepted", "bounced"),
    ]
    assert (rows[0].outcome_reason, rows[0].provider_id, rows[1].provider_id) == (None, None, "abc")


@pytest.mark.parametrize("reason", ["complaint", "block", "bounce"])
def test_p_11_a_stronger_reason_outlives_the_profile(project: Project, reason: str) -> None:
    with project.engine.begin() as connection:
        connection.execute(subscribers.update().values(suppressed=reason, suppressed_at=NOW))

    erase_reader(project, REF, OPERATOR)

    with project.engine.connect() as connection:
        assert connection.execute(select(suppressed_hashes.c.reason)).scalars().all() == [reason]


def test_b_06_a_late_complaint_about_an_erased_reader_changes_what_is_left_and_nothing_else(
    project: Project,
) -> None:
    erase_reader(project, REF, OPERATOR)
    complaints = [
        reported.Event(
            provider="mailgun",
            id=f"late-{number}",
            kind=EventKind.COMPLAINED,
            at=NOW,
            email=email,
            issue="monthly-2026-11",
            delivery=REF.hex(),
        )
        for number, email in enumerate([PERSON, "never.seen@example.org"])
    ]
    events.store(project.engine, complaints, NOW)

    draw_consequences(project, NOW)

    with project.engine.connect() as connection:
        assert connection.execute(select(suppressed_hashes.c.reason)).scalars().all() == ["complaint"]
        assert connection.execute(select(subscribers.c.ref)).scalars().all() == [b"other-reader"]
    assert [entry.reason for entry in journal(project).entries()] == ["erased", "complaint"]
    assert LOCAL not in dump(project.engine).casefold()


def test_erasing_twice_changes_nothing(project: Project) -> None:
    erase_address(project, PERSON, OPERATOR)
    before = dump(project.engine)

    again = erase_address(project, PERSON.upper(), Errand(actor="operator", at=NOW))

    assert (again.was_reader, again.mails) == (False, 0)
    assert len(list(journal(project).entries())) == 1
    assert set(dump(project.engine).splitlines()) >= set(before.splitlines())
    assert erase_reader(project, REF, OPERATOR) is None


def test_erasing_goes_on_after_it_was_killed_before_the_database(project: Project) -> None:
    keys = suppression_keys(project)
    (project.settings.var / "outbox" / "monthly-2026-11" / "confirmation.eml").unlink()
    (project.settings.var / "erased.journal").write_text("2026-11-21T09:00")  # a torn line

    erased = erase_address(project, PERSON, OPERATOR)

    assert erased.was_reader
    assert LOCAL not in dump(project.engine)
    assert [entry.hash for entry in journal(project).entries()] == [keys.hashes(KEY)[0]]


def test_somebody_who_was_no_reader_is_remembered_too(project: Project) -> None:
    erased = erase_address(project, "never.seen@example.org", OPERATOR)

    hashes = suppression_keys(project).hashes("never.seen@example.org")
    assert not erased.was_reader
    with project.engine.connect() as connection:
        assert connection.execute(select(suppressed_hashes.c.hash)).scalars().all() == [hashes[0]]


def test_p_01_seals_hold_after_an_erasure(project: Project) -> None:
    seal(project.engine, seals(project), NOW)

    erase_reader(project, REF, OPERATOR)

    assert verify_consents(project).holds


def test_the_audit_says_that_somebody_was_erased_and_how_it_was_asked(project: Project) -> None:
    erase_reader(project, REF, OPERATOR)

    with project.engine.connect() as connection:
        row = connection.execute(select(audit_records).where(audit_records.c.action == "erase")).one()
    assert (row.actor, row.channel, row.people) == ("operator", "telephone", 1)
    assert row.note == "… rang; … wants to be forgotten"


def test_after_erasing_another_process_takes_no_log_away_from_who_still_writes(sample: Path) -> None:
    """Closing a file drops its process's locks on it: the file must not be read where the database is open."""
    project = open_project(sample)
    fill(project.engine)
    database = project.settings.var / "newsletter.db"

    erase_address(project, PERSON, OPERATOR)
    come_and_go(database)

    assert database.with_name("newsletter.db-wal").exists()
    with project.engine.begin() as connection:
        connection.execute(insert(requests), request(b"signs-up-now", "later@example.org"))
    assert come_and_go(database, "SELECT count(*) FROM requests WHERE email = 'later@example.org'") == "1"
    project.engine.dispose()


def test_p_08_nothing_of_a_deleted_row_stays_in_the_bytes_of_the_file(project: Project) -> None:
    if project.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL reuses the place in its own time, as docs/privacy.md says")
    path = str(project.engine.url.database)
    with sqlite3.connect(path) as connection:
        # A row that was deleted by somebody who does not overwrite: SQLite's own default elsewhere.
        connection.execute("PRAGMA secure_delete=OFF")
        connection.execute("CREATE TABLE old (text)")
        connection.executemany("INSERT INTO old VALUES (?)", [(KEY + "x" * 500,)] * 50)
        connection.commit()
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.execute("DROP TABLE old")
    connection.close()
    assert (KEY + "x").encode() in Path(path).read_bytes().lower()

    erased = erase_reader(project, REF, OPERATOR)

    assert erased is not None
    assert erased.is_wiped
    assert KEY.encode() not in Path(path).read_bytes().lower()


def test_who_is_suppressed_as_erased_is_weaker_than_whose_mailbox_refuses() -> None:
    assert is_stronger(Suppression.ERASED, Suppression.UNSUBSCRIBED)
    assert is_stronger(Suppression.BOUNCE, Suppression.ERASED)


def test_a_mail_of_the_next_issue_goes_to_the_others_only(with_readers: Path, run: Run) -> None:
    project = open_project(with_readers)
    issue = next_issue(run, with_readers)
    erase_address(project, "lectrice@example.org", replace(OPERATOR, at=datetime.now(UTC)))
    project.engine.dispose()

    run("send", issue, "--yes", at=with_readers)

    assert len(list((with_readers / "var" / "outbox" / issue).glob("*.eml"))) == 2


def test_p_08_who_confirms_while_they_are_erased_is_erased_too(on_either: Project) -> None:
    newcomer = {
        "ref": REF,
        "email": PERSON,
        "email_key": KEY,
        "as_entered": PERSON,
        "lang": "en",
        "state": "active",
        "created_at": NOW,
    }

    with ThreadPoolExecutor(1) as aside:
        with on_either.engine.begin() as confirming:
            have_alone(confirming, KEY)
            erasing = aside.submit(erase_address, on_either, PERSON, OPERATOR)
            with pytest.raises(TimeoutError):
                erasing.result(timeout=1)
            confirming.execute(insert(subscribers), newcomer)
        erasing.result(timeout=30)

    with on_either.engine.connect() as connection:
        assert connection.execute(select(subscribers)).all() == []
        assert connection.execute(select(suppressed_hashes)).one().reason == Suppression.ERASED
