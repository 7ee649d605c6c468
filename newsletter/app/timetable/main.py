"""The scheduler's command line: its arguments and its signals."""

import argparse
import signal
import sys
from collections.abc import Sequence
from contextlib import nullcontext
from datetime import datetime
from pathlib import Path
from threading import Event

from newsletter.app.failures import explained
from newsletter.app.log import log_lines
from newsletter.app.project import Project, open_project
from newsletter.app.timetable.clock import Clock
from newsletter.app.timetable.job import Job
from newsletter.app.timetable.moment import Moment
from newsletter.app.timetable.renewal import require_keys, start_anew
from newsletter.app.timetable.running import run_job
from newsletter.app.timetable.ticking import run_by_the_clock
from newsletter.content.frontmatter.rawfields import YEARS
from newsletter.errors import UsageError
from newsletter.settings.addresses import is_loopback
from newsletter.settings.model import Provider


def main(jobs: Sequence[Job]) -> None:
    """Run *jobs* in the project of the current folder; `--once` runs each of them once."""
    arguments = _arguments()
    try:
        project = open_project(arguments.directory.resolve())
        clock = _clock(project, arguments)
        moment = Moment(project=project, stop=Event(), clock=clock, is_single=arguments.once)
        require_keys(project)
    except Exception as error:
        if (told := explained(error)) is None:
            raise
        print(told, file=sys.stderr)
        sys.exit(2 if isinstance(told, UsageError) else 1)
    is_asked = _stopping_at_signals(moment)
    # Of a time that is only tried, the site hears nothing.
    watching = nullcontext() if moment.clock.is_moved else moment.watch.at_work()
    is_done, is_renewed = True, False
    with log_lines(), watching:
        if arguments.once:
            is_done = _run_once(jobs, moment)
        else:
            is_renewed = run_by_the_clock(jobs, moment)
        moment.senders.wait()
        moment.tally.close()
    if is_renewed and not is_asked.is_set():
        start_anew()
    sys.exit(0 if is_done else 1)


def _stopping_at_signals(moment: Moment) -> Event:
    """Stop at SIGINT and SIGTERM; return what is set then. Who stops for other settings has not been asked to."""
    is_asked = Event()

    def stop(*_: object) -> None:
        is_asked.set()
        moment.stop.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    return is_asked


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scheduler", description="Runs the newsletter's timetable.")
    parser.add_argument("-C", "--directory", type=Path, default=Path(), help="the project folder")
    parser.add_argument("--once", action="store_true", help="do what is due, and stop")
    parser.add_argument(
        "--now", metavar="TIME", help="with --once, as if it were that time (rehearsals only)"
    )
    return parser.parse_args()


def _clock(project: Project, arguments: argparse.Namespace) -> Clock:
    """Return the clock that goes by the arguments; a time without a zone is the newsletter's.

    Raises UsageError for another time that cannot be read, or at which mail could leave.
    """
    if arguments.now is None:
        return Clock()
    if not arguments.once:
        raise UsageError("--now goes with --once alone.")
    settings = project.settings
    if not all(_stays_here(provider) for provider in (settings.provider, settings.transactional) if provider):
        raise UsageError(
            "--now is only for rehearsals: mail would leave at a time that it is not. Set the providers to `outbox` first."
        )
    try:
        started = datetime.fromisoformat(arguments.now)
    except ValueError:
        raise UsageError(
            f"--now {arguments.now}: is no time. Write it like 2026-03-01T09:00+01:00."
        ) from None
    if started.year not in YEARS:
        raise UsageError(f"--now {arguments.now}: the year {started.year} cannot be meant.")
    return Clock(started=started if started.tzinfo else started.replace(tzinfo=settings.newsletter.timezone))


def _stays_here(provider: Provider) -> bool:
    """Whether what a provider is given does not leave this machine."""
    address = f"smtp://{provider.host}" if provider.name == "smtp" else provider.base_url
    return provider.is_rehearsal or is_loopback(address)


def _run_once(jobs: Sequence[Job], moment: Moment) -> bool:
    """Run what is due, in the order of a day; whether all of it went well."""
    failed = [job for job in jobs if not moment.stop.is_set() and not run_job(job, moment)]
    return not failed
