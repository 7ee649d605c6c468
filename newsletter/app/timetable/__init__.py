"""How the jobs of `scheduler.py` are run: by APScheduler's clock, or once."""

from newsletter.app.timetable.job import Job
from newsletter.app.timetable.main import main
from newsletter.app.timetable.moment import Moment
from newsletter.app.timetable.rhythm import MONTHLY, NIGHTLY, WEEKLY, every

__all__ = ["MONTHLY", "NIGHTLY", "WEEKLY", "Job", "Moment", "every", "main"]
