"""How many readers a second an issue goes out to: to the outbox, and by SMTP to a sink on this machine.

    python -m benchmarks.sending [READERS]

The whole loop is measured: claim, commit, fill, send, record. Beside it stands the bare work of the same kind: writing
the files, or handing the same bytes to the sink without a ledger. To reach: 1,500 readers/s.
"""

import multiprocessing
import shutil
import smtplib
import socket
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path
from threading import Event

from newsletter.app import open_project, outlook, sending
from newsletter.app.project import Project
from newsletter.app.readers import import_readers, import_rules
from newsletter.layout.project import lay_out
from newsletter.rendering.pipeline.environment import built_in_templates
from subscribers.keys import new_key

#: Of the sink. Like nearly every real server it takes commands in a row.
ANSWERS = {b"EHLO": b"250-sink\r\n250 PIPELINING\r\n", b"DATA": b"354 go on\r\n", b"QUIT": b"221 bye\r\n"}
WORDS = "What the members decided in their meeting, and what follows from it for the coming year. " * 3


def main() -> None:
    """Print the figures."""
    readers = int(sys.argv[1]) if len(sys.argv) > 1 else 6_000
    with tempfile.TemporaryDirectory() as directory:
        folder = Path(directory)
        outbox = make_project(folder / "outbox", readers, "")
        size, taken = send(outbox)
        print(f"{readers:,} readers, {size:,} bytes a mail")
        files = sorted((outbox.settings.var / "outbox").rglob("*.eml"))
        report("outbox", readers, taken, seconds(lambda: copy(files[0], folder / "bare", readers)))
        parent, child = multiprocessing.Pipe()
        sink = multiprocessing.Process(target=run_sink, args=(child,), daemon=True)
        sink.start()
        port = parent.recv()
        smtp = make_project(
            folder / "smtp", readers, f'host = "127.0.0.1"\nport = {port}\nsecurity = "none"\nconnections = 4'
        )
        _, taken = send(smtp)
        report("smtp, 4 connections", readers, taken, seconds(lambda: hand_over(port, files[0], readers)))
        sink.kill()


def make_project(folder: Path, readers: int, smtp: str) -> Project:
    """Lay out a project with twelve items and many readers."""
    now = datetime.now(UTC)
    lay_out(
        folder,
        source=built_in_templates() / "project",
        today=now.date(),
        keys=(new_key(), new_key()),
        empty=True,
    )
    for number in range(12):
        item = folder / "content" / "news" / f"{now:%Y-%m-%d}-report-{number}.md"
        item.write_text(f"---\ntitle: Report {number}\nlink: /{number}/\n---\n{WORDS}\n", encoding="utf-8")
    if smtp:
        settings = folder / "newsletter.toml"
        text = settings.read_text(encoding="utf-8")
        settings.write_text(
            text.replace('name = "outbox"', f'name = "smtp"\nself_check = false\n{smtp}'), encoding="utf-8"
        )
    rows = "\n".join(f"reader-{number}@example.org" for number in range(readers))
    (folder / "readers.csv").write_text(f"email\n{rows}\n", encoding="utf-8")
    project = open_project(folder)
    rules = import_rules(project, is_confirmed=True, evidence="made up")
    import_readers(project, [folder / "readers.csv"], rules, now=now)
    return project


def send(project: Project) -> tuple[int, float]:
    """Send the next issue; return the bytes of a variant and the seconds from freezing to the last acceptance."""
    from newsletter.app.desk import Desk

    now = datetime.now(UTC)
    issue = Desk(project, now).next_issue()
    begun = outlook.look_ahead(project, issue, now).begin(now)
    start = time.perf_counter()
    after = sending.go_on(project, begun, stop=Event())
    taken = time.perf_counter() - start
    assert after.state == "sent", after
    mails = list((project.settings.var / "outbox").rglob("*.eml"))
    return (mails[0].stat().st_size if mails else 0), taken


def copy(mail: Path, folder: Path, count: int) -> None:
    """Write the same bytes as many times, each file whole by a rename, as the outbox does."""
    data = mail.read_bytes()
    folder.mkdir()
    for number in range(count):
        part = folder / f".{number}.part"
        part.write_bytes(data)
        part.replace(folder / f"{number}.eml")
    shutil.rmtree(folder)


def hand_over(port: int, mail: Path, count: int) -> None:
    """Send the same bytes as many times over one connection."""
    data = mail.read_bytes()
    with smtplib.SMTP("127.0.0.1", port) as server:
        for number in range(count):
            server.sendmail("news@example.org", f"reader-{number}@example.org", data)


def run_sink(report_to: Connection) -> None:
    """Accept everything, in a process of its own; quick enough not to be what is measured."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=64)
    report_to.send(listener.getsockname()[1])
    import threading

    while True:
        connection, _ = listener.accept()
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        threading.Thread(target=converse, args=(connection,), daemon=True).start()


def converse(connection: socket.socket) -> None:
    """Speak as much SMTP as a sender needs."""
    waiting, in_message = b"", False
    with connection:
        connection.sendall(b"220 sink\r\n")
        while received := connection.recv(262_144):
            waiting += received
            while (end := b"\r\n.\r\n" if in_message else b"\r\n") in waiting:
                line, _, waiting = waiting.partition(end)
                verb = b"" if in_message else line[:4].upper()
                in_message = verb == b"DATA"
                connection.sendall(ANSWERS.get(verb, b"250 ok\r\n"))


def seconds(work: Callable[[], None]) -> float:
    """Return the seconds that *work* takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def report(name: str, readers: int, taken: float, bare: float) -> None:
    """Print one figure beside the bare work and the target."""
    rate, bare_rate = readers / taken, readers / bare
    print(f"{name:22} {rate:8,.0f} readers/s  {rate / bare_rate:5.2f} × the bare work  (to reach: 1,500)")


if __name__ == "__main__":
    main()
