"""The scheduler's command line: its arguments, its signals, and the clock that ticks."""

import argparse
import logging
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from threading import Event
from typing import Any

from newsletter.app.failures import explained
from newsletter.app.letters import token_keys
from newsletter.app.log import log_lines
from newsletter.app.project import open_project
from newsletter.app.readers import suppression_keys
from newsletter.app.timetable.job import Job
from newsletter.app.timetable.moment import Moment
from newsletter.app.timetable.running import run_job


def main(jobs: Sequence[Job]) -> None:
    """Run *jobs* in the project of the current folder; `--once` runs each of them once."""
    parser = argparse.ArgumentParser(prog="scheduler", description="Runs the newsletter's timetable.")
    parser.add_argument("-C", "--directory", type=Path, default=Path(), help="the project folder")
    parser.add_argument("--once", action="store_true", help="do what is due, and stop")
    arguments = parser.parse_args()
    try:
        moment = Moment(project=open_project(arguments.directory.resolve()), stop=Event())
        # Else each tick would fail, and nobody might look.
        token_keys(moment.project)
        suppression_keys(moment.project)
    except Exception as error:
        if (told := explained(error)) is None:
            raise
        sys.exit(str(told))
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: moment.stop.set())
    with log_lines():
        if not arguments.once:
            _run_by_the_clock(jobs, moment)
        elif [job for job in jobs if not run_job(job, moment)]:
            sys.exit(1)


def _run_by_the_clock(jobs: Sequence[Job], moment: Moment) -> None:
    from apscheduler.schedulers.background import BackgroundScheduler

    # It warns of each tick that finds the one before still at work, which is no more than a long issue.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    # The default grace of one second would drop a tick that comes late; two of one job never run at once.
    defaults: dict[str, Any] = {"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
    scheduler = BackgroundScheduler(timezone="UTC", job_defaults=defaults)
    now = moment.clock.now()
    for job in jobs:
        scheduler.add_job(
            run_job,
            "interval",
            args=[job, moment],
            seconds=job.every_s,
            name=job.run.__name__,
            next_run_time=now,
        )
    scheduler.start()
    moment.stop.wait()
    scheduler.shutdown(wait=True)
