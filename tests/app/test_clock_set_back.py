"""The machine's clock is set back while the scheduler runs."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event, Thread

import pytest
from apscheduler.schedulers.background import BackgroundScheduler

from newsletter.app import open_project
from newsletter.app.timetable import Moment, ticking
from newsletter.app.timetable.clock import Clock


@dataclass(frozen=True, kw_only=True)
class SetBack(Clock):
    """A clock that is set back by an hour after the second look."""

    looks: list[datetime] = field(default_factory=list)

    def now(self) -> datetime:
        self.looks.append(datetime.now(UTC))
        return self.looks[-1] - timedelta(hours=len(self.looks) > 2)


def test_jobs_do_not_wait_until_the_clock_shows_the_old_time_again(
    sample: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ticking, "_LOOK_S", 0.01)
    ran = Event()
    moment = Moment(project=open_project(sample), stop=Event(), clock=SetBack())
    scheduler = BackgroundScheduler(timezone="UTC", job_defaults={"misfire_grace_time": None})
    in_an_hour = datetime.now(UTC) + timedelta(hours=1)
    scheduler.add_job(ran.set, "interval", hours=1, next_run_time=in_an_hour)
    scheduler.start()
    thread = Thread(target=ticking.tick, args=(scheduler, moment))
    thread.start()

    has_run = ran.wait(10)

    moment.stop.set()
    thread.join()
    scheduler.shutdown()
    assert has_run
