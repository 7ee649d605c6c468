"""What is wrong is seen in the database itself, each minute anew, and told once."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from sqlalchemy import Table, insert, update

from newsletter.app.halting import BY_A_PERSON
from newsletter.app.letters import token_keys
from newsletter.app.project import Project
from newsletter.app.restoring import journal, refuse_restored
from newsletter.app.sending import nothing_accepted
from newsletter.app.telling.book import Book
from newsletter.app.telling.watch import INTEGRITY_JOB, notice_what_is_wrong, troubles_now
from newsletter.errors import IssueError
from newsletter.issues.values import IssueState
from newsletter.storage import issues
from newsletter.storage.tables import batches, held_domains, job_records
from newsletter.storage.tables import issues as issue_rows
from scheduler import JOBS
from subscribers.errors import KeysError
from subscribers.storage.heartbeats import begin_job, end_job
from subscribers.storage.mail_queue import TAKES_NOTHING
from subscribers.storage.tables import requests
from tests.app.old_rows import request
from tests.app.staff import OPERATOR, listening, mailed, staffed
from tests.delivery.frozen_issue import NOW, add_readers, freeze

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@pytest.fixture
def found(tmp_path: Path, database: str) -> Iterator[Project]:
    """A project with an issue under way to three readers, on either database."""
    made = staffed(tmp_path, database)
    add_readers(made.engine, 3)
    freeze(made.engine)
    yield made
    made.engine.dispose()


def change(project: Project, table: Table, **values: Any) -> None:
    with project.engine.begin() as connection:
        connection.execute(update(table).values(**values))


def add(project: Project, table: Table, **values: Any) -> None:
    with project.engine.begin() as connection:
        connection.execute(insert(table).values(**values))


def look(project: Project, after: timedelta = timedelta()) -> list[str]:
    """Look what is wrong, and return the subjects of all mails to the operator."""
    book = Book(project.settings.var / "incidents")
    notice_what_is_wrong(project, book, NOW + after)
    return [
        subject.removeprefix("Network Newsletter: ")
        for to, subject in mailed(project, NOW + after)
        if to == OPERATOR
    ]


def stop(project: Project) -> None:
    (stored,) = issues.list_all(project.engine, is_rehearsal=True)
    issues.set_state(project.engine, stored.number, IssueState.PAUSED, reason="the provider refuses us (401)")


def go_on(project: Project) -> None:
    (stored,) = issues.list_all(project.engine, is_rehearsal=True)
    issues.set_state(project.engine, stored.number, IssueState.SENDING)


def put_off(project: Project) -> None:
    change(project, batches, attempts=6, answer="mail.example.org cannot be reached")


def take(project: Project) -> None:
    change(project, batches, state="done", accepted=3, claimed_at=NOW + 11 * MINUTE)


def leave_in_doubt(project: Project) -> None:
    change(project, batches, state="unknown", unknown=3)
    change(project, issue_rows, state="sent", finished_at=NOW - HOUR)


def decide(project: Project) -> None:
    change(project, batches, state="done")


def hold_bounces(project: Project) -> None:
    add(project, held_domains, issue_number=1, domain="police.example", held_at=NOW)


def release_bounces(project: Project) -> None:
    change(project, held_domains, released_at=NOW)


def keep_waiting(project: Project) -> None:
    waiting = {"state": "waiting", "reason": TAKES_NOTHING, "created_at": NOW - 10 * MINUTE}
    add(project, requests, **request(**waiting))


def confirm(project: Project) -> None:
    change(project, requests, state="mailed", created_at=NOW)


def lapse(project: Project) -> None:
    add(project, requests, **request(state="lapsed", created_at=NOW - 7 * HOUR))


def put_an_old_backup_in_place(project: Project) -> None:
    journal(project).append("monthly-2026-10", "mailgun", NOW)


def release_restored(project: Project) -> None:
    (project.settings.var / "sent.journal").unlink()


def fail(project: Project) -> None:
    done_at = NOW - 10 * MINUTE
    add(project, job_records, name="seal_consents", failures=1, words="the seals do not fit", done_at=done_at)


def find_damage(project: Project) -> None:
    words = "var/newsletter.db: the database is damaged: row 7 missing from index issues_period"
    add(project, job_records, name=INTEGRITY_JOB, failures=1, words=words)


def succeed(project: Project) -> None:
    change(project, job_records, words="", done_at=NOW)


def hang(project: Project) -> None:
    begin_job(project.engine, "publish", NOW - MINUTE)


def end(project: Project) -> None:
    end_job(project.engine, "publish")


class Case(NamedTuple):
    """Something that goes wrong, what is said, and how it ends."""

    begin: Callable[[Project], None]
    subject: str
    end: Callable[[Project], None]


CASES = {
    "stopped": Case(stop, "monthly-2026-11 stopped by itself", go_on),
    "provider": Case(put_off, "The e-mail service takes nothing of monthly-2026-11", take),
    "doubts": Case(leave_in_doubt, "Readers of monthly-2026-11 are in doubt", decide),
    "bounces": Case(hold_bounces, "Bounces of police.example are held", release_bounces),
    "transactional": Case(keep_waiting, "Confirmations wait", confirm),
    "lapsed": Case(lapse, "Sign-ups lapsed without a mail", confirm),
    "restored": Case(
        put_an_old_backup_in_place, "An older backup seems to have been restored", release_restored
    ),
    "job": Case(fail, "The scheduler's job seal_consents fails", succeed),
    "integrity": Case(find_damage, "The database fails its check", succeed),
    "overdue": Case(hang, "The scheduler's job publish hangs", end),
}


def test_while_all_is_well_nobody_is_told_anything(found: Project) -> None:
    assert look(found) == []


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_what_is_wrong_is_told_once_and_once_when_it_is_over(found: Project, case: Case) -> None:
    case.begin(found)

    first, again = look(found), look(found, MINUTE)
    case.end(found)
    ended = look(found, 11 * MINUTE)

    assert (first, again) == ([case.subject], [case.subject])
    assert ended == sorted([f"Over: {case.subject}", case.subject])


def test_the_job_that_finds_damage_is_in_the_timetable() -> None:
    assert INTEGRITY_JOB in {job.name for job in JOBS}


def test_a_job_that_hangs_is_told_at_once_by_what_needs_no_job(tmp_path: Path) -> None:
    with listening() as heard:
        made = staffed(tmp_path, "sqlite:///var/newsletter.db", f'[alerts]\nurl = "{heard.url}"\n')
        hang(made)
        notice_what_is_wrong(made, Book(tmp_path / "var" / "incidents"), NOW)

    made.engine.dispose()
    assert [told["incident"] for told in heard.posted] == ["overdue publish"]


def test_what_a_person_paused_is_no_incident(found: Project) -> None:
    (stored,) = issues.list_all(found.engine, is_rehearsal=True)
    issues.set_state(found.engine, stored.number, IssueState.PAUSED, reason=BY_A_PERSON)

    assert list(troubles_now(found, NOW)) == []


def test_a_batch_that_is_put_off_while_others_go_out_is_no_incident(found: Project) -> None:
    put_off(found)
    add(
        found,
        batches,
        issue_number=1,
        variant=1,
        first_subscriber=9,
        last_subscriber=9,
        state="done",
        size=1,
        claimed_at=NOW,
    )

    assert list(troubles_now(found, NOW + MINUTE)) == []


def test_a_job_that_failed_once_is_no_incident(found: Project) -> None:
    fail(found)
    change(found, job_records, done_at=NOW - 2 * MINUTE)

    assert list(troubles_now(found, NOW)) == []


def one_cause_of(project: Project, words: str) -> list[str]:
    """Let every job fail for that, and return the subjects of what is told."""
    for name in ("publish_what_is_due", "answer_requests"):
        add(project, job_records, name=name, failures=1, words=words, done_at=NOW - HOUR)
    return look(project)


def test_jobs_that_fail_for_a_key_that_is_gone_are_no_incidents_besides(found: Project) -> None:
    bare = Project(replace(found.settings, secret_keys=()))
    with pytest.raises(KeysError) as error:
        token_keys(bare)

    subjects = one_cause_of(bare, str(error.value))

    bare.engine.dispose()
    assert subjects == ["A key is missing"]


def test_jobs_that_fail_for_an_old_backup_are_no_incidents_besides(found: Project) -> None:
    put_an_old_backup_in_place(found)
    with pytest.raises(IssueError) as error:
        refuse_restored(found)

    assert one_cause_of(found, str(error.value)) == ["An older backup seems to have been restored"]


def test_jobs_that_fail_for_a_service_that_takes_nothing_are_no_incidents_besides(found: Project) -> None:
    put_off(found)
    words = f"{nothing_accepted('monthly-2026-11')} at the moment. mail.example.org cannot be reached"

    assert one_cause_of(found, words) == ["The e-mail service takes nothing of monthly-2026-11"]


def test_an_operator_who_lost_a_key_is_not_told_to_make_another(found: Project) -> None:
    bare = Project(replace(found.settings, secret_keys=()))

    (told,) = [message for message in troubles_now(bare, NOW) if message.matter.name == "keys"]

    bare.engine.dispose()
    assert told.words == "NEWSLETTER_SECRET_KEYS is not set."
    assert "newsletter key" not in told.text()


@pytest.mark.parametrize(
    ("begin", "words"),
    [(keep_waiting, "1 person waits"), (lapse, "1 request was")],
    ids=["waits", "lapsed"],
)
def test_one_reader_is_not_several(found: Project, begin: Callable[[Project], None], words: str) -> None:
    begin(found)

    (told,) = troubles_now(found, NOW)

    assert told.words.startswith(words)


def test_a_key_that_is_gone_is_told(found: Project) -> None:
    bare = Project(replace(found.settings, secret_keys=()))

    subjects = look(bare)

    bare.engine.dispose()
    assert subjects == ["A key is missing"]


def test_a_database_that_cannot_be_used_is_told_at_once_and_goes_on_by_itself(tmp_path: Path) -> None:
    with listening() as heard:
        made = staffed(tmp_path, "sqlite:///var/newsletter.db", f'[alerts]\nurl = "{heard.url}"\n')
        file = made.database_file
        assert file is not None
        look(made)
        made.engine.dispose()
        whole = file.read_bytes()
        for other in file.parent.glob("newsletter.db-*"):
            other.unlink()
        file.write_bytes(b"x" * 8192)
        book = Book(tmp_path / "var" / "incidents")
        for minute in range(3):
            notice_what_is_wrong(made, book, NOW + minute * MINUTE)
        made.engine.dispose()
        file.write_bytes(whole)

        subjects = look(made, 5 * MINUTE)

    made.engine.dispose()
    assert subjects == ["Over: The database cannot be used", "The database cannot be used"]
    assert [(told["incident"], told["is_over"]) for told in heard.posted] == [
        ("database", False),
        ("database", True),
    ]
    assert "Put a backup in its place." in heard.posted[0]["text"]
    assert "Noticed on Tue 2026-11-03 09:00 (UTC)" in heard.posted[0]["text"]
    assert "and was over 5 minutes later." in heard.posted[1]["text"]


def test_a_disk_that_fills_up_is_told_until_there_is_room(
    found: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(found.root)
    seen = []
    for minute, free in enumerate((90_000_000, 80_000_000, 150_000_000, 300_000_000)):
        monkeypatch.setattr(shutil, "disk_usage", lambda _path, free=free: usage._replace(free=free))
        seen.append(look(found, minute * MINUTE))

    full = "The disk is almost full"
    assert seen == [[full], [full], [full], [f"Over: {full}", full]]


def test_since_when_the_database_was_gone_is_known_without_it(tmp_path: Path) -> None:
    book, other = Book(tmp_path / "incidents"), Book(tmp_path / "incidents")

    told = book.open("database", NOW), other.open("database", NOW + HOUR)

    assert told == (True, False)
    assert other.close("database") == NOW
    assert book.close("database") is None


def test_what_cannot_be_written_down_is_remembered(tmp_path: Path) -> None:
    (tmp_path / "incidents").write_text("a file in the folder's place")
    book = Book(tmp_path / "incidents")

    told = [book.open("disk", NOW), book.open("disk", NOW), book.close("disk"), book.close("disk")]

    assert told == [True, False, NOW, None]
