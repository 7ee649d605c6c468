"""Who looks after the newsletter is told what they have to know: once, whatever happens meanwhile."""

import re
import shlex
import socket
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import Event

import pytest

from newsletter.app.project import Project
from newsletter.app.telling import matters
from newsletter.app.telling.incidents import over, report
from newsletter.app.telling.matters import MATTERS, Audience, Matter
from newsletter.app.telling.message import Message
from newsletter.app.telling.notices import mail_notices, recipients, tell
from newsletter.storage import notices
from tests.app.mailing import NOW, written
from tests.app.staff import EDITOR, OPERATOR, mailed, staffed
from tests.app.told_commands import commands_in, unwrapped
from tests.command_line import Run, body

MINUTE = timedelta(minutes=1)
JOB = Message(matter=matters.JOB, about="publish", words="content/news: No such folder.")
HELD = Message(matter=matters.HELD, about="monthly-2026-11", words="It is late.")
PAGE = Path(__file__).parent.parent.parent / "docs" / "telling.md"


@pytest.fixture
def found(tmp_path: Path, database: str) -> Iterator[Project]:
    """A project with an editor and an operator, on either database."""
    made = staffed(tmp_path, database)
    yield made
    made.engine.dispose()


def test_one_mail_for_an_incident_and_one_when_it_is_over(found: Project) -> None:
    told = [report(found, JOB, NOW + minute * MINUTE) for minute in range(3)]
    first = mailed(found, NOW + 3 * MINUTE)
    ended = [over(found, JOB, NOW + minute * MINUTE) for minute in (11, 12)]
    both = mailed(found, NOW + 13 * MINUTE)

    subject = "Network Newsletter: The scheduler's job publish fails"
    assert (told, ended) == ([True, False, False], [True, False])
    assert first == [(OPERATOR, subject)]
    assert both == [
        (OPERATOR, "Network Newsletter: Over: The scheduler's job publish fails"),
        (OPERATOR, subject),
    ]


def test_the_mail_says_what_is_wrong_and_what_to_do(found: Project) -> None:
    report(found, JOB, NOW)

    mailed(found, NOW)

    (mail,) = written(found)
    for kind in ("plain", "html"):
        assert "content/news: No such folder." in body(mail, kind)
        assert "It is tried again by itself, and hurts no other job." in body(mail, kind)
    assert mail["From"] == "Network <hello@example.org>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert not [name for name in mail if name.startswith("List-")]


def test_an_operator_reads_since_when_and_where_and_what_to_type(found: Project) -> None:
    doubts = Message(matter=matters.DOUBTS, about="monthly-2026-11", words="3 readers are in doubt.")
    report(found, doubts, NOW)
    over(found, replace(doubts, words=""), NOW + timedelta(hours=26, minutes=5))

    mailed(found, NOW)

    texts = {"Over:" in str(mail["Subject"]): body(mail, "plain") for mail in written(found)}
    before, after = texts[False], texts[True]
    assert f"Noticed on Sun 2026-11-22 09:30 (UTC), on the machine {socket.gethostname()}." in unwrapped(
        before
    )
    assert f"Commands are typed in the project's folder, {found.root}." in unwrapped(before)
    assert commands_in(before) == [
        "newsletter resolve monthly-2026-11",
        "newsletter resolve monthly-2026-11 --unknown resend",
        "newsletter resolve monthly-2026-11 --unknown leave",
    ]
    assert "It was noticed on Sun 2026-11-22 09:30 (UTC), and was over 1 day 2 hours later." in unwrapped(
        after
    )
    assert "What was told then: 3 readers are in doubt." in unwrapped(after)
    assert commands_in(after) == []


def test_what_a_clock_that_was_wrong_began_is_over_all_the_same(found: Project) -> None:
    report(found, JOB, NOW + timedelta(days=9))
    over(found, JOB, NOW)

    mailed(found, NOW)

    (text,) = [body(mail, "plain") for mail in written(found) if "Over" in str(mail["Subject"])]
    assert "It is over since Sun 2026-11-22 09:30 (UTC)." in unwrapped(text)


def test_what_is_said_already_is_not_advised_again(found: Project) -> None:
    words = "var/newsletter.db: the database is gone. Put it back, or bring a backup: newsletter restore FILE"
    report(found, Message(matter=matters.DATABASE, words=words), NOW)

    mailed(found, NOW)

    (mail,) = written(found)
    assert commands_in(body(mail, "plain")) == ["newsletter restore FILE", "newsletter doctor"]


COMMANDS = sorted({step.command for matter in MATTERS for step in matter.steps})


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_that_people_are_told_to_type_is_one(run: Run, tmp_path: Path, command: str) -> None:
    program, *words = shlex.split(command.format(issue="monthly-2026-11", about="example.org"))

    asked = run(*words, "--help", at=tmp_path)

    assert (program, asked.status, asked.err) == ("newsletter", 0, "")


def test_what_comes_and_goes_is_not_told_each_minute(found: Project) -> None:
    for minute in range(30):
        now = NOW + minute * MINUTE
        report(found, JOB, now) if minute % 2 else over(found, JOB, now)

    assert len(mailed(found, NOW + 30 * MINUTE)) <= 6


