"""What only events have."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from newsletter.content.items import EventReport
from tests.content.posts import EVENT, RULES, event_of, parsed, problem_of


def with_fields(fields: str) -> str:
    return f"---\ntitle: A meeting\n{fields}\n---\nText.\n"


@pytest.mark.parametrize("name", ["start", "startDate", "event_start", "date_start"])
def test_the_start_under_its_names(name: str) -> None:
    assert event_of(with_fields(f"{name}: 2026-10-09")).start == date(2026, 10, 9)


@pytest.mark.parametrize("name", ["end", "endDate", "date_end"])
def test_the_end_under_its_names(name: str) -> None:
    assert event_of(with_fields(f"{name}: 2026-10-09")).end == date(2026, 10, 9)


@pytest.mark.parametrize("name", ["location", "venue", "place"])
def test_the_place_under_its_names(name: str) -> None:
    assert event_of(with_fields(f"{name}: Town hall, Brussels")).location == "Town hall, Brussels"


def test_a_place_in_parts_is_one_line() -> None:
    assert (
        event_of(with_fields("location:\n  name: Town hall\n  city: Brussels")).location
        == "Town hall, Brussels"
    )


def test_an_event_starts_on_the_day_in_its_name_and_was_not_published_then() -> None:
    event = event_of(with_fields("summary: x"))

    assert event.start == date(2026, 10, 8)
    assert event.date is None


def test_an_explicit_date_is_when_it_was_published() -> None:
    assert event_of(with_fields("date: 2026-10-20")).date == date(2026, 10, 20)


def test_its_times_are_in_its_own_time_zone() -> None:
    event = event_of(
        with_fields(
            "start: 2026-10-08 14:30\nend: 2026-10-08 16:00\ntimezone: America/New_York\nregister_by: 2026-10-01"
        )
    )

    assert event.timezone == "America/New_York"
    assert event.start == datetime(2026, 10, 8, 18, 30, tzinfo=UTC)
    assert event.end == datetime(2026, 10, 8, 20, tzinfo=UTC)
    assert event.register_by == date(2026, 10, 1)


def test_a_time_beside_a_start_without_one_belongs_to_it() -> None:
    assert event_of(with_fields("time: 14:30")).start == datetime(2026, 10, 8, 12, 30, tzinfo=UTC)


def test_an_end_that_is_only_a_time_is_on_the_day_of_the_start() -> None:
    event = event_of(with_fields("start: 2026-10-08 14:30\nend: 16:00"))

    assert event.end == datetime(2026, 10, 8, 14, tzinfo=UTC)


def test_start_and_end_have_the_same_form() -> None:
    timed = event_of(with_fields("start: 2026-10-08 14:30\nend: 2026-10-09"))
    whole_days = event_of(with_fields("start: 2026-10-08\nend: 2026-10-09 12:00"))

    assert timed.end == datetime(2026, 10, 9, 21, 59, tzinfo=UTC)
    assert whole_days.end == date(2026, 10, 9)


@pytest.mark.parametrize(
    "fields",
    [
        "start: 2026-10-08\nend: 2026-10-07",
        "start: 2026-10-08 14:30\nend: 2026-10-08 14:00",
        "end: 2026-10-01",
    ],
)
def test_an_end_before_the_start_is_an_error(fields: str) -> None:
    problem = problem_of(with_fields(fields), "end-before-start", EVENT)

    assert problem.level == "error"
    assert problem.line == 2 + fields.count("\n") + 1
    assert event_of(with_fields(fields)).end is None


def test_an_event_of_unknown_start_is_kept_and_warned_of() -> None:
    file = parsed(with_fields("summary: x"), "content/events/meeting.md")

    assert file.item is not None
    assert [(problem.level, problem.rule) for problem in file.problems] == [("warning", "no-start")]


def test_an_unreadable_start_is_one_error_and_not_replaced() -> None:
    file = parsed(with_fields("start: soon"), EVENT)

    assert [(problem.level, problem.rule) for problem in file.problems] == [("error", "bad-date")]
    assert isinstance(file.item, EventReport)
    assert file.item.start is None


@pytest.mark.parametrize("name", ["Mars/Base", "../../etc/passwd", "Europe", "CET+1", "[]"])
def test_an_unknown_time_zone_is_an_error(name: str) -> None:
    assert problem_of(with_fields(f"timezone: '{name}'"), "bad-timezone", EVENT).level == "error"


def test_a_link_to_register_is_absolute_and_safe() -> None:
    assert event_of(with_fields("register: /register/")).register == "https://example.org/register/"
    assert event_of(with_fields("register: 'javascript:x'")).register is None
    assert problem_of(with_fields("register: 'javascript:x'"), "refused-link", EVENT).level == "warning"


def test_the_pattern_of_its_page_takes_the_day_it_starts() -> None:
    rules = replace(RULES, links={"event": "/events/{year}/{month}/{slug}/"})

    event = event_of(with_fields("date: 2026-12-01"), rules=rules)

    assert event.link == "https://example.org/events/2026/10/meeting/"
