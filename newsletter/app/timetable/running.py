"""Running a job: what fails is said, and hurts no other."""

import sys

from newsletter.app.failures import explained
from newsletter.app.timetable.job import Job
from newsletter.app.timetable.moment import Moment


def run_job(job: Job, moment: Moment) -> bool:
    """Run a job; what fails is said and tried again with the next tick. False: it failed."""
    try:
        job.run(moment)
    except Exception as error:
        if (told := explained(error)) is None:
            raise
        print(told, file=sys.stderr, flush=True)
        return False
    return True
