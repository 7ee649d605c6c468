"""Erasing a reader: afterwards nothing names them, anywhere."""

import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event

import pytest
from sqlalchemy import Engine, MetaData, insert, select

from newsletter.app import open_project
from newsletter.app.consents import seals, verify_consents
from newsletter.app.erasing import erase_address, erase_reader, journal
from newsletter.app.project import Project
from newsletter.app.readers import suppression_keys
from newsletter.app.replaying import replay
from newsletter.app.reported import draw_consequences
from newsletter.app.retention import keep_no_longer_than_needed
from newsletter.delivery import events as reported
from newsletter.delivery.events import EventKind
from newsletter.storage import events
from newsletter.storage import tables as ledger
from subscribers.audit import Errand
from subscribers.errors import KeysError
from subscribers.keys import new_key
from subscribers.storage import consent_records, subscribers, subscriptions, suppressed_hashes
from subscribers.storage.sealing import seal
from subscribers.storage.tables import audit_records, requests
from subscribers.storage.transactions import have_alone
from subscribers.suppression import Suppression
from tests.command_line import Run, next_issue
from tests.databases import come_and_go

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
PERSON = "Erika.Mustername@example.org"
KEY = PERSON.casefold()
LOCAL = "mustername"
REF = bytes(range(12))
OPERATOR = Errand(
    actor="operator",
    at=NOW,
    channel="telephone",
    note=f"{PERSON} rang; Erika.Mustername wants to be forgotten",
)


@pytest.fixture
def project(sample: Path, database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Project]:
    """The sample project on either database, with a reader about whom a lot is known, and another one."""
    monkeypatch.setenv("NEWSLETTER_DATABASE__URL", database)
    project = open_project(sample)
    fill(project.engine)
    put_files(project.settings.var)
    yield project
    project.engine.dispose()


def fill(engine: Engine) -> None:
    with engine.begin() as connection:
        for number, (ref, email) in enumerate([(REF, PERSON), (b"other-reader", "joanna@example.org")], 1):
            reader = {
                "id": number,
                "ref": ref,
                "email": email,
                "email_key": email.casefold(),
                "as_entered": f" {email}",
                "lang": "en",
                "state": "active",
                "created_at": NOW - timedelta(days=90),
                "confirmed_at": NOW - timedelta(days=89),
            }
            connection.execute(insert(subscribers), reader)
            wish = {"subscriber_id": number, "digest": "monthly", "created_at": NOW - timedelta(days=90)}
            connection.execute(insert(subscriptions), wish)
            consent = {
                "subscriber_ref": ref,
                "at": NOW - timedelta(days=89),
                "action": "confirm",
                "channel": "confirm-page",
                "payload": '{"consent_text":"I agree.","digests":["monthly"]}',
            }
            connection.execute(insert(consent_records), consent)
            connection.execute(insert(requests), request(ref[::-1], email))
        moved = request(b"change-addr!", "mustername.new@example.org") | {
            "kind": "new-address",
            "payload": f'{{"subscriber":"{REF.hex()}"}}',
        }
        connection.execute(insert(requests), moved)
        connection.execute(
            insert(audit_records),
            {
                "at": NOW,
                "actor": "operator",
                "action": "show",
                "subscriber_ref": REF,
                "people": 1,
                "note": "asked by erika.mustername",
            },
        )
        fill_ledger(connection)


def request(ref: bytes, email: str) -> dict[str, object]:
    return {
        "ref": ref,
        "kind": "sign-up",
        "created_at": NOW - timedelta(days=1),
        "email": email,
        "email_key": email.casefold(),
        "as_entered": email,
        "mailbox": bytes(16),
        "domain": "example.org",
        "lang": "en",
        "payload": "{}",
        "state": "mailed",
        "not_before": NOW,
        "reason": f"550 no such user <{email}>",
    }


def fill_ledger(connection) -> None:  # type: ignore[no-untyped-def]  # any connection
    issue = {
        "number": 1,
        "id": "monthly-2026-10",
        "is_rehearsal": False,
        "digest": "monthly",
        "period": "2026-10",
        "state": "sent",
        "due_at": NOW,
        "created_at": NOW,
    }
    connection.execute(insert(ledger.issues), issue)
    batch = {
        "issue_number": 1,
        "variant": 1,
        "first_subscriber": 1,
        "last_subscriber": 2,
        "state": "done",
        "size": 2,
        "accepted": 2,
        "answer": "user erika.mustername is unknown here",
    }
    connection.execute(insert(ledger.batches), batch)
    for number in (1, 2):
        delivery = {
            "issue_number": 1,
            "variant": 1,
            "subscriber_id": number,
            "state": "accepted",
            "outcome": "bounced",
            "outcome_reason": "erika.mustername over quota",
            "provider_id": "abc",
        }
        connection.execute(
            insert(ledger.deliveries), delivery if number == 1 else delivery | {"outcome_reason": ""}
        )
    for number, email in enumerate(["", PERSON], 1):
        event = {
            "provider": "mailgun",
            "event_id": f"e{number}",
            "kind": "bounced",
            "at": NOW,
            "received_at": NOW,
            "email": email,
            "domain": "example.org",
            "delivery": f"{REF.hex()}",
            "diagnostic": "mailbox erika.mustername is full",
            "subscriber_id": None if email else 1,
            "processed_at": None if email else NOW,
        }
        connection.execute(insert(ledger.events), event)


