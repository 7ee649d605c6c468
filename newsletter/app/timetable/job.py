"""One line of the timetable."""

from collections.abc import Callable
from dataclasses import dataclass

from newsletter.app.timetable.moment import Moment


@dataclass(frozen=True, slots=True)
class Job:
    """What is done, and how often."""

    run: Callable[[Moment], None]
    every_s: int
