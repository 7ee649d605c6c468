"""How the jobs of `scheduler.py` are run: by APScheduler's clock, or once."""

import argparse
import logging
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from threading import Event
from typing import Any

from newsletter.app import retention
from newsletter.app.failures import explained
from newsletter.app.letters import token_keys
from newsletter.app.log import log_batch, log_lines
from newsletter.app.mailroom import MailClerk, open_mailroom
from newsletter.app.project import Project, open_project
from newsletter.app.readers import suppression_keys
from newsletter.app.sending import Listener, go_on, has_repeats, is_asked
from newsletter.errors import DeliveryError
from newsletter.issues.states import UNDER_WAY
from newsletter.issues.values import IssueState
from newsletter.storage import issues
from newsletter.storage.doubts import undecided
from newsletter.storage.issues import StoredIssue
from subscribers.storage.heartbeats import SCHEDULER, beat, begin_job, end_job

#: The nightly job takes seconds, after years of none some minutes: what takes longer is stuck, and the site's health says so.
LONGEST_NIGHT = timedelta(hours=1)


@dataclass(frozen=True, kw_only=True)
class Moment:
    """What a job is given."""

    project: Project
    #: Set when the scheduler is asked to stop: finish what is in hand.
    stop: Event

    @cached_property
    def mail_clerk(self) -> MailClerk:
        """Who sends mails to one person: it keeps its connection from tick to tick."""
        mailroom = open_mailroom(self.project, stop=self.stop)
        engine = self.project.engine
        return MailClerk(engine, mailroom, lambda words: print(words, file=sys.stderr, flush=True))


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
    begun = [
        stored
        for stored in issues.list_all(project.engine, is_rehearsal=project.is_rehearsal)
        if stored.is_rehearsal == project.is_rehearsal
        and (stored.state in UNDER_WAY or has_repeats(project, stored, datetime.now(UTC)))
    ]
    for after in _gone_on(moment, begun):
        print(f"{after.id} is {after.state}{f': {after.reason}' if after.reason else ''}", flush=True)


def show_that_it_is_at_work(moment: Moment) -> None:
    """Let the site's health see the scheduler."""
    if moment.project.has_database:
        beat(moment.project.engine, SCHEDULER, datetime.now(UTC))


def answer_requests(moment: Moment) -> None:
    """Send what readers asked for on the site, and what asks them to confirm."""
    if moment.project.has_database:
        moment.mail_clerk.work_off()


def ask_about_doubts(moment: Moment) -> None:
    """Ask the provider, where it can be asked, about readers in doubt of issues that count as sent."""
    project = moment.project
    if not project.has_database or not is_asked(project):
        return
    sent = issues.list_all(project.engine, is_rehearsal=False)
    doubts = {stored.number: undecided(project.engine, stored.number) for stored in sent}
    doubtful = [stored for stored in sent if stored.state is IssueState.SENT and doubts[stored.number]]
    for after in _gone_on(moment, doubtful):
        left = undecided(project.engine, after.number)
        if left < doubts[after.number]:
            print(f"{after.id}: the provider knows of readers who were in doubt; {left} are left", flush=True)


def keep_no_longer_than_needed(moment: Moment) -> None:
    """Once a night, seal the consents and remove what is no longer needed; with each tick, what networks did and what expired."""
    project, now = moment.project, datetime.now(UTC)
    if not project.has_database:
        return
    retention.forget_networks(project, now)
    retention.forget_challenges(project, now)
    if retention.is_due(project, now):
        begin_job(project.engine, "retention", now + LONGEST_NIGHT)
        try:
            removed = retention.keep_no_longer_than_needed(project, now, moment.stop)
        finally:
            end_job(project.engine, "retention")
        words = ", ".join(f"{count:,} {name}" for name, count in sorted(removed.items()))
        print(f"Kept no longer than needed; removed: {words or 'nothing'}", flush=True)


def _gone_on(moment: Moment, begun: Sequence[StoredIssue]) -> Iterator[StoredIssue]:
    """Go on with each of *begun*, and yield it as it then stands; what fails is raised at the end."""
    failures = []
    for stored in begun:
        if moment.stop.is_set():
            break
        try:
            yield go_on(moment.project, stored, stop=moment.stop, listener=Listener(on_batch=log_batch))
        except DeliveryError as error:
            failures.append(str(error))
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
