"""How the jobs of `scheduler.py` are run: by APScheduler's clock, or once."""

import argparse
import logging
import signal
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from typing import Any

from newsletter.app.failures import explained
from newsletter.app.log import log_batch, log_lines
from newsletter.app.project import Project, open_project
from newsletter.app.sending import Listener, go_on, has_repeats
from newsletter.errors import DeliveryError
from newsletter.issues.states import UNDER_WAY
from newsletter.storage import issues


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """What a job is given."""

    project: Project
    #: Set when the scheduler is asked to stop: finish what is in hand.
    stop: Event


@dataclass(frozen=True, slots=True)
class Job:
    """One line of the timetable."""

    run: Callable[[Moment], None]
    every_s: int


def go_on_with_begun_issues(moment: Moment) -> None:
    """Freeze and send what is left of issues that were begun; one that fails keeps no other waiting."""
    project = moment.project
    if not project.has_database:
        return
    failures = []
    for stored in issues.list_all(project.engine, is_rehearsal=project.is_rehearsal):
        is_open = stored.state in UNDER_WAY or has_repeats(project, stored, datetime.now(UTC))
        if not is_open or stored.is_rehearsal != project.is_rehearsal:
            continue
        if moment.stop.is_set():
            break
        try:
            after = go_on(project, stored, stop=moment.stop, listener=Listener(on_batch=log_batch))
        except DeliveryError as error:
            failures.append(str(error))
        else:
            print(f"{after.id} is {after.state}{f': {after.reason}' if after.reason else ''}", flush=True)
    if failures:
        raise DeliveryError("\n".join(failures))


def main(jobs: Sequence[Job]) -> None:
    """Run *jobs* in the project of the current folder; `--once` runs each of them once."""
    parser = argparse.ArgumentParser(prog="scheduler", description="Runs the newsletter's timetable.")
    parser.add_argument("-C", "--directory", type=Path, default=Path(), help="the project folder")
    parser.add_argument("--once", action="store_true", help="do what is due, and stop")
    arguments = parser.parse_args()
    try:
        moment = Moment(project=open_project(arguments.directory.resolve()), stop=Event())
    except Exception as error:
        if (told := explained(error)) is None:
            raise
        sys.exit(str(told))
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: moment.stop.set())
    with log_lines():
        if not arguments.once:
            _run_by_the_clock(jobs, moment)
        elif [job for job in jobs if not _run(job, moment)]:
            sys.exit(1)


def _run(job: Job, moment: Moment) -> bool:
    """Run a job; what fails is said and tried again with the next tick."""
    try:
        job.run(moment)
    except Exception as error:
        if (told := explained(error)) is None:
            raise
        print(told, file=sys.stderr, flush=True)
        return False
    return True


def _run_by_the_clock(jobs: Sequence[Job], moment: Moment) -> None:
    from apscheduler.schedulers.background import BackgroundScheduler

    # It warns of each tick that finds the one before still at work, which is no more than a long issue.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    # The default grace of one second would drop a tick that comes late; two of one job never run at once.
    defaults: dict[str, Any] = {"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
    scheduler = BackgroundScheduler(timezone="UTC", job_defaults=defaults)
    now = datetime.now(UTC)
    for job in jobs:
        scheduler.add_job(
            _run,
            "interval",
            args=[job, moment],
            seconds=job.every_s,
            name=job.run.__name__,
            next_run_time=now,
        )
    scheduler.start()
    moment.stop.wait()
    scheduler.shutdown(wait=True)
