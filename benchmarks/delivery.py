"""How quickly an issue is frozen and handed to a provider, how busy connections are kept, and in how much memory.

    python -m benchmarks.delivery [--readers N] [--provider NAME] [--latency MS] [--connections N]

The provider is the stand-in of the tests, in a process of its own; so is the sender, whose memory is measured. Beside
the send loop stands the bare loop, in the same run over as many connections: read a batch's readers, build, encode and
POST the same requests, one statement and one commit a batch. To reach, on SQLite: a million readers frozen in 15 s and
no write transaction over 100 ms; 40,000 readers/s and 70 % of the bare loop; with 200 ms latency 90 % of
connections × batch / latency until the processor is full; 150 MB, and no more for ten times the readers.
"""

import argparse
import multiprocessing
import shutil
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection, event, text

from benchmarks.sender import ISSUE, Spent, Work, parts, send, send_bare
from newsletter.database import Engine, open_database
from newsletter.storage import issues, schema
from tests.delivery import frozen_issue
from tests.stand_in.remote import started
from tests.stand_in.values import Order

BATCH = 1_000
#: As long as an issue of twelve items.
WORDS = (
    "<p>What the members decided in their meeting, and what follows from it for the coming year.</p>\n" * 250
)

Found = TypeVar("Found")
Task = TypeVar("Task")


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--readers", type=int, default=1_000_000)
    parser.add_argument("--provider", choices=("mailgun", "sendgrid"))
    parser.add_argument("--latency", type=float, default=200, metavar="MS")
    parser.add_argument("--connections", type=int, default=4)
    chosen = parser.parse_args()
    wall, processor = squares()
    print(
        f"machine: {wall * 1000:.0f} ms for a million squares, {processor * 1000:.0f} of them at work "
        "(80 on the one that the targets are for, left alone)"
    )
    with tempfile.TemporaryDirectory() as directory:
        many, some, few = (Path(directory) / f"{name}.db" for name in ("many", "some", "few"))
        # With latency, what is asked is how busy connections are kept, not how long the first request takes.
        for path, most in ((many, chosen.readers), (some, 300_000), (few, 100_000)):
            count = min(chosen.readers, most)
            write_readers(path, count)
            freeze(path, count)
        for provider in [chosen.provider] if chosen.provider else ["mailgun", "sendgrid"]:
            with started(provider, counts_only=True) as stand_in:

                def work(database: Path, provider: str = provider, url: str = stand_in.url) -> Work:
                    copied = Path(directory) / "sent" / "newsletter.db"
                    shutil.rmtree(copied.parent, ignore_errors=True)
                    copied.parent.mkdir()
                    shutil.copy(database, copied)
                    return Work(database=copied, provider=provider, url=url, connections=chosen.connections)

                print(f"\n{provider}, {chosen.connections} connections, no latency")
                bare = report("bare loop", few, alone(send_bare, work(few)))
                before = stand_in.accepted
                loop = report("send loop", few, alone(send, work(few)))
                assert set((stand_in.accepted - before).values()) == {1}
                print(
                    f"  {bare.seconds / loop.seconds:.0%} of the bare loop (to reach: 70 %); "
                    f"by processor time {bare.processor_s / loop.processor_s:.0%}"
                )
                if chosen.readers > 100_000:
                    larger = report("send loop", many, alone(send, work(many)))
                    print(f"  {larger.memory / loop.memory:.2f} × the memory (to reach: 1.1 ×)")
                for name, seconds in alone(parts, work(few)).items():
                    print(f"  {name:42} {seconds * 1000:5.1f} ms of the processor")
                if chosen.latency:
                    stand_in.make_habit(Order(delay_s=chosen.latency / 1000))
                    busy(alone(send, work(some)), some, chosen.connections, chosen.latency / 1000)


def write_readers(path: Path, count: int) -> None:
    """Write *count* readers of the monthly digest into a database, which is made where there is none."""
    engine = open_database(f"sqlite:///{path}")
    schema.prepare(engine)
    add_readers(engine, count)
    engine.dispose()


def freeze(path: Path, count: int) -> None:
    """Freeze an issue for the *count* readers of a database, and print what it took."""
    engine = open_database(f"sqlite:///{path}")
    longest = watch_transactions(engine)
    start = time.perf_counter()
    frozen_issue.freeze(engine, batch=BATCH, text=WORDS)
    taken = time.perf_counter() - start
    engine.dispose()
    print(
        f"freezing {count:>9,} readers: {taken:5.1f} s (to reach for a million: 15); "
        f"longest write transaction {max(longest) * 1000:.0f} ms (to reach: 100)"
    )


def add_readers(engine: Engine, count: int) -> None:
    """Write *count* readers of the monthly digest."""
    numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :count)"
    address = "'reader-' || i || '@example.org'"
    moment = frozen_issue.NOW.strftime("%Y-%m-%d %H:%M:%S.000000")
    with engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO subscribers (id, ref, email, email_key, as_entered, lang, state, created_at) "
                f"{numbers} SELECT i, randomblob(12), {address}, {address}, {address}, 'en', 'active', :now FROM n"
            ),
            {"count": count, "now": moment},
        )
        connection.execute(
            text(
                "INSERT INTO subscriptions (subscriber_id, digest, created_at) "
                "SELECT id, 'monthly', :now FROM subscribers"
            ),
            {"now": moment},
        )


def watch_transactions(engine: Engine) -> list[float]:
    """Return a list that gets the seconds of each write transaction, from its first statement to after its commit."""
    taken: list[float] = [0.0]
    begun: dict[int, float] = {}

    def began(connection: Connection) -> None:
        if not connection.get_execution_options().get("only_reads", False):
            begun[id(connection.connection.dbapi_connection)] = time.perf_counter()

    def ended(dbapi_connection: object, _record: object) -> None:
        if start := begun.pop(id(dbapi_connection), 0.0):
            taken.append(time.perf_counter() - start)

    event.listen(engine, "begin", began)
    event.listen(engine, "checkin", ended)
    return taken


def alone(work: Callable[[Task], Found], on: Task) -> Found:
    """Do *work* in a new process."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as process:
        return process.submit(work, on).result()


def report(name: str, database: Path, spent: Spent) -> Spent:
    """Print one figure."""
    count = readers_of(database)
    print(
        f"  {name:10} {count:>9,} readers {count / spent.seconds:8,.0f} readers/s (to reach: 40,000), "
        f"{count / spent.processor_s:8,.0f} a processor second, {spent.memory / 1e6:4.0f} MB (to reach: 150)"
    )
    return spent


def busy(spent: Spent, database: Path, connections: int, latency_s: float) -> None:
    """Print how busy the connections were kept."""
    rate, ideal = readers_of(database) / spent.seconds, connections * BATCH / latency_s
    print(
        f"  with {latency_s * 1000:.0f} ms latency: {rate:,.0f} of {ideal:,.0f} readers/s, {rate / ideal:.0%} "
        f"(to reach: 90 %); processor {spent.processor_s / spent.seconds:.0%} busy"
    )


def readers_of(database: Path) -> int:
    """Return how many readers the issue has."""
    engine = open_database(f"sqlite:///{database}")
    try:
        return issues.get(engine, ISSUE).audience
    finally:
        engine.dispose()


def squares() -> tuple[float, float]:
    """Return the seconds of a million squares, and those of the processor: how quick and how busy the machine is."""
    start, before = time.perf_counter(), time.process_time()
    sum(number * number for number in range(1_000_000))
    return time.perf_counter() - start, time.process_time() - before


if __name__ == "__main__":
    main()
