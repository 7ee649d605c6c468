"""How the jobs of `scheduler.py` are run: by APScheduler's clock, or once."""

from newsletter.app.timetable.job import Job
from newsletter.app.timetable.main import main
from newsletter.app.timetable.moment import Moment

__all__ = ["Job", "Moment", "main"]
