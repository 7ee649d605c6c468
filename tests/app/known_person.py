"""A person of whom database and files know a lot, and where they are looked for after erasing."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine, MetaData, insert, select

from newsletter.app.project import Project
from newsletter.database import Connection
from newsletter.storage import tables as ledger
from subscribers.audit import Errand
from subscribers.storage import consent_records, subscribers, subscriptions
from subscribers.storage.tables import audit_records, requests

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


def fill_ledger(connection: Connection) -> None:
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


def bring_back(engine: Engine) -> None:
    """Make the database what it was before."""
    found = MetaData()
    found.reflect(engine)
    with engine.begin() as connection:
        for table in reversed(found.sorted_tables):
            if table.name != "alembic_version":
                connection.execute(table.delete())
    fill(engine)
