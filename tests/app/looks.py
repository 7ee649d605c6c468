"""A scheduler with all of its jobs that looks at the sample project, at a service on this machine, around a due time."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event, Timer

import pytest

from newsletter.app import open_project
from newsletter.app.desk import Desk
from newsletter.app.timetable import Moment
from newsletter.app.timetable.clock import Clock
from newsletter.app.timetable.running import run_job
from newsletter.issues.values import IssueState
from newsletter.storage import issues
from scheduler import JOBS
from tests.app.timeline import DAY
from tests.delivery.frozen_issue import add_readers, addresses
from tests.stand_in.account import Account


@dataclass
class Looks:
    """A scheduler that is started anew for each look."""

    root: Path
    service: Account
    issue: str
    due: datetime

    @classmethod
    def at(cls, root: Path, service: Account) -> "Looks":
        """Return what has looked once, a day before the next issue is due."""
        project = open_project(root)
        plan = Desk(project, datetime.now(UTC)).plan()
        project.engine.dispose()
        assert plan.due_at is not None
        made = cls(root, service, plan.issue.id, plan.due_at)
        made.look(-DAY)
        return made

    def look(
        self,
        after: timedelta = timedelta(),
        *,
        under: Callable[[Moment], None] = lambda _moment: None,
        stops_after_s: float | None = None,
    ) -> None:
        """Run every job once, so long after the issue is due.

        *under*: what happens to the database meanwhile. *stops_after_s*: somebody stops it then.
        """
        project = open_project(self.root)
        clock = Clock(started=self.due + after)
        moment = Moment(project=project, stop=Event(), clock=clock, is_single=True)
        under(moment)
        if stops_after_s is not None:
            Timer(stops_after_s, moment.stop.set).start()
        for job in JOBS:
            run_job(job, moment)
        if project.has_database:
            project.engine.dispose()

    def add_readers(self, count: int) -> None:
        """Have so many more readers."""
        project = open_project(self.root)
        add_readers(project.engine, count)
        project.engine.dispose()

    @property
    def state(self) -> IssueState | None:
        """How the issue stands in the database."""
        project = open_project(self.root)
        stored = issues.find(project.engine, self.issue, is_rehearsal=False)
        project.engine.dispose()
        return stored.state if stored else None

    @property
    def deliveries(self) -> dict[str, int]:
        """How many readers of the issue are in which state."""
        project = open_project(self.root)
        stored = issues.find(project.engine, self.issue, is_rehearsal=False)
        counts = issues.counts(project.engine, stored.number) if stored else {}
        project.engine.dispose()
        return {state: count for state, count in counts.items() if count}

    @property
    def readers(self) -> list[str]:
        """Everybody's address."""
        project = open_project(self.root)
        found = addresses(project.engine)
        project.engine.dispose()
        return found

    @property
    def got(self) -> dict[str, int]:
        """How many mails each reader has; editors get others."""
        readers = set(self.readers)
        return {address: count for address, count in self.service.accepted.items() if address in readers}

    def verify_sent_once(self) -> None:
        """Everybody has it, once, and the ledger says so."""
        readers = self.readers
        assert self.state == "sent"
        assert self.got == dict.fromkeys(readers, 1)
        assert self.deliveries == {"accepted": len(readers)}


def said(caplog: pytest.LogCaptureFixture) -> dict[str, str]:
    """Return why jobs failed since this was asked last, by job."""
    failed = [record.__dict__["fields"] for record in caplog.records if record.message == "job failed"]
    caplog.clear()
    return {fields["job"]: fields.get("words", "a mistake of the program's") for fields in failed}
