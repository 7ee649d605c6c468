"""Rules on bodies and introductions."""

from typing import Any

import pytest

from newsletter.content.items import NewsItem
from newsletter.errors import Level
from tests.checks.making import find
from tests.issues.making import issue_file, news

LINKS = {"news": "/news/{year}/{slug}/"}


def told(body: str, **fields: Any) -> NewsItem:
    """An item that is printed whole; its body begins on line 5."""
    return news("news/a", body=body, body_line=5, **fields)


def known(link: str) -> NewsItem:
    """Another item, with a page."""
    return news("news/known", link=link)


def test_a_link_to_a_page_that_no_item_has_is_broken() -> None:
    item = told("One.\n\nSee [the plan](/news/2026/radio-plan/).")

    problems = find("broken-internal-link", item, links=LINKS)

    assert [(problem.level, problem.path, problem.line) for problem in problems] == [
        (Level.WARNING, "content/news/a.md", 7)
    ]
    assert "https://network.eu/news/2026/radio-plan/" in problems[0].message


@pytest.mark.parametrize(
    "link",
    [
        "/news/2026/radio-plan/",
        "https://www.network.eu/news/2026/radio-plan",
        "/news/2026/radio-plan/#tests",
        "/about/",
        "/news/2026/",
        "https://elsewhere.eu/news/2026/nothing/",
        "mailto:office@network.eu",
    ],
)
def test_a_link_to_an_item_or_to_another_kind_of_page_is_fine(link: str) -> None:
    item = told(f"See [the plan]({link}).")

    assert (
        find("broken-internal-link", item, known("https://network.eu/news/2026/radio-plan/"), links=LINKS)
        == []
    )


def test_a_misspelt_address_is_found_with_the_right_one() -> None:
    item = told("See [the plan](/projects/radio-plam/).")

    problems = find("broken-internal-link", item, known("https://network.eu/projects/radio-plan/"))

    assert problems[0].help == "Did you mean https://network.eu/projects/radio-plan/?"


def test_another_number_is_another_page() -> None:
    item = told("See [the report](/reports/2025/).")

    assert find("broken-internal-link", item, known("https://network.eu/reports/2026/")) == []


def test_a_broken_link_that_only_the_website_has_is_mentioned() -> None:
    item = told("See [the plan](/news/2026/radio-plan/).", link="https://network.eu/news/2026/a/")

    assert [problem.level for problem in find("broken-internal-link", item, links=LINKS)] == [Level.INFO]


@pytest.mark.parametrize(("link", "level"), [(None, Level.WARNING), ("https://network.eu/a/", Level.INFO)])
def test_a_link_to_a_file_that_is_not_there_is_broken(link: str | None, level: Level) -> None:
    problems = find("broken-internal-link", told("See [the plan](plan.md).", link=link))

    assert [(problem.level, problem.line) for problem in problems] == [(level, 5)]


@pytest.mark.parametrize(
    "text", ["here", "Click here", "Read more…", "hier", "Mehr »", "ici", "Lire la suite"]
)
def test_a_link_whose_text_says_nothing_is_found(text: str) -> None:
    problems = find("vague-link", told(f"One.\n\nThe plan is [{text}](https://network.eu/plan/)."))

    assert [(problem.path, problem.line) for problem in problems] == [("content/news/a.md", 7)]


def test_a_link_whose_text_says_where_it_leads_is_fine() -> None:
    assert find("vague-link", told("Read [more about here](https://network.eu/plan/).")) == []


def test_a_vague_link_that_is_not_printed_does_not_matter_here() -> None:
    item = told("[here](https://network.eu/plan/)", link="https://network.eu/a/")

    assert find("vague-link", item) == []


def test_an_introduction_is_looked_at_in_its_own_file() -> None:
    english = issue_file("monthly-2026-11", "---\nsubject: Maps\n---\nHello.")
    french = issue_file(
        "monthly-2026-11.fr", "---\nsubject: Cartes\n---\n\nBonjour.\n\n[Ici](https://network.eu/)."
    )

    problems = find("vague-link", news("news/a"), files=[english, french], languages=("en", "fr"))

    assert [(problem.path, problem.line) for problem in problems] == [
        ("content/issues/monthly-2026-11.fr.md", 7)
    ]


def test_what_the_body_stage_finds_in_a_printed_text_is_told() -> None:
    assert [problem.line for problem in find("html-left-out", told("One.\n\n<form></form>"))] == [7]


def test_a_heading_that_skips_a_level_is_mentioned() -> None:
    problems = find("skipped-heading", told("## Two\n\n```\n##### no heading\n```\n\n#### Four\n\n## Two"))

    assert [(problem.level, problem.line) for problem in problems] == [(Level.INFO, 11)]


def test_a_fence_of_three_inside_one_of_four_closes_nothing() -> None:
    body = "## Two\n\n````markdown\n```\n##### no heading\n```\n##### nor this\n````\n\n### Three"

    assert find("skipped-heading", told(body)) == []


def test_headings_of_html_are_read_too() -> None:
    problems = find("skipped-heading", told("<h2>Two</h2>\n<h4>Four</h4>", is_html=True))

    assert [problem.line for problem in problems] == [6]


def test_headings_in_order_are_fine() -> None:
    assert find("skipped-heading", told("### Three\n\n#### Four\n\n## Two\n\n### Three")) == []
