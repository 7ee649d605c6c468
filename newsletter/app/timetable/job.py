"""One line of the timetable."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from newsletter.app.timetable.moment import Moment
from newsletter.app.timetable.rhythm import Rhythm


@dataclass(frozen=True, slots=True)
class Job:
    """What is done, how often, and how long it may take."""

    run: Callable[[Moment], None]
    when: Rhythm
    #: After so many seconds it is stuck: the log and `/healthz` say so.
    limit_s: int
    #: False: it has something to do also where the database is gone.
    needs_database: bool = True

    @property
    def name(self) -> str:
        """What it is called in the log, the database and `/healthz`."""
        return self.run.__name__

    @property
    def limit(self) -> timedelta:
        """How long it may take."""
        return timedelta(seconds=self.limit_s)
