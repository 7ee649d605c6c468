"""`newsletter send` in a process of its own, which kills itself where it is told to.

A process that has everything imported forks one for each order, which takes a tenth of a second instead of two. Orders
come as lines of JSON; for each the number of the process is printed, and then how it ended.
"""

import gc
import os
import signal
import sys
from dataclasses import replace
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from threading import Event

import msgspec
from sqlalchemy import Connection, event

from newsletter.app import open_project, sending
from newsletter.app.outlook import look_ahead
from newsletter.app.sending import go_on
from newsletter.database import Engine
from newsletter.delivery.providers import base, open_provider
from newsletter.settings.model import Provider as ProviderSettings
from newsletter.storage import freezing

#: What sending imports when it comes to it, and each sender would import anew.
AHEAD = (
    "dotenv",
    "encodings.utf_8_sig",
    "newsletter.content.files.cache",
    "newsletter.content.files.folder",
    "newsletter.content.files.storeditems",
    "newsletter.content.images.files",
    "newsletter.delivery.providers.connecting",
    "newsletter.delivery.providers.mailgun",
    "newsletter.delivery.providers.resend",
    "newsletter.storage.schema",
    "psycopg",
    "requests",
    "sqlalchemy.dialects.postgresql.psycopg",
    "sqlalchemy.dialects.sqlite.pysqlite",
)
#: So few that a handful of readers makes several slices, requests and rounds.
BATCH, SLICE = 5, 6


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """Send an issue, and die at a commit; 0: live."""

    project: str
    issue: str
    #: The how-manieth commit is the last thing that happens, or the first that does not.
    dies_at_commit: int = 0
    has_committed: bool = False


def main() -> None:
    """Carry out orders from standard input until it ends."""
    for module in AHEAD:
        import_module(module)
    # No sender looks through all of it for what it might throw away, and copies every page on the way.
    gc.freeze()
    for line in sys.stdin:
        order = msgspec.json.decode(line, type=Order)
        child = os.fork()
        if child == 0:
            status = 1
            try:
                send(order)
                status = 0
            finally:
                os._exit(status)
        print(child, flush=True)
        _, ended = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(ended), flush=True)


def send(order: Order) -> None:
    """Do what `newsletter send ISSUE --yes` does."""
    freezing.SLICE = SLICE
    vars(sending)["open_provider"] = _small
    project, now = open_project(Path(order.project)), datetime.now(UTC)
    if order.dies_at_commit:
        die_at_commit(project.engine, order.dies_at_commit, has_committed=order.has_committed)
    outlook = look_ahead(project, order.issue, now)
    if not outlook.is_over:
        go_on(project, outlook.begin(now), stop=Event(), at_once=True)


def _small(settings: ProviderSettings, var: Path) -> base.Provider:
    """Return the provider of the settings, with small requests."""
    provider = open_provider(settings, var)
    small: base.Provider = replace(  # type: ignore[type-var]  # every provider is a dataclass
        provider, capabilities=replace(provider.capabilities, max_batch=BATCH)
    )
    return small


def die_at_commit(engine: Engine, number: int, *, has_committed: bool) -> None:
    """Have this process killed at its *number*-th commit of something written."""
    seen = []

    @event.listens_for(engine, "commit")
    def count(connection: Connection) -> None:
        if connection.get_execution_options().get("only_reads"):
            return
        seen.append(1)
        if len(seen) < number:
            return
        if has_committed:
            driver = connection.connection.driver_connection
            assert driver is not None
            driver.commit()
        os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    main()
