"""Rules on the issue as a whole."""

from newsletter.errors import Level
from tests.checks.making import find
from tests.issues.making import event, issue_file, news

FILE = "content/issues/monthly-2026-11.md"


def test_an_issue_without_items_is_found() -> None:
    problems = find("no-items", news("news/a", draft=True))

    assert [(problem.level, problem.path) for problem in problems] == [(Level.WARNING, FILE)]


def test_an_issue_with_an_item_is_not_empty() -> None:
    assert find("no-items", news("news/a")) == []


def test_an_issue_that_will_be_skipped_says_why() -> None:
    problems = find("skipped", event("events/a", "2026-12-01"))

    assert [problem.level for problem in problems] == [Level.INFO]
    assert "0 new items" in problems[0].message
    assert problems[0].help == "To have it sent all the same: newsletter approve monthly-2026-11"


def test_an_issue_that_an_editor_skips_is_not_to_be_approved() -> None:
    problems = find(
        "skipped", news("news/a"), files=[issue_file("monthly-2026-11", "---\nskip: true\n---\n")]
    )

    assert problems[0].help == "Remove `skip` from the issue file."


def test_an_issue_that_goes_out_is_not_skipped() -> None:
    assert find("skipped", news("news/a")) == []


def test_25_items_are_too_many() -> None:
    items = [news(f"news/{number}") for number in range(25)]

    assert [problem.level for problem in find("too-many-items", *items)] == [Level.WARNING]
    assert find("too-many-items", *items[1:]) == []


def test_an_introduction_is_missed() -> None:
    written = issue_file("monthly-2026-11", "---\nsubject: Maps\n---\nHello.")

    assert [problem.path for problem in find("missing-introduction", news("news/a"))] == [FILE]
    assert find("missing-introduction", news("news/a"), files=[written]) == []


def test_an_item_that_is_not_there_in_a_language_is_mentioned() -> None:
    items = [news("news/a"), news("news/a", lang="fr"), news("news/b")]

    problems = find("missing-translation", *items, languages=("en", "fr"))

    assert [(problem.level, problem.path) for problem in problems] == [(Level.INFO, "content/news/b.md")]
    assert "in fr: these readers get it in en" in problems[0].message


def test_a_newsletter_in_one_language_needs_no_translation() -> None:
    assert find("missing-translation", news("news/a")) == []


def test_an_introduction_in_one_language_of_two_is_mentioned() -> None:
    file = issue_file("monthly-2026-11", "---\nsubject: Maps\n---\nHello.")
    items = [news("news/a"), news("news/a", lang="fr")]

    problems = find("missing-translation", *items, files=[file], languages=("en", "fr"))

    assert [problem.message for problem in problems] == ["The introduction is not there in fr."]
