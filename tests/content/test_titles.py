"""What an item is called."""

import pytest

from tests.content.posts import NEWS, item_of, parsed


@pytest.mark.parametrize("name", ["title", "Title", "subject"])
def test_the_title_under_its_names(name: str) -> None:
    assert item_of(f"---\n{name}: A title\n---\n").title == "A title"


@pytest.mark.parametrize(
    ("written", "title"),
    [
        ('"`code` and *slanted*"', "code and slanted"),
        ('"Tom &amp; Jerry"', "Tom & Jerry"),
        ("2024. A review", "2024. A review"),
        ('"# 1 in the list"', "# 1 in the list"),
        ('"- dash"', "- dash"),
        ("snake_case_name", "snake_case_name"),
        ("No", "No"),
        ('"two\\n lines"', "two lines"),
    ],
)
def test_a_title_is_one_line_without_marks(written: str, title: str) -> None:
    assert item_of(f"---\ntitle: {written}\n---\n").title == title


@pytest.mark.parametrize(
    "body",
    ["# A *title*\nText.\n", "A title\n=======\nText.\n", "```\n# no heading\n```\n\n## A title ##\nText.\n"],
)
def test_without_a_title_the_first_heading_is_it_and_is_not_repeated(body: str) -> None:
    item = item_of(body)

    assert item.title == "A title"
    assert "title" not in item.body
    assert item.body.count("\n") == body.count("\n")


def test_a_heading_that_repeats_the_title_is_left_out() -> None:
    assert item_of("---\ntitle: A title\n---\n\n# A title\n\nText.\n").body.strip() == "Text."
    assert "# Another" in item_of("---\ntitle: A title\n---\n# Another\n").body


def test_a_file_without_a_title_is_an_error_that_says_what_to_write() -> None:
    file = parsed("---\ndate: 2026-11-03\n---\nText without a heading.\n")

    assert file.item is None
    (problem,) = file.problems
    assert (problem.level, problem.rule, problem.path) == ("error", "no-title", NEWS)
    assert "title: …" in (problem.help or "")


def test_a_html_page_without_a_heading_has_its_own_title() -> None:
    assert (
        item_of("<html><head><title>A page</title></head><body>x</body></html>", "content/x.html").title
        == "A page"
    )
