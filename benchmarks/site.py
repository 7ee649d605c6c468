"""What the public site bears: readers' pages while slow clients hold sockets, and bodies without an end.

    python -m benchmarks.site [SLOW_SOCKETS]

`newsletter serve` in a process of its own, on SQLite, asked by real connections from several addresses of this machine.
To reach: with 500 slow sockets p95 of the others below 500 ms; a body of 1 GiB costs less than 20 MB.
"""

import http.client
import socket
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from benchmarks.running import Site, running_site

MEASURED_S = 20
READERS = 4
#: Each holds fewer connections than one address may.
ADDRESSES = [f"127.0.1.{number}" for number in range(1, 11)]
MEBIBYTE = 1024 * 1024


def main() -> None:
    """Print the figures."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    with tempfile.TemporaryDirectory() as directory, running_site(Path(directory) / "project") as site:
        report("nobody else", waits(site))
        with slow_clients(site, count) as held:
            report(f"{count} slow sockets", waits(site))
            print(f"{'':24}of these {held():,} were open at the end")
        for name, length in (("chunked", None), ("with its length", 1024 * MEBIBYTE)):
            large_body(site, name, length)


def waits(site: Site) -> list[float]:
    """Return how long each of many requests took, in ms, for a few readers who come by a new connection each time."""
    found: list[float] = []
    until = time.monotonic() + MEASURED_S

    def read() -> None:
        while time.monotonic() < until:
            began = time.perf_counter()
            connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=30)
            connection.request("GET", site.path)
            response = connection.getresponse()
            response.read()
            connection.close()
            assert response.status == 200
            found.append(1000 * (time.perf_counter() - began))

    threads = [threading.Thread(target=read) for _ in range(READERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


@contextmanager
def slow_clients(site: Site, count: int) -> Iterator[Callable[[], int]]:
    """Hold *count* connections that send a byte a second, half in their heads, half in their bodies, and come back when cut off."""
    head = b"POST " + site.path.encode() + b" HTTP/1.1\r\nHost: localhost\r\n"
    begun = (head + b"X-Slow: ", head + b"Content-Length: 1000\r\n\r\n")
    held: list[socket.socket | None] = [None] * count
    is_over = threading.Event()

    def begin(number: int) -> socket.socket:
        source = (ADDRESSES[number % len(ADDRESSES)], 0)
        connection = socket.create_connection(("127.0.0.1", site.port), timeout=10, source_address=source)
        connection.sendall(begun[number // len(ADDRESSES) % 2])
        return connection

    def trickle() -> None:
        while not is_over.wait(1):
            for number, connection in enumerate(held):
                try:
                    if connection is None:
                        held[number] = begin(number)
                    else:
                        connection.sendall(b"x")
                except OSError:
                    held[number] = None

    for number in range(count):
        held[number] = begin(number)
    thread = threading.Thread(target=trickle)
    thread.start()
    yield lambda: sum(connection is not None for connection in held)
    is_over.set()
    thread.join()
    for connection in held:
        if connection:
            connection.close()


def large_body(site: Site, name: str, length: int | None) -> None:
    """Send a form of 1 GiB, as much of it as is taken, and print what that cost."""
    size = "Transfer-Encoding: chunked" if length is None else f"Content-Length: {length}"
    chunk = b"%x\r\n" % MEBIBYTE + b"x" * MEBIBYTE + b"\r\n" if length is None else b"x" * MEBIBYTE
    head = f"POST {site.path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data; boundary=x\r\n{size}\r\n\r\n"
    before = peak = site.memory()
    began = time.perf_counter()
    sent = 0
    with socket.create_connection(("127.0.0.1", site.port), timeout=30) as connection:
        connection.sendall(head.encode())
        try:
            for _ in range(1024):
                connection.sendall(chunk)
                sent += 1
                peak = max(peak, site.memory())
        except ConnectionError:
            pass
        taken = time.perf_counter() - began
    peak = max(peak, site.memory())
    print(
        f"1 GiB, {name:17} cut off after {sent:,} MiB were handed over, {taken:.2f} s, {(peak - before) / 1e6:.1f} MB more"
    )


def report(name: str, found: Sequence[float]) -> None:
    """Print a line."""
    twentieths = statistics.quantiles(found, n=20)
    print(
        f"{name:24}{len(found) / MEASURED_S:6,.0f} pages/s  median {statistics.median(found):6.1f} ms"
        f"  p95 {twentieths[-1]:6.1f} ms  longest {max(found):6.1f} ms"
    )


main()
