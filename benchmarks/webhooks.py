"""How many events a second the site takes in, in posts of 100, and how many have their consequences drawn.

    python -m benchmarks.webhooks [EVENTS]

A real server and real connections; the receiver reads a plain JSON list, so that what a provider's own signature costs
is not in it. To reach: 5,000 events/s taken in. Beside the whole stand its parts: reading, and storing without HTTP.
"""

import http.client
import json
import multiprocessing
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path

import uvicorn
from sqlalchemy import insert, select
from starlette.applications import Starlette

from newsletter.app import open_project
from newsletter.app.project import Project
from newsletter.app.readers import import_readers, import_rules
from newsletter.delivery.events import Bounce, Event, EventKind, Posted
from newsletter.delivery.letter import reference_text
from newsletter.delivery.outcomes import process
from newsletter.layout.project import lay_out
from newsletter.rendering.pipeline.environment import built_in_templates
from newsletter.storage import events as event_store
from newsletter.storage.tables import deliveries, issues
from newsletter.web.webhooks import Webhooks, webhook_routes
from subscribers.keys import new_key
from subscribers.storage import subscribers

A_POST = 100
ISSUE = "monthly-2026-11"
#: Of a hundred events.
KINDS = (*["delivered"] * 70, *["opened"] * 24, *["deferred"] * 3, *["bounced"] * 2, "complained")
CONNECTIONS = 4


@dataclass(frozen=True)
class Plain:
    """Believes everybody, and reads JSON in our own words."""

    def verify(self, posted: Posted, now: datetime) -> None:
        """Say nothing against it."""

    def read(self, posted: Posted, now: datetime) -> list[Event]:
        """Return the events."""
        return [
            Event(
                provider="plain",
                id=row["id"],
                kind=EventKind(row["kind"]),
                bounce=Bounce.SOFT if row["kind"] == "bounced" else None,
                at=now,
                email=row["email"],
                issue=ISSUE,
                delivery=row["delivery"],
            )
            for row in json.loads(posted.body)
        ]


def main() -> None:
    """Print the figures."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 40_000
    print(f"the machine: a loop of a million squares takes {seconds(squares):.2f} s")
    with tempfile.TemporaryDirectory() as directory:
        project = make_project(Path(directory) / "project", readers=count)
        posts = make_posts(project, count)
        now = datetime.now(UTC)
        read = [Plain().read(Posted(headers={}, body=body), now) for body in posts]
        report(
            "read",
            count,
            seconds(lambda: [Plain().read(Posted(headers={}, body=body), now) for body in posts]),
        )
        spare = make_project(Path(directory) / "spare", readers=1)
        store_all = seconds(lambda: [event_store.store(spare.engine, events, now) for events in read])
        report("stored, one thread, without HTTP", count, store_all)
        report(f"taken in by the site, {CONNECTIONS} connections", count, take_in(project, posts))
        report("consequences drawn", count, seconds(lambda: process(project.engine, now, lambda _name: True)))


def squares() -> int:
    """Return nothing of interest: how long it takes says how quick the machine is just now."""
    return sum(number * number for number in range(1_000_000))


def make_project(folder: Path, readers: int) -> Project:
    """Lay out a project with readers, all of whom an issue was sent to."""
    now = datetime.now(UTC)
    lay_out(
        folder,
        source=built_in_templates() / "project",
        today=now.date(),
        keys=(new_key(), new_key()),
        empty=True,
    )
    rows = "\n".join(f"reader-{number}@example{number % 50}.org" for number in range(readers))
    (folder / "readers.csv").write_text(f"email\n{rows}\n", encoding="utf-8")
    project = open_project(folder)
    rules = import_rules(project, is_confirmed=True, evidence="made up")
    import_readers(project, [folder / "readers.csv"], rules, now=now)
    with project.engine.begin() as connection:
        row = {
            "id": ISSUE,
            "is_rehearsal": False,
            "digest": "monthly",
            "period": "2026-11",
            "state": "sent",
            "due_at": now,
            "created_at": now,
        }
        connection.execute(insert(issues), row)
        connection.exec_driver_sql(
            "INSERT INTO deliveries (issue_number, variant, subscriber_id, state)"
            " SELECT 1, 1, id, 'accepted' FROM subscribers"
        )
        assert connection.execute(select(deliveries).limit(1)).first()
    return project


def make_posts(project: Project, count: int) -> list[bytes]:
    """Return the bodies of requests, an event a reader."""
    with project.engine.connect() as connection:
        rows = connection.execute(select(subscribers.c.ref, subscribers.c.email).limit(count)).all()
    found = [
        {
            "id": f"event-{number:08}",
            "kind": KINDS[number % len(KINDS)],
            "email": row.email,
            "delivery": reference_text(row.ref),
        }
        for number, row in enumerate(rows)
    ]
    return [json.dumps(found[start : start + A_POST]).encode() for start in range(0, len(found), A_POST)]


def take_in(project: Project, posts: Sequence[bytes]) -> float:
    """Post everything from another process, over several connections; return the seconds it takes."""
    parent, child = multiprocessing.Pipe()
    sender = multiprocessing.Process(target=send, args=(child, posts), daemon=True)
    sender.start()
    listener = socket.create_server(("127.0.0.1", 0))
    webhooks = Webhooks(
        receivers={"plain": Plain()},
        store=partial(event_store.store, project.engine),
        on_stored=lambda: None,
        now=lambda: datetime.now(UTC),
    )
    app = Starlette(routes=webhook_routes(webhooks))
    server = uvicorn.Server(uvicorn.Config(app, log_level="critical", lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    parent.send(listener.getsockname()[1])
    taken = float(parent.recv())
    server.should_exit = True
    thread.join()
    return taken


def send(pipe: Connection, posts: Sequence[bytes]) -> None:
    """Post *posts* to the port that comes through *pipe*, and send back how many seconds it took."""
    port = pipe.recv()
    senders = [
        threading.Thread(target=post, args=(port, posts[place::CONNECTIONS])) for place in range(CONNECTIONS)
    ]

    def run() -> None:
        for sender in senders:
            sender.start()
        for sender in senders:
            sender.join()

    pipe.send(seconds(run))


def post(port: int, posts: Sequence[bytes]) -> None:
    """Post bodies one after the other."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    for body in posts:
        connection.request("POST", "/webhooks/plain", body)
        response = connection.getresponse()
        response.read()
        assert response.status == 200, response.status


def seconds(work: Callable[[], object]) -> float:
    """Return how long *work* takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def report(name: str, count: int, taken: float) -> None:
    """Print a line."""
    print(f"{name:44} {count / taken:9,.0f} events/s  {1000 * taken / (count / A_POST):6.2f} ms a hundred")


main()
