"""Running the jobs of the timetable: their limits, their turns, and what becomes of those that fail."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event

import pytest

from newsletter.app import open_project
from newsletter.app.project import Project
from newsletter.app.timetable import NIGHTLY, Job, Moment, every
from newsletter.app.timetable.clock import Clock
from newsletter.app.timetable.rhythm import Rhythm
from newsletter.app.timetable.running import run_job
from newsletter.errors import DeliveryError
from newsletter.storage.job_records import JobRecord, claim, records
from subscribers.storage.heartbeats import begin_job, overdue_jobs
from tests.app.old_rows import NOW

LIMIT_S = 300


@dataclass(frozen=True, kw_only=True)
class Hands(Clock):
    """A clock that is set by hand."""

    shows: list[datetime]

    def now(self) -> datetime:
        return self.shows[-1]

    def pass_by(self, **span: float) -> None:
        """Let time pass."""
        self.shows.append(self.now() + timedelta(**span))


def hands(at: datetime = NOW) -> Hands:
    return Hands(shows=[at])


def moment(project: Project, clock: Clock) -> Moment:
    return Moment(project=project, stop=Event(), clock=clock)


def job(work: Callable[[], None] = lambda: None, when: Rhythm | None = None) -> Job:
    def work_off(_moment: Moment) -> None:
        work()

    return Job(work_off, when or every(minutes=1), limit_s=LIMIT_S)


def failing(error: Exception) -> Callable[[], None]:
    def fail() -> None:
        raise error

    return fail


def known(project: Project) -> JobRecord:
    """Return what the database knows of the job."""
    return records(project.engine).get("work_off", JobRecord())


def test_a_run_is_counted(on_either: Project) -> None:
    clock = hands()

    done = run_job(job(lambda: clock.pass_by(seconds=3)), moment(on_either, clock))

    after = NOW + timedelta(seconds=3)
    assert done
    assert known(on_either) == JobRecord(began_at=NOW, ended_at=after, done_at=after, runs=1)


def test_a_job_that_fails_is_logged_counted_and_tried_again(
    on_either: Project, caplog: pytest.LogCaptureFixture
) -> None:
    now = moment(on_either, hands())

    failed = run_job(job(failing(DeliveryError("The provider is closed."))), now)
    failure = known(on_either)
    done = run_job(job(), now)

    (record,) = caplog.records
    assert (failed, done) == (False, True)
    assert (failure.failures, failure.words, failure.done_at) == (1, "The provider is closed.", None)
    assert (known(on_either).runs, known(on_either).failures, known(on_either).words) == (2, 1, "")
    assert record.fields == {"job": "work_off", "words": "The provider is closed."}  # type: ignore[attr-defined]  # ours
    assert record.exc_info is None


def test_a_mistake_of_the_program_is_logged_with_its_trace_and_ends_nothing(
    on_either: Project, caplog: pytest.LogCaptureFixture
) -> None:
    done = run_job(job(failing(KeyError("reader@example.org"))), moment(on_either, hands()))

    assert not done
    assert known(on_either).words == "KeyError"
    assert caplog.records[0].exc_info is not None


def test_a_job_of_every_other_second_is_written_down_once_a_minute(
    on_either: Project, caplog: pytest.LogCaptureFixture
) -> None:
    clock = hands()
    now = moment(on_either, clock)
    counted = []
    for _ in range(35):
        run_job(job(failing(DeliveryError("closed"))), now)
        counted.append(known(on_either).runs)
        clock.pass_by(seconds=2)

    now.tally.close()

    assert set(counted) == {1, 26}
    assert len(caplog.records) == 2
    assert (known(on_either).runs, known(on_either).failures) == (35, 35)


def test_w_18_a_job_past_its_limit_is_logged_counted_and_turns_health(
    on_either: Project, caplog: pytest.LogCaptureFixture
) -> None:
    clock = hands()
    now = moment(on_either, clock)
    overdue = []

    def take_long() -> None:
        for seconds in (LIMIT_S, 1, 1):
            clock.pass_by(seconds=seconds)
            now.watch.look()
            overdue.append(overdue_jobs(on_either.engine, clock.now()))

    run_job(job(take_long), now)

    assert overdue == [[], ["work_off"], ["work_off"]]
    assert [record.message for record in caplog.records] == ["job is past its limit"]
    assert (known(on_either).runs, known(on_either).overruns) == (1, 1)
    assert overdue_jobs(on_either.engine, clock.now()) == []


def test_a_job_that_was_killed_is_on_record_until_it_has_ended(on_either: Project) -> None:
    begin_job(on_either.engine, "work_off", NOW)
    now = moment(on_either, hands(NOW + timedelta(hours=1)))

    with now.watch.at_work():
        before = overdue_jobs(on_either.engine, now.clock.now())
        run_job(job(), now)

    assert before == ["work_off"]
    assert overdue_jobs(on_either.engine, now.clock.now()) == []


def test_a_nightly_job_is_done_once_a_night_by_whichever_scheduler(on_either: Project) -> None:
    at_two = datetime(2026, 11, 21, 2, 0, tzinfo=on_either.settings.newsletter.timezone)
    clock = hands(at_two)
    runs: list[datetime] = []
    nightly = job(lambda: runs.append(clock.now()), NIGHTLY)

    for minutes in (10, 23 * 60 + 49, 1):
        run_job(nightly, moment(on_either, clock))
        clock.pass_by(minutes=minutes)
    run_job(nightly, moment(on_either, clock))

    assert runs == [at_two, at_two + timedelta(hours=24)]


def test_a_nightly_job_that_fails_is_tried_again_the_same_night(on_either: Project) -> None:
    clock = hands()
    runs: list[datetime] = []
    now = moment(on_either, clock)

    run_job(job(failing(DeliveryError("closed")), NIGHTLY), now)
    clock.pass_by(minutes=10)
    run_job(job(lambda: runs.append(clock.now()), NIGHTLY), now)

    assert runs == [NOW + timedelta(minutes=10)]


def test_a_nightly_job_that_was_stopped_goes_on_the_next_time(on_either: Project) -> None:
    clock = hands()
    stopped = moment(on_either, clock)
    runs: list[datetime] = []
    nightly = job(lambda: runs.append(clock.now()), NIGHTLY)

    run_job(job(stopped.stop.set, NIGHTLY), stopped)
    run_job(nightly, moment(on_either, clock))

    assert runs == [NOW]


def test_two_schedulers_at_one_night_s_job_are_one(on_either: Project) -> None:
    limit = timedelta(hours=1)
    claims = [
        claim(on_either.engine, "night", NOW + after, since=NOW, limit=limit)
        for after in (timedelta(), timedelta(minutes=10), timedelta(minutes=61))
    ]

    # The first one was killed: nobody else would ever do it.
    assert claims == [True, False, True]


def test_another_time_that_is_ahead_is_kept_in_no_book(on_either: Project) -> None:
    ahead = Clock(started=datetime.now(UTC) + timedelta(days=400))
    runs: list[str] = []
    nightly = job(lambda: runs.append("done"), NIGHTLY)

    for _ in range(2):
        run_job(nightly, moment(on_either, ahead))

    assert runs == ["done", "done"]
    assert known(on_either) == JobRecord()


def test_without_its_database_a_job_fails_and_goes_on_when_it_is_back(
    sample: Path, caplog: pytest.LogCaptureFixture
) -> None:
    project = open_project(sample)
    clock = hands()
    now = moment(project, clock)
    begin_job(project.engine, "other", NOW)
    run_job(job(), now)
    file = project.database_file
    assert file is not None
    file.rename(file.with_name("away.db"))
    clock.pass_by(minutes=1)

    failed = run_job(job(), now)
    anew = run_job(job(), moment(open_project(sample), clock))
    file.with_name("away.db").rename(file)
    # SQLite's first transaction in the file that is back finds out that it is another one.
    done = [run_job(job(), now) for _ in range(2)][-1]

    assert (failed, anew, done) == (False, False, True)
    assert "the database is gone. Put it back" in caplog.records[0].fields["words"]  # type: ignore[attr-defined]  # ours
    project.engine.dispose()


def test_a_project_without_a_database_yet_is_well(sample: Path) -> None:
    project = open_project(sample)
    is_there = project.has_database

    assert not is_there
    assert run_job(job(), moment(project, hands()))
