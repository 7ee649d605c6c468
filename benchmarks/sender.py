"""What runs in the sending process of `benchmarks.delivery`: the send loop, the bare loop, and the parts of a batch."""

import sqlite3
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from queue import SimpleQueue
from threading import Event

from newsletter.database import open_database, writing
from newsletter.delivery.allowance import Allowance
from newsletter.delivery.journal import Journal
from newsletter.delivery.letter import Letter
from newsletter.delivery.post import Post
from newsletter.delivery.providers.base import Provider, Session
from newsletter.delivery.providers.mailgun import Mailgun, MailgunSession
from newsletter.delivery.providers.sendgrid import SendGrid, SendGridSession
from newsletter.delivery.sender import send_issue
from newsletter.delivery.values import Recipient, Verdict
from newsletter.settings.model import Secret
from newsletter.storage import issues
from newsletter.storage.claiming import claim
from newsletter.storage.recording import finish, record
from tests.delivery.frozen_issue import letters

#: The issue's number in a database that has no other.
ISSUE = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """An issue to send."""

    database: Path
    #: As in the settings.
    provider: str
    #: Of the stand-in.
    url: str
    connections: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """What sending took."""

    seconds: float
    processor_s: float
    #: Bytes, at the peak.
    memory: int


def send(work: Work) -> Spent:
    """Send the issue by the send loop, from the first claim to the last acceptance."""
    engine = open_database(f"sqlite:///{work.database}")
    stored, folder = issues.get(engine, ISSUE), work.database.parent
    provider = open_provider(work)
    post = Post(
        engine=engine,
        issue=stored,
        letters=letters(engine, stored),
        provider=provider,
        allowance=Allowance(provider=provider.name),
        connections=work.connections,
        locks_folder=folder / "locks",
        journal=Journal(folder / "sent.journal"),
        clock=lambda: datetime.now(UTC),
        stop=Event(),
    )
    spent = measured(lambda: send_issue(post))
    assert issues.get(engine, ISSUE).state == "sent"
    return spent


def send_bare(work: Work) -> Spent:
    """Do what no sender can leave out: read a batch's readers, build, encode, POST, one statement and one commit."""
    engine = open_database(f"sqlite:///{work.database}")
    letter = letters(engine, issues.get(engine, ISSUE))[1]
    engine.dispose()
    provider = open_provider(work)
    sessions: SimpleQueue[Session] = SimpleQueue()
    for _ in range(work.connections):
        sessions.put(provider.open())

    def hand_over(readers: Sequence[Recipient]) -> Sequence[Recipient]:
        session = sessions.get()
        receipts = session.send(letter, readers)
        sessions.put(session)
        assert receipts[0].verdict is Verdict.ACCEPTED
        return readers

    def loop() -> None:
        with (
            closing(sqlite3.connect(work.database, isolation_level=None)) as database,
            ThreadPoolExecutor(work.connections) as threads,
        ):
            database.execute("PRAGMA synchronous=FULL")
            under_way = []
            last, size = 0, 1_000
            while True:
                rows = database.execute(
                    "SELECT id, ref, email FROM subscribers WHERE id > ? ORDER BY id LIMIT ?", (last, size)
                ).fetchall()
                if rows:
                    last = rows[-1][0]
                    under_way.append(threads.submit(hand_over, [Recipient(*row) for row in rows]))
                if not under_way:
                    return
                if len(under_way) > work.connections or not rows:
                    readers = under_way.pop(0).result()
                    database.execute("BEGIN IMMEDIATE")
                    database.execute(
                        "UPDATE deliveries SET state = 'accepted' WHERE issue_number = 1 AND variant = 1"
                        " AND subscriber_id BETWEEN ? AND ?",
                        (readers[0].subscriber_id, readers[-1].subscriber_id),
                    )
                    database.execute("COMMIT")

    return measured(loop)


def parts(work: Work) -> dict[str, float]:
    """Return the processor seconds that each part of a batch takes: the least of several batches."""
    engine = open_database(f"sqlite:///{work.database}")
    letter = letters(engine, issues.get(engine, ISSUE))[1]
    session = open_provider(work).open()
    found: dict[str, float] = {}

    def note(name: str, since: float) -> float:
        now = time.process_time()
        found[name] = min(now - since, found.get(name, 1.0))
        return now

    for _ in range(10):
        begun = time.process_time()
        with writing(engine) as connection:
            batch = claim(connection, ISSUE, sender="parts", one_by_one=False, now=datetime.now(UTC))
        assert batch is not None
        begun = note("claim", begun)
        receipts = session.send(letter, batch.recipients)
        begun = note("request: tokens, payload, POST, receipts", begun)
        with writing(engine) as connection:
            record(connection, [(batch, receipts)])
            finish(connection, batch.id, retry_at=None)
        begun = note("record", begun)
        for reader in batch.recipients:
            letter.slots(reader)
        begun = note("of the request: tokens", begun)
        write_body(session, letter, batch.recipients)
        note("of the request: tokens, payload, encoding", begun)
    session.close()
    return found


def write_body(session: Session, letter: Letter, recipients: Sequence[Recipient]) -> bytes:
    """Return the body of a request."""
    assert isinstance(session, MailgunSession | SendGridSession)
    return session.body(letter, recipients)


def open_provider(work: Work) -> Provider:
    """Return the provider, at the stand-in."""
    key = Secret("key")
    if work.provider == "mailgun":
        return Mailgun(domain="mg.example.org", api_key=key, base_url=work.url)
    return SendGrid(api_key=key, base_url=work.url)


def measured(work: Callable[[], object]) -> Spent:
    """Return what *work* takes."""
    start, before = time.perf_counter(), time.process_time()
    work()
    return Spent(
        seconds=time.perf_counter() - start,
        processor_s=time.process_time() - before,
        memory=peak_memory(),
    )


def peak_memory() -> int:
    """Return the most memory that this process has had, in bytes (Linux)."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024
