"""Whether an issue keeps a confirmation waiting, and whether a wave of sign-ups keeps an issue waiting.

    python -m benchmarks.wave [--readers N]

`newsletter serve --send` in a process of its own, on SQLite, with the limits of sign-ups off; confirmations go to the outbox. The
issue is frozen and sent by another process, through the stand-in of the tests, with 200 ms latency. Each alone, then both at once:
to reach are confirmations that leave as soon as without an issue (looked for every 2 seconds), and an issue that takes as long.
"""

import argparse
import multiprocessing
import statistics
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import datetime
from pathlib import Path

from sqlalchemy import select

from benchmarks.delivery import freeze, squares, write_readers
from benchmarks.running import running_site
from benchmarks.sender import Work, send
from benchmarks.sign_up import NO_LIMITS, at_rate
from newsletter.database import open_database, reading
from subscribers.storage.tables import requests
from tests.stand_in.remote import started
from tests.stand_in.values import Order

#: Sign-ups a second: as many in a quarter of a minute as the settings allow in an hour, unless told otherwise.
RATE = 20
ALONE_S = 20


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--readers", type=int, default=300_000)
    readers = parser.parse_args().readers
    print(
        f"machine: {squares()[0] * 1000:.0f} ms for a million squares (80 on the one that the targets are for)"
    )
    context = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory() as directory, ProcessPoolExecutor(2, mp_context=context) as processes:
        folder = Path(directory)
        databases = [folder / name / "var" / "newsletter.db" for name in ("quiet", "busy")]
        for database in databases:
            database.parent.mkdir(parents=True)
            write_readers(database, readers)
        with started("mailgun", counts_only=True) as stand_in:
            stand_in.make_habit(Order(delay_s=0.2))
            quiet, busy = (
                Work(database=database, provider="mailgun", url=stand_in.url, connections=4)
                for database in databases
            )
            alone_s = processes.submit(issue, quiet, readers).result()
            with running_site(databases[1].parent.parent, NO_LIMITS, "--send") as site:
                before = datetime.now().astimezone()
                processes.submit(at_rate, site.port, ALONE_S, RATE).result()
                report("alone", confirmations(busy.database, before))
                before = datetime.now().astimezone()
                both = processes.submit(issue, busy, readers)
                while not both.done():
                    processes.submit(at_rate, site.port, 5, RATE).result()
                report("while an issue goes out", confirmations(busy.database, before))
    print(
        f"issue for {readers:,} readers: {alone_s:.1f} s alone, {both.result():.1f} s with a wave of {RATE} sign-ups a second"
    )


def issue(work: Work, readers: int) -> float:
    """Freeze an issue and send it; return the seconds."""
    began = time.perf_counter()
    freeze(work.database, readers)
    send(work)
    return time.perf_counter() - began


def confirmations(database: Path, since: datetime) -> list[float]:
    """Wait until every confirmation that was asked for *since* has left, and return the ms that each took."""
    engine = open_database(f"sqlite:///{database}")
    asked = select(requests.c.created_at, requests.c.mailed_at).where(requests.c.created_at >= since)
    while True:
        with reading(engine) as connection:
            rows = connection.execute(asked).all()
        if rows and all(row.mailed_at for row in rows):
            engine.dispose()
            return [(row.mailed_at - row.created_at).total_seconds() * 1000 for row in rows]
        time.sleep(0.5)


def report(name: str, waits: Sequence[float]) -> None:
    """Print a line."""
    p99 = statistics.quantiles(waits, n=100)[98]
    print(
        f"confirmations {name:24}{len(waits):6,}  left after: median {statistics.median(waits) / 1000:.2f} s"
        f"  p99 {p99 / 1000:.2f} s  longest {max(waits) / 1000:.2f} s"
    )


if __name__ == "__main__":
    main()
