"""`newsletter send`, or the scheduler, in a process of its own, which kills itself where it is told to.

A process that has everything imported forks one for each order, which takes a tenth of a second instead of two. Orders
come as lines of JSON; for each the number of the process is printed, and then how it ended.
"""

import gc
import io
import os
import signal
import sys
from contextlib import redirect_stdout
from dataclasses import replace
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from threading import Event

import msgspec
from sqlalchemy import Connection, event

from newsletter.app import jobs, open_project, sending
from newsletter.app.outlook import look_ahead
from newsletter.app.project import Project
from newsletter.app.sending import go_on
from newsletter.app.timetable import Moment
from newsletter.app.timetable.clock import Clock
from newsletter.app.timetable.running import run_job
from newsletter.database import Engine
from newsletter.delivery.providers import base, open_provider
from newsletter.settings.model import Provider as ProviderSettings
from newsletter.storage import freezing
from scheduler import JOBS

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
#: What the timetable does with issues.
OF_ISSUES = (jobs.publish_what_is_due, jobs.go_on_with_begun_issues, jobs.mail_notices)
#: So few that a handful of readers makes several slices, requests and rounds.
BATCH, SLICE = 5, 6


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """Send an issue, or do what is due at a time, and die at a commit; 0: live."""

    project: str
    issue: str
    #: None: send the issue.
    at: datetime | None = None
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
                carry_out(order)
                status = 0
            finally:
                os._exit(status)
        print(child, flush=True)
        _, ended = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(ended), flush=True)


def carry_out(order: Order) -> None:
    """Do what *order* says."""
    freezing.SLICE = SLICE
    vars(sending)["open_provider"] = _small
    project = open_project(Path(order.project))
    if order.dies_at_commit:
        die_at_commit(project.engine, order.dies_at_commit, has_committed=order.has_committed)
    if order.at:
        do_what_is_due(project, order.at)
    else:
        send(project, order.issue)


def send(project: Project, issue: str) -> None:
    """Do what `newsletter send ISSUE --yes` does."""
    now = datetime.now(UTC)
    outlook = look_ahead(project, issue, now)
    if not outlook.is_over:
        go_on(project, outlook.begin(now), stop=Event(), at_once=True)


def do_what_is_due(project: Project, at: datetime) -> None:
    """Do what `python -m scheduler --once --now AT` does with issues."""
    moment = Moment(project=project, stop=Event(), clock=Clock(started=at), is_single=True)
    # What it prints is for people; standard output is for whoever gave the order.
    with redirect_stdout(io.StringIO()):
        for job in JOBS:
            if job.run in OF_ISSUES:
                run_job(job, moment)


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
