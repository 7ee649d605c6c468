"""What the jobs of this process did, on its way into the database.

A job that runs every other second is written down once a minute: each time would be 43,000 transactions a day.
"""

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from newsletter.app.project import Project
from newsletter.errors import StorageError
from newsletter.storage import job_records
from newsletter.storage.job_records import JobRecord

#: A little less than a minute: jobs of each minute are written down each time.
_EVERY = timedelta(seconds=50)
_NOTHING = JobRecord()


@dataclass(slots=True)
class Tally:
    """Counts runs, failures and overruns; what cannot be written now is kept until it can."""

    project: Project
    #: False: it is read by nobody, as the time is only tried.
    is_kept: bool = True
    _pending: dict[str, JobRecord] = field(default_factory=dict)
    #: When each job was written down last, and what there was to say of it.
    _told: dict[str, tuple[datetime, str]] = field(default_factory=dict)

    def enter(self, name: str, record: JobRecord, now: datetime, *, at_once: bool) -> bool:
        """Count what a job did; whether that is worth a word: it did otherwise than before, or the last word is a while ago.

        *at_once*: others wait for it.
        """
        told_at, told = self._told.get(name, (None, ""))
        is_worth_it = at_once or told_at is None or told != record.words or abs(now - told_at) >= _EVERY
        self._pending[name] = _sum(self._pending.get(name, _NOTHING), record)
        if is_worth_it:
            self._told[name] = (now, record.words)
            self._write(name)
        return is_worth_it

    def enter_overrun(self, name: str) -> None:
        """Count a run that is past its limit; nobody knows when it ends."""
        self._pending[name] = _sum(self._pending.get(name, _NOTHING), JobRecord(overruns=1))
        self._write(name)

    def close(self) -> None:
        """Write down what is not yet."""
        for name in list(self._pending):
            self._write(name)

    def _write(self, name: str) -> None:
        if not (self.is_kept and self.project.has_database):
            return
        # Without the database every job fails, and says so.
        with suppress(StorageError):
            job_records.add(self.project.engine, name, self._pending[name])
            del self._pending[name]


def _sum(before: JobRecord, after: JobRecord) -> JobRecord:
    return JobRecord(
        began_at=after.began_at or before.began_at,
        ended_at=after.ended_at or before.ended_at,
        done_at=after.done_at or before.done_at,
        runs=before.runs + after.runs,
        failures=before.failures + after.failures,
        overruns=before.overruns + after.overruns,
        words=after.words if after.ended_at else before.words,
    )
