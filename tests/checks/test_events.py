"""Rules on events."""

from datetime import UTC, datetime

import pytest

from newsletter.errors import Level
from tests.checks.making import find
from tests.issues.making import event, issue_file, moment

LISTED = issue_file("monthly-2026-11", "---\nitems: [events/a]\n---\n")


@pytest.mark.parametrize(
    ("start", "end", "words"),
    [
        ("2026-10-20", None, "will be over"),
        ("2026-11-02", "2026-11-04", "will have begun"),
        ("2026-11-03T08:00", "2026-11-03T10:00", "will have begun"),
    ],
)
def test_an_announcement_of_what_is_past_when_the_mail_is_due_is_found(
    start: str, end: str | None, words: str
) -> None:
    item = event("events/a", start, end, lines={"start": 3})

    problems = find("past-event", item, files=[LISTED])

    assert [(problem.level, problem.path, problem.line) for problem in problems] == [
        (Level.WARNING, "content/events/a.md", 3)
    ]
    assert words in problems[0].message


def test_an_event_that_lies_ahead_may_be_announced() -> None:
    assert find("past-event", event("events/a", "2026-11-04")) == []


def test_a_report_of_a_past_event_is_no_announcement() -> None:
    assert find("past-event", event("events/a", "2026-10-20", when="2026-10-22")) == []


def test_an_event_that_passed_while_the_issue_was_held_is_found() -> None:
    late = datetime(2026, 11, 5, 12, tzinfo=UTC)

    assert len(find("past-event", event("events/a", "2026-11-04"), now=late)) == 1


@pytest.mark.parametrize(
    ("register_by", "count"),
    [("2026-11-02", 1), ("2026-11-03", 0), ("2026-11-03T08:59", 1), ("2026-11-03T09:01", 0)],
)
def test_a_registration_that_is_closed_when_the_mail_is_due_is_found(register_by: str, count: int) -> None:
    item = event("events/a", "2026-11-20", register_by=moment(register_by), lines={"register_by": 6})

    problems = find("registration-closed", item)

    assert [problem.line for problem in problems] == [6] * count


def test_a_report_of_an_event_long_ago_is_mentioned() -> None:
    item = event("events/a", "2025-10-20", when="2026-10-22", lines={"start": 3})

    problems = find("late-report", item)

    assert [(problem.level, problem.line) for problem in problems] == [(Level.INFO, 3)]


def test_a_report_within_three_months_is_news() -> None:
    assert find("late-report", event("events/a", "2026-08-20", when="2026-10-22")) == []
