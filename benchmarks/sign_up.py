"""How many sign-ups the site takes in, and how long each waits, also while an issue is frozen and sent.

    python -m benchmarks.sign_up [--readers N]

`newsletter serve` in a process of its own on SQLite, with the limits of sign-ups off; who signs up, by JSON and each with
another address, is another process. To reach: 1,000 a second; at 200 a second 99 of 100 within 50 ms, also while an
issue is frozen and sent (the provider is the stand-in of the tests, with 200 ms latency).
"""

import argparse
import asyncio
import json
import multiprocessing
import statistics
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from pathlib import Path

from benchmarks.delivery import freeze, squares, write_readers
from benchmarks.running import Site, running_site
from benchmarks.sender import Work, send
from tests.stand_in.remote import started
from tests.stand_in.values import Order

NO_LIMITS = "\n[limits]\nper_address_day = 0\nper_ip_hour = 0\nper_domain_hour = 0\nglobal_hour = 0\n"
CONNECTIONS = 50
FULL_S, CALM_S = 10, 15
CALM_RATE = 200


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--readers", type=int, default=300_000)
    readers = parser.parse_args().readers
    wall, _ = squares()
    print(f"machine: {wall * 1000:.0f} ms for a million squares (80 on the one that the targets are for)")
    context = multiprocessing.get_context("spawn")
    with (
        tempfile.TemporaryDirectory() as directory,
        running_site(Path(directory) / "project", NO_LIMITS) as site,
        ProcessPoolExecutor(2, mp_context=context) as processes,
    ):
        taken = processes.submit(as_many_as_possible, site.port).result()
        print(
            f"as many as possible       {taken / FULL_S:6,.0f} sign-ups/s (to reach: 1,000), {memory(site)}"
        )
        report("at 200 a second", processes.submit(at_rate, site.port, CALM_S).result())
        database = Path(directory) / "project" / "var" / "newsletter.db"
        with started("mailgun", counts_only=True) as stand_in:
            stand_in.make_habit(Order(delay_s=0.2))
            work = Work(database=database, provider="mailgun", url=stand_in.url, connections=4)
            write_readers(database, readers)
            busy: Future[None] = processes.submit(freeze_and_send, work, readers)
            found = processes.submit(at_rate, site.port, 2 * CALM_S).result()
            report("while an issue goes out", found)
            if busy.done():
                print("    the issue ended before: ask for more --readers")
            busy.result()


def freeze_and_send(work: Work, readers: int) -> None:
    """Freeze an issue for *readers* and send it."""
    freeze(work.database, readers)
    send(work)


def as_many_as_possible(port: int) -> int:
    """Sign up from many connections at once; return how many were taken in."""

    async def work() -> int:
        until = time.monotonic() + FULL_S
        counts = await asyncio.gather(
            *(_one_after_the_other(port, number, until) for number in range(CONNECTIONS))
        )
        return sum(counts)

    return asyncio.run(work())


async def _one_after_the_other(port: int, number: int, until: float) -> int:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    count = 0
    while time.monotonic() < until:
        await _sign_up(reader, writer, f"full-{number}-{count}@example{number}.org")
        count += 1
    writer.close()
    return count


def at_rate(port: int, seconds: int, rate: int = CALM_RATE) -> list[float]:
    """Sign up at a fixed rate, whatever the answers take; return the ms from when each was due until its answer."""

    async def work() -> list[float]:
        free: asyncio.Queue[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = asyncio.Queue()
        for _ in range(CONNECTIONS):
            free.put_nowait(await asyncio.open_connection("127.0.0.1", port))
        began, run = time.perf_counter(), time.time_ns()
        waits: list[float] = []

        async def one(number: int) -> None:
            due = began + number / rate
            connection = await free.get()
            await _sign_up(*connection, f"calm-{run}-{number}@example.eu")
            waits.append((time.perf_counter() - due) * 1000)
            free.put_nowait(connection)

        tasks = []
        for number in range(seconds * rate):
            await asyncio.sleep(max(0.0, began + number / rate - time.perf_counter()))
            tasks.append(asyncio.create_task(one(number)))
        await asyncio.gather(*tasks)
        return waits

    return asyncio.run(work())


async def _sign_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, email: str) -> None:
    body = json.dumps({"email": email, "consent": True}).encode()
    head = (
        "POST /api/subscriptions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    writer.write(head.encode() + body)
    answer = await reader.readuntil(b"\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 202"), answer
    length = int(answer.lower().partition(b"content-length:")[2].split(b"\r\n", 1)[0])
    await reader.readexactly(length)


def memory(site: Site) -> str:
    """Return what the site holds, for people."""
    return f"{site.memory() / 1e6:.0f} MB"


def report(name: str, found: Sequence[float]) -> None:
    """Print a line."""
    hundredths = statistics.quantiles(found, n=100)
    print(
        f"{name:26}{len(found):6,} sign-ups  median {statistics.median(found):5.1f} ms"
        f"  p99 {hundredths[98]:5.1f} ms (to reach: 50)  longest {max(found):5.1f} ms"
    )


if __name__ == "__main__":
    main()