def test_an_incident_that_returns_is_news(found: Project) -> None:
    report(found, JOB, NOW)
    over(found, JOB, NOW + 15 * MINUTE)

    assert report(found, JOB, NOW + 20 * MINUTE)
    assert len(mailed(found, NOW + 20 * MINUTE)) == 3


def test_editors_are_told_of_what_is_editorial_and_operators_of_the_rest(found: Project) -> None:
    tell(found, HELD, NOW)
    tell(found, JOB, NOW)

    assert mailed(found, NOW) == [
        (EDITOR, "Network Newsletter: monthly-2026-11 is held"),
        (OPERATOR, "Network Newsletter: The scheduler's job publish fails"),
    ]


@pytest.mark.parametrize(
    ("staff", "audience"),
    [(f'editors = ["{EDITOR}"]\n', Audience.OPERATORS), (f'operators = ["{EDITOR}"]\n', Audience.EDITORS)],
)
def test_without_those_of_one_kind_those_of_the_other_are_told(
    tmp_path: Path, staff: str, audience: Audience
) -> None:
    made = staffed(tmp_path, "sqlite:///var/newsletter.db", staff=staff)

    assert recipients(made, audience) == [EDITOR]


def test_somebody_s_name_and_the_spelling_of_a_domain_are_no_hindrance(tmp_path: Path) -> None:
    made = staffed(
        tmp_path,
        "sqlite:///var/newsletter.db",
        staff='editors = ["The Desk <desk@bücher.example>", "postmaster@example.org"]\n',
    )

    assert recipients(made, Audience.EDITORS) == ["desk@xn--bcher-kva.example", "postmaster@example.org"]


def test_two_schedulers_tell_once(found: Project, tmp_path: Path, database: str) -> None:
    other = staffed(tmp_path, database)

    told = [report(each, JOB, NOW) for each in (found, other, found, other)]
    first, second = notices.claim(found.engine, NOW), notices.claim(other.engine, NOW)

    other.engine.dispose()
    assert told == [True, False, False, False]
    assert ([notice.recipient for notice in first], second) == ([OPERATOR], [])


def test_a_teller_that_was_killed_tells_ten_minutes_later(found: Project) -> None:
    report(found, JOB, NOW)
    notices.claim(found.engine, NOW)

    soon, later = (mailed(found, NOW + minutes * MINUTE) for minutes in (9, 10))

    assert (len(soon), len(later)) == (0, 1)


def test_a_mail_that_goes_again_is_the_same_mail(found: Project) -> None:
    report(found, JOB, NOW)
    (notice,) = notices.claim(found.engine, NOW)
    mailed(found, NOW + 10 * MINUTE)
    (first,) = written(found)
    notices.record_failure(found.engine, notice, "nobody knows", NOW + 20 * MINUTE)

    mail_notices(found, NOW + 20 * MINUTE, Event())

    assert {str(mail["Message-ID"]) for mail in written(found)} == {str(first["Message-ID"])}


def test_a_clock_that_was_wrong_keeps_no_notice_waiting(found: Project) -> None:
    tell(found, HELD, NOW + timedelta(days=100))

    assert len(mailed(found, NOW)) == 1


@pytest.mark.parametrize("matter", MATTERS, ids=lambda matter: matter.name)
def test_no_notice_holds_a_reader_s_address(found: Project, matter: Matter) -> None:
    words = "550 <reader@example.eu> is unknown here"

    report(found, Message(matter=matter, about="monthly-2026-11", words=words), NOW)
    mail_notices(found, NOW, Event())

    (mail,) = written(found)
    assert "is unknown here" in body(mail, "plain")
    assert "example.eu" not in mail.as_string()


def test_a_token_in_what_a_service_said_is_not_passed_on(found: Project) -> None:
    report(found, Message(matter=matters.JOB, words=f"refused /unsubscribe/{'k' * 50}"), NOW)

    mailed(found, NOW)

    (mail,) = written(found)
    assert "k" * 40 not in body(mail, "plain")


@pytest.mark.parametrize("matter", MATTERS, ids=lambda matter: matter.name)
def test_every_matter_is_documented_in_its_own_words(matter: Matter) -> None:
    lasting, _, told = PAGE.read_text(encoding="utf-8").partition("\n## What is only told")
    name = f"**{matter.name}**" if matter.is_urgent else matter.name
    steps = [f"{step.label}: `{step.command}`." for step in matter.steps]
    todo = " ".join(filter(None, (matter.remedy, *steps)))

    row = f"| {name} | {matter.title} | {matter.audience} | {todo} |".format(about="…", issue="…")

    assert row in (lasting if matter.is_incident else told.partition("\n## ")[0]).splitlines()


def test_nothing_is_documented_that_nobody_is_told_of() -> None:
    rows = re.findall(
        r"^\| \**([a-z-]+)\** \| [^|]+ \| (?:editors|operators) \|", PAGE.read_text("utf-8"), re.MULTILINE
    )

    assert sorted(rows) == sorted(matter.name for matter in MATTERS)