def put_files(var: Path) -> None:
    outbox = var / "outbox" / "monthly-2026-11"
    outbox.mkdir(parents=True)
    mail = "From: n@example.org\r\nTo: {}\r\nSubject: November\r\n\r\nHello\r\n"
    (outbox / f"monthly-2026-11.{REF.hex()}.eml").write_text(mail.format("=?utf-8?q?coded?="))
    (outbox / "confirmation.eml").write_text(mail.format(PERSON))
    (outbox / "other.eml").write_text(mail.format("joanna@example.org"))
    findings = var / "imports" / "2026-11-01-findings.csv"
    findings.parent.mkdir()
    findings.write_text(
        f"path,line,message\nlist.csv,3,{PERSON} is there twice\nlist.csv,4,erika.mustername@ is no address\n"
    )


def dump(engine: Engine) -> str:
    """Return everything that the database says, in small letters."""
    found = MetaData()
    found.reflect(engine)
    with engine.connect() as connection:
        rows = [row for table in found.sorted_tables for row in connection.execute(select(table))]
    return "\n".join(repr(tuple(row)) for row in rows).casefold()


def files(project: Project) -> dict[Path, bytes]:
    database = project.engine.url.database if project.engine.dialect.name == "sqlite" else None
    places = [project.settings.var.rglob("*"), Path(database).parent.glob("*") if database else []]
    return {path: path.read_bytes().lower() for place in places for path in place if path.is_file()}


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
        assert connection.execute(select(subscribers.c.ref)).scalars().all() != [REF]
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


def test_p_09_an_erased_address_is_not_imported_again(project: Project, run: Run) -> None:
    erase_reader(project, REF, OPERATOR)
    (project.root / "list.csv").write_text(f"email\n{PERSON}\n")

    done = run("subscribers", "import", "list.csv", "--confirmed", "--evidence", "a list", at=project.root)

    assert "refused, suppressed: 1" in done.err
    assert LOCAL not in dump(project.engine)


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


def test_p_08_who_was_erased_is_erased_again_after_an_older_backup_came_back(project: Project) -> None:
    keys = suppression_keys(project)
    erase_reader(project, REF, OPERATOR)
    bring_back(project.engine)

    count = replay(project.engine, journal(project), keys, NOW)

    assert count == 1
    assert LOCAL not in dump(project.engine)
    assert "joanna" in dump(project.engine)
    with project.engine.connect() as connection:
        assert connection.execute(select(suppressed_hashes.c.reason)).scalars().all() == ["erased"]
    assert replay(project.engine, journal(project), keys, NOW) == 0


def test_p_11_who_came_back_after_being_erased_stays(project: Project) -> None:
    keys = suppression_keys(project)
    erase_reader(project, REF, OPERATOR)
    bring_back(project.engine)
    with project.engine.begin() as connection:
        connection.execute(subscribers.update().values(confirmed_at=NOW + timedelta(seconds=1)))

    count = replay(project.engine, journal(project), keys, NOW)

    assert count == 0
    assert LOCAL in dump(project.engine)
    with project.engine.connect() as connection:
        assert connection.execute(select(suppressed_hashes)).all() == []


def bring_back(engine: Engine) -> None:
    """Make the database what it was before."""
    found = MetaData()
    found.reflect(engine)
    with engine.begin() as connection:
        for table in reversed(found.sorted_tables):
            if table.name != "alembic_version":
                connection.execute(table.delete())
    fill(engine)


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
    from subscribers.suppression import is_stronger

    assert is_stronger(Suppression.ERASED, Suppression.UNSUBSCRIBED)
    assert is_stronger(Suppression.BOUNCE, Suppression.ERASED)


def test_a_mail_of_the_next_issue_goes_to_the_others_only(with_readers: Path, run: Run) -> None:
    project = open_project(with_readers)
    issue = next_issue(run, with_readers)
    erase_address(project, "lectrice@example.org", replace(OPERATOR, at=datetime.now(UTC)))
    project.engine.dispose()

    run("send", issue, "--yes", at=with_readers)

    assert len(list((with_readers / "var" / "outbox" / issue).glob("*.eml"))) == 2


def test_p_10_after_the_suppression_keys_were_rotated_the_erased_stay_erased(
    project: Project, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    erase_reader(project, REF, OPERATOR)
    old = project.settings.suppression_keys[0].reveal()
    monkeypatch.setenv("NEWSLETTER_SUPPRESSION_KEYS", f"{new_key()},{old}")
    (project.root / "list.csv").write_text(f"email\n{PERSON}\n")

    done = run("subscribers", "import", "list.csv", "--confirmed", "--evidence", "a list", at=project.root)
    rotated = open_project(project.root)
    again = erase_address(rotated, PERSON, OPERATOR)
    bring_back(rotated.engine)
    count = replay(rotated.engine, journal(rotated), suppression_keys(rotated), NOW)
    rotated.engine.dispose()

    assert "refused, suppressed: 1" in done.err
    assert not again.was_reader
    assert count == 1
    assert LOCAL not in dump(project.engine)


def test_p_09_without_the_key_of_the_hashes_nobody_is_erased_and_nothing_removed(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    erase_reader(project, REF, OPERATOR)
    monkeypatch.setenv("NEWSLETTER_SUPPRESSION_KEYS", new_key())
    without = open_project(project.root)

    with pytest.raises(KeysError):
        erase_address(without, "joanna@example.org", OPERATOR)
    with pytest.raises(KeysError):
        keep_no_longer_than_needed(without, NOW, Event())
    with pytest.raises(KeysError):
        replay(without.engine, journal(without), suppression_keys(without), NOW)
    without.engine.dispose()
    assert "joanna" in dump(project.engine)


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
