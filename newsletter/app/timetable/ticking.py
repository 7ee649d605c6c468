"""APScheduler's clock: it wakes the jobs, each in a thread of its own, until somebody asks to stop."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger

from newsletter.app.project import Project
from newsletter.app.timetable.job import Job
from newsletter.app.timetable.moment import Moment
from newsletter.app.timetable.renewal import Renewal
from newsletter.app.timetable.rhythm import Rhythm
from newsletter.app.timetable.running import run_job
from newsletter.errors import StorageError

#: Between two looks whether the clock was set back, or the settings were changed.
_LOOK_S = 1.0


def run_by_the_clock(jobs: Sequence[Job], moment: Moment) -> bool:
    """Run what is due whenever it is, until somebody asks to stop; True: there are other settings to go on with."""
    _open_database(moment.project)
    # The default grace of one second would drop a tick that comes late; two of one job never run at once.
    defaults: dict[str, Any] = {"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
    # A thread each: no job waits for another one.
    executors = {"default": ThreadPoolExecutor(len(jobs))}
    scheduler = BackgroundScheduler(timezone="UTC", job_defaults=defaults, executors=executors)
    for job in jobs:
        trigger = CronTrigger(**_full_times(job.when), timezone="UTC")
        scheduler.add_job(
            run_job, trigger, args=[job, moment], name=job.name, next_run_time=moment.clock.now()
        )
    scheduler.start()
    is_renewed = tick(scheduler, moment)
    # What is in hand is finished, in either case.
    moment.stop.set()
    scheduler.shutdown(wait=True)
    return is_renewed


def tick(scheduler: BackgroundScheduler, moment: Moment) -> bool:
    """Wait until somebody asks to stop, or until there are other settings: then return True.

    After the machine's clock was set back everything ticks at once: APScheduler would wait until it shows the old time again.
    """
    before, renewal = moment.clock.now(), Renewal.of(moment.project)
    while not moment.stop.wait(_LOOK_S):
        now = moment.clock.now()
        if now < before:
            for job in scheduler.get_jobs():
                job.modify(next_run_time=now)
        before = now
        if renewal.is_due():
            return True
    return False


def _full_times(rhythm: Rhythm) -> dict[str, str]:
    """Return when a rhythm ticks, as APScheduler says it: at full minutes, so that what is due at nine goes at nine."""
    seconds = int(rhythm.tick.total_seconds())
    return {"second": f"*/{seconds}"} if seconds < 60 else {"minute": f"*/{seconds // 60}", "second": "0"}


def _open_database(project: Project) -> None:
    """Open it before many threads do so at once; a server that is not there yet is waited for by each of them."""
    if project.has_database:
        with suppress(StorageError):
            _ = project.engine
