"""A newsletter's life in virtual time, with every job of `scheduler.py`: files, rendering, the database, the outbox.

The scheduler ticks hourly around each due time and each transition of the clocks, is started anew after outages, and there is
one new item a period.
"""

import contextlib
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from random import Random
from threading import Event
from zoneinfo import ZoneInfo

from newsletter.app import open_project
from newsletter.app.project import Project
from newsletter.app.readers import import_readers, import_rules
from newsletter.app.timetable import Moment
from newsletter.app.timetable.clock import Clock
from newsletter.app.timetable.running import run_job
from newsletter.issues.calendar.backlog import Due
from newsletter.issues.digests import PeriodLength
from newsletter.layout.project import lay_out
from newsletter.rendering.pipeline.environment import built_in_templates
from newsletter.storage import issues
from scheduler import JOBS
from subscribers.keys import new_key
from tests.issues.simulating import Rhythm, moments, transitions, with_mishaps

_READERS = 3
_NINE = time(9)
_TITLE = re.compile(r"News of (\S+)\.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """What came of it."""

    periods: int
    ticks: int
    #: In words.
    mistakes: tuple[str, ...]


def live(root: Path, zone: str, length: PeriodLength, first: date, until: date) -> Life:
    """Let the time from *first* to *until* pass in *zone*, in a new project in *root*."""
    place, rhythm = ZoneInfo(zone), Rhythm(length=length, hour=_NINE)
    # A period more at either end, of which nothing is expected.
    around = (date(first.year - 1, 1, 1), date(until.year + 1, 12, 31))
    expected = [due for due in rhythm.expected(place, *around) if first <= due.due_at.date() < until]
    began, ended = expected[0].due_at - timedelta(hours=3), expected[-1].due_at + timedelta(hours=3)
    turns = transitions(place, began.date(), ended.date())
    looks = [look for look in moments(expected, turns) if began <= look <= ended]
    _make_project(root, rhythm, zone, expected)
    ticks, started = _pass(root, [began - timedelta(hours=1), *looks], Random(zone))
    mistakes = tuple(_mistakes(root, expected, started))
    return Life(periods=len(expected), ticks=ticks, mistakes=mistakes)


def _make_project(root: Path, rhythm: Rhythm, zone: str, expected: Sequence[Due]) -> None:
    lay_out(
        root,
        source=built_in_templates() / "project",
        today=date(2000, 1, 1),
        keys=(new_key(), new_key()),
        empty=True,
    )
    settings = root / "newsletter.toml"
    schedule = ", ".join(f'{name} = "{value}"' for name, value in rhythm.digest.schedule.items())
    text = settings.read_text(encoding="utf-8")
    for before, after in (
        ("[digests.monthly]", "[digests.digest]"),
        ('timezone = "UTC"', f'timezone = "{zone}"'),
        ('period = "month"', f'period = "{rhythm.length}"'),
        ('schedule = { day = "1st tue", hour = 9 }', f"schedule = {{ {schedule} }}"),
    ):
        assert before in text
        text = text.replace(before, after, 1)
    settings.write_text(text, encoding="utf-8")
    for due in expected:
        # Published a minute before it is due: in no earlier issue.
        published = due.due_at - timedelta(minutes=1)
        front = f"---\ntitle: News of {due.period}.\ndate: {published.isoformat()}\nlink: /{due.period}/\n---\nText.\n"
        (root / "content" / "news" / f"{due.period}.md").write_text(front, encoding="utf-8")
    (root / "readers.csv").write_text(
        "email\n" + "\n".join(f"reader-{number}@example.org" for number in range(_READERS)), encoding="utf-8"
    )
    project = open_project(root)
    rules = import_rules(project, is_confirmed=True, evidence="made up")
    import_readers(project, [root / "readers.csv"], rules, now=expected[0].due_at - timedelta(days=2))
    project.engine.dispose()


def _pass(root: Path, looks: Sequence[datetime], chance: Random) -> tuple[int, dict[str, datetime]]:
    """Tick at each of *looks*; return how often, and when each issue was first seen to have been started."""
    project, ticks = open_project(root), 0
    started: dict[str, datetime] = {}
    for now, is_killed in with_mishaps(looks, chance):
        if is_killed:
            # Nothing of this scheduler is left but what it wrote.
            project.engine.dispose()
            project = open_project(root)
            continue
        _tick(project, now)
        ticks += 1
        for stored in issues.list_all(project.engine, is_rehearsal=True):
            started.setdefault(stored.id, now)
    project.engine.dispose()
    return ticks, started


def _tick(project: Project, now: datetime) -> None:
    moment = Moment(project=project, stop=Event(), clock=Clock(started=now), is_single=True)
    # What the jobs print is for people at work.
    with contextlib.redirect_stdout(io.StringIO()):
        done = [run_job(job, moment) for job in JOBS]
    assert all(done)


def _mistakes(root: Path, expected: Sequence[Due], started: dict[str, datetime]) -> Iterator[str]:
    outbox = root / "var" / "outbox"
    names = {due.issue for due in expected}
    previews = {f"{name}-test" for name in names}
    for name in sorted({*started, *(path.name for path in outbox.iterdir())} - names - previews):
        yield f"{name} was not expected"
    for due in expected:
        # Whoever was down before it was due made none.
        if len(list((outbox / f"{due.issue}-test").glob("*.eml"))) > 1:
            yield f"{due.issue} was shown to its one editor more than once"
        mails = sorted((outbox / due.issue).glob("*.eml"))
        if len(mails) != _READERS:
            yield f"{due.issue} went to {len(mails)}"
        items = {title for mail in mails for title in _items(mail)}
        if mails and items != {due.period}:
            yield f"{due.issue} has {', '.join(sorted(items))}"
        if due.issue in started and started[due.issue] < due.due_at:
            yield f"{due.issue} was early"


def _items(mail: Path) -> set[str]:
    message = message_from_bytes(mail.read_bytes(), policy=policy.SMTP)
    body = message.get_body(("plain",))
    assert body
    return set(_TITLE.findall(str(message["Subject"]) + "\n" + str(body.get_content())))
