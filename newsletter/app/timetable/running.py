"""Running a job: when its turn has come, with its limit; what fails is said and counted, and hurts no other."""

import logging

from newsletter.app.failures import explained
from newsletter.app.timetable.job import Job
from newsletter.app.timetable.moment import Moment
from newsletter.app.timetable.rhythm import is_due, turn_began
from newsletter.storage import job_records
from newsletter.storage.job_records import JobRecord

_log = logging.getLogger(__name__)


def run_job(job: Job, moment: Moment) -> bool:
    """Run a job whose turn has come; what fails is tried again with the next tick. False: it failed."""
    began = moment.clock.now()
    failure: Exception | None = None
    with moment.watch.over(job.name, job.limit):
        try:
            if job.needs_database:
                moment.project.refuse_lost_database()
            if not _is_its_turn(job, moment):
                return True
            job.run(moment)
        except Exception as error:  # one job's mistake is not to end the others
            failure = error
    ended = moment.clock.now()
    told = explained(failure) if failure else None
    record = JobRecord(
        began_at=began,
        ended_at=ended,
        # Whoever was stopped in between goes on the next time.
        done_at=None if failure or moment.stop.is_set() else ended,
        runs=1,
        failures=int(failure is not None),
        words=str(told or type(failure).__name__) if failure else "",
    )
    is_worth_a_word = moment.tally.enter(job.name, record, ended, at_once=job.when.hour is not None)
    if failure and is_worth_a_word:
        # What nobody expected is seen whole, but for addresses and tokens.
        fields = {"job": job.name, "words": str(told)} if told else {"job": job.name}
        _log.error("job failed", extra={"fields": fields}, exc_info=None if told else failure)
    return failure is None


def _is_its_turn(job: Job, moment: Moment) -> bool:
    """Whether it is to be done now, and by nobody else."""
    now, project = moment.clock.now(), moment.project
    zone = project.settings.newsletter.timezone
    since = turn_began(job.when, now, zone)
    if since is None or moment.clock.is_ahead:
        return True
    if not project.has_database:
        return False
    done = job_records.records(project.engine).get(job.name, JobRecord()).done_at
    return is_due(job.when, done, now, zone) and job_records.claim(
        project.engine, job.name, now, since=since, limit=job.limit
    )
