"""How the jobs of `scheduler.py` are run: by APScheduler's clock, or once."""

import argparse
import signal
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Any

from newsletter.app.project import Project, open_project
from newsletter.app.sending import UNDER_WAY, go_on
from newsletter.errors import NewsletterError
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
    """Freeze and send what is left of issues that were begun."""
    project = moment.project
    if not project.has_database:
        return
    for stored in issues.list_all(project.engine, is_rehearsal=project.is_rehearsal):
        if (
            stored.state in UNDER_WAY
            and stored.is_rehearsal == project.is_rehearsal
            and not moment.stop.is_set()
        ):
            after = go_on(project, stored, stop=moment.stop)
            print(f"{after.id} is {after.state}", flush=True)


def main(jobs: Sequence[Job]) -> None:
    """Run *jobs* in the project of the current folder; `--once` runs each of them once."""
    parser = argparse.ArgumentParser(prog="scheduler", description="Runs the newsletter's timetable.")
    parser.add_argument("-C", "--directory", type=Path, default=Path(), help="the project folder")
    parser.add_argument("--once", action="store_true", help="do what is due, and stop")
    arguments = parser.parse_args()
    try:
        moment = Moment(project=open_project(arguments.directory.resolve()), stop=Event())
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: moment.stop.set())
        if arguments.once:
            for job in jobs:
                job.run(moment)
        else:
            _run_by_the_clock(jobs, moment)
    except NewsletterError as error:
        sys.exit(str(error))


def _run_by_the_clock(jobs: Sequence[Job], moment: Moment) -> None:
    from apscheduler.schedulers.background import BackgroundScheduler

    # The default grace of one second would drop a tick that comes late; two of one job never run at once.
    defaults: dict[str, Any] = {"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
    scheduler = BackgroundScheduler(timezone="UTC", job_defaults=defaults)
    for job in jobs:
        scheduler.add_job(job.run, "interval", args=[moment], seconds=job.every_s, name=job.run.__name__)
        job.run(moment)
    scheduler.start()
    moment.stop.wait()
    scheduler.shutdown(wait=True)
