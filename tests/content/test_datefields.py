"""When an item was published, and how long it counts."""

from datetime import UTC, date, datetime

import pytest

from newsletter.content.items import Item
from tests.content.posts import item_of, parsed, problem_of


def with_field(field: str) -> Item:
    return item_of(f"---\ntitle: A title\n{field}\n---\nBody.\n")


@pytest.mark.parametrize("name", ["date", "pubDate", "publishDate", "published", "Date", "pub_date"])
def test_the_date_under_its_names(name: str) -> None:
    assert with_field(f"{name}: 2026-05-01").date == date(2026, 5, 1)


def test_a_time_beside_the_date_belongs_to_it() -> None:
    assert with_field("date: 2026-05-01\ntime: 12:30").date == datetime(2026, 5, 1, 10, 30, tzinfo=UTC)


def test_a_date_comes_from_the_name_the_folders_or_an_address() -> None:
    text = "---\ntitle: x\n---\n"

    assert item_of(text, "content/news/2026-05-01-x.md").date == date(2026, 5, 1)
    assert item_of(text, "content/2026/05/01/x.md").date == date(2026, 5, 1)
    assert item_of("---\ntitle: x\npath: 2026/05/01/x\n---\n", "content/x.md").date == date(2026, 5, 1)
    assert item_of("---\ntitle: x\nslug: 2026/05/01/x\n---\n", "content/x.md").date == date(2026, 5, 1)


def test_news_without_a_date_is_kept_and_warned_of() -> None:
    file = parsed("---\ntitle: About us\n---\n", "content/about.md")

    assert file.item is not None
    assert file.item.date is None
    assert [(problem.level, problem.rule) for problem in file.problems] == [("warning", "no-date")]


@pytest.mark.parametrize("field", ["date: soon", "date: 03/04/2026", "expires: soon", "updated: soon"])
def test_an_unreadable_date_is_an_error_with_its_line(field: str) -> None:
    (problem,) = parsed(f"---\ntitle: x\n{field}\n---\n").problems

    assert (problem.level, problem.line) == ("error", 3)
    assert field.split(": ")[1] in problem.message


def test_an_unreadable_date_is_not_replaced_by_the_one_in_the_name() -> None:
    assert item_of("---\ntitle: x\ndate: soon\n---\n").date is None


def test_a_skipped_hour_is_a_warning() -> None:
    problem = problem_of("---\ntitle: x\ndate: 2026-03-29 02:30\n---\n", "skipped-time")

    assert problem.level == "warning"


@pytest.mark.parametrize("name", ["lastmod", "modified", "updatedDate", "updated"])
def test_the_update_under_its_names(name: str) -> None:
    assert with_field(f"{name}: 2026-05-01").updated == date(2026, 5, 1)


@pytest.mark.parametrize("name", ["expires", "expiryDate", "unpublishdate"])
def test_the_end_of_an_items_life_under_its_names(name: str) -> None:
    assert with_field(f"{name}: 2026-05-01").expires == date(2026, 5, 1)


def test_a_time_belongs_to_a_date_from_the_name_too() -> None:
    text = "---\ntitle: x\ntime: 14:30\n---\n"

    assert item_of(text, "content/news/2026-05-01-x.md").date == datetime(2026, 5, 1, 12, 30, tzinfo=UTC)


def test_a_time_beside_a_date_that_has_another_is_left_out_with_a_warning() -> None:
    text = "---\ntitle: x\ndate: 2026-05-01 10:00\ntime: 14:30\n---\n"

    assert item_of(text).date == datetime(2026, 5, 1, 8, tzinfo=UTC)
    problem = problem_of(text, "wrong-type")
    assert (problem.level, problem.line) == ("warning", 4)
    assert "10:00" in problem.message


def test_a_time_that_the_date_has_already_is_said_twice_and_right() -> None:
    assert parsed("---\ntitle: x\ndate: 2026-05-01 10:00\ntime: 10:00\n---\n").problems == ()


@pytest.mark.parametrize(
    ("field", "path"),
    [("date: 03/04/2026", "content/news/a.md"), ("start: 03/04/2026", "content/events/2026-04-03-a.md")],
)
def test_an_item_whose_date_is_ambiguous_keeps_why(field: str, path: str) -> None:
    problem = item_of(f"---\ntitle: x\n{field}\n---\n", path).date_problem

    assert problem is not None
    assert "ambiguous: day first it is 2026-04-03, month first it is 2026-03-04" in problem.message
    assert problem.help == "Write 2026-04-03 or 2026-03-04."
