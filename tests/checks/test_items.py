"""Rules on items, on doubles and on topics."""

import pytest

from newsletter.errors import Level
from tests.checks.making import check, find
from tests.issues.making import event, issue_file, news


def test_sample_content_in_the_issue_is_one_warning_with_the_count_and_the_first_paths() -> None:
    samples = [news(f"news/{name}", extra={"sample": "true"}) for name in "abcd"]

    problems = find("sample-content", *samples, news("news/own"))

    assert [(problem.level, problem.path) for problem in problems] == [(Level.WARNING, "content/news/a.md")]
    assert "4 files are" in problems[0].message
    assert "content/news/c.md and 1 more" in problems[0].message


def test_sample_content_that_is_in_no_issue_is_only_mentioned() -> None:
    problems = find("sample-content", news("news/old", draft=True, extra={"sample": True}), news("news/own"))

    assert [problem.level for problem in problems] == [Level.INFO]


def test_a_file_that_says_it_is_no_sample_is_none() -> None:
    assert find("sample-content", news("news/own", extra={"sample": "false"})) == []


def test_an_item_without_link_and_text_is_a_dead_end() -> None:
    problems = find("missing-link", news("news/a", body="\n", lines={"title": 2}))

    assert [(problem.level, problem.path, problem.line) for problem in problems] == [
        (Level.WARNING, "content/news/a.md", 2)
    ]


def test_the_announcement_of_a_day_to_keep_free_may_have_neither() -> None:
    problems = find("missing-link", event("events/a", "2026-12-01", body=""))

    assert [problem.level for problem in problems] == [Level.INFO]


def test_an_item_without_a_page_is_mentioned_where_its_kind_has_pages() -> None:
    problems = find("missing-link", news("news/a"), links={"news": "/news/{slug}/"})

    assert [problem.level for problem in problems] == [Level.INFO]


@pytest.mark.parametrize("fields", [{"link": "https://network.eu/a/", "body": ""}, {"body": "Text."}])
def test_an_item_with_a_page_or_a_text_is_complete(fields: dict[str, str]) -> None:
    assert find("missing-link", news("news/a", **fields)) == []


def test_a_title_of_more_than_120_characters_is_too_long() -> None:
    problems = find("long-title", news("news/a", title="a" * 121), news("news/b", title="b" * 120))

    assert [problem.path for problem in problems] == ["content/news/a.md"]


@pytest.mark.parametrize(
    ("title", "count"),
    [
        ("NEW RULES FOR DRONES", 1),
        ("New rules for drones", 0),
        ("NATO", 0),
        ("会議の報告", 0),
        ("EU AI ACT", 0),
    ],
)
def test_a_title_in_capitals_is_mentioned(title: str, count: int) -> None:
    assert len(find("title-in-capitals", news("news/a", title=title))) == count


def test_an_item_that_expires_within_three_days_of_sending_is_mentioned() -> None:
    soon, later = news("news/a", expires="2026-11-05"), news("news/b", expires="2026-11-07")

    assert [problem.path for problem in find("expires-soon", soon, later)] == ["content/news/a.md"]


@pytest.mark.parametrize(
    "fields",
    [
        {"title": "The Plenary"},
        {"link": "https://www.network.eu/plenary"},
        {"body": "Contact points met in Ghent."},
    ],
)
def test_an_item_that_says_what_another_says_is_a_duplicate(fields: dict[str, str]) -> None:
    first = news(
        "news/a",
        title="The plenary",
        link="https://network.eu/plenary/",
        body="Contact points met in Ghent.",
    )

    problems = find("duplicate-item", first, news("news/b", "2026-10-19", **fields))

    assert [problem.path for problem in problems] == ["content/news/b.md"]
    assert "content/news/a.md" in problems[0].message


def test_a_translation_is_no_duplicate() -> None:
    english, french = (news("news/a", lang=lang, title="Radio") for lang in ("en", "fr"))

    assert find("duplicate-item", english, french, languages=("en", "fr")) == []


def test_the_same_title_in_two_languages_is_found_in_each_file() -> None:
    items = [news(key, lang=lang, title="Radio") for key in ("news/a", "news/b") for lang in ("en", "fr")]

    problems = find("duplicate-item", *items, languages=("en", "fr"))

    assert [problem.path for problem in problems] == ["content/news/b.fr.md", "content/news/b.md"]


def test_the_events_of_a_series_are_no_duplicates() -> None:
    first = event("events/a", "2026-12-01", title="Clinic", link="https://network.eu/clinic/")
    second = event("events/b", "2026-12-08", title="Clinic", link="https://network.eu/clinic/")

    assert find("duplicate-item", first, second) == []


def test_places_on_one_page_are_no_duplicates() -> None:
    items = [news(f"news/{name}", link=f"https://network.eu/briefs/#{name}") for name in "ab"]

    assert find("duplicate-item", *items) == []


@pytest.mark.parametrize(
    ("tag", "topic"),
    [("financial-investigations", "finance"), ("Follow the mony", "finance"), ("gren", "green")],
)
def test_a_misspelt_topic_is_found_with_the_right_one(tag: str, topic: str) -> None:
    problems = find("unknown-topic", news("news/a", tags=(tag,), topics=("green",), lines={"topics": 4}))

    assert [(problem.level, problem.line) for problem in problems] == [(Level.WARNING, 4)]
    assert f"`{topic}`" in (problems[0].help or "")


def test_other_tags_are_information_only() -> None:
    assert find("unknown-topic", news("news/a", tags=("standards",), topics=("green",))) == []


def test_tags_of_which_none_is_a_topic_are_mentioned() -> None:
    problems = find("unknown-topic", news("news/a", tags=("radio", "standards"), lines={"topics": 4}))

    assert [(problem.level, problem.line) for problem in problems] == [(Level.INFO, 4)]
    assert "(radio, standards)" in problems[0].message


def test_without_topics_every_tag_is_welcome() -> None:
    assert find("unknown-topic", news("news/a", tags=("gren",)), topics=()) == []


def test_an_item_that_is_excluded_is_not_looked_at() -> None:
    file = issue_file("monthly-2026-11", "---\nexclude: [news/a]\n---\n")

    problems = check(news("news/a", body="", title="a" * 200), news("news/b"), files=[file])

    assert [problem.path for problem in problems if problem.path == "content/news/a.md"] == []
