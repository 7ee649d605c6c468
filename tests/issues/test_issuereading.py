"""Issue files are read into decisions; every mistake is a problem at its line."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from newsletter.content.items import SourceFile
from newsletter.errors import Level, Problem
from newsletter.issues.file.reading import FIELDS, read_issue_file, read_send_at
from newsletter.issues.file.values import IssueFile, issue_file_names, name_of
from tests.issues.making import collection, digest, event, issue_file, news, newsroom

ITEMS = (
    news("news/2026-10-20-tax"),
    news("news/2026-10-21-police"),
    event("events/2026-10-08-meeting", None),
)
NAME = "monthly-2026-11"


def read(text: str, name: str = NAME, **siblings: str) -> IssueFile:
    """Return the issue file of *text*; *siblings* are texts by language."""
    files = [issue_file(name, text), *(issue_file(f"{name}.{lang}", each) for lang, each in siblings.items())]
    room = newsroom(digest(), digest("weekly"))
    return read_issue_file(name, collection(*ITEMS, files=files), room)


def only_problem(issue: IssueFile) -> Problem:
    (problem,) = issue.problems
    assert problem.level is Level.ERROR
    return problem


def test_every_field_is_read() -> None:
    issue = read(
        """---
subject: What is new
preheader: {en: In short, fr: En bref}
items:
  - news/2026-10-21-police
  - content/news/2026-10-20-tax.md
lead: news/2026-10-20-tax
include: [events/2026-10-08-meeting]
digest: monthly
topics: [green]
languages: [fr]
send_at: 2026-11-05 10:00 +01:00
hold: the minister has not agreed
skip: yes
approval:
  hash: "0000000000000000000000000000000000000000000000000000000000000000"
  by: An editor
  at: 2026-11-01T10:00:00+00:00
  parts: {content/news/2026-10-20-tax.md: "00"}
---

Dear *reader*,
"""
    )

    assert issue.problems == ()
    assert issue.subjects == {"": "What is new"}
    assert issue.preheaders == {"en": "In short", "fr": "En bref"}
    assert issue.introductions == {"fr": "Dear *reader*,"}
    assert [each.key for each in issue.items or ()] == ["news/2026-10-21-police", "news/2026-10-20-tax"]
    assert [each.line for each in issue.items or ()] == [5, 6]
    assert [each.key for each in issue.lead] == ["news/2026-10-20-tax"]
    assert [each.key for each in issue.include] == ["events/2026-10-08-meeting"]
    assert (issue.digest, issue.topics, issue.languages) == ("monthly", ("green",), ("fr",))
    assert issue.send_at == datetime(2026, 11, 5, 9, tzinfo=UTC)
    assert issue.hold == "the minister has not agreed"
    assert issue.skip
    assert issue.approval is not None
    assert issue.approval.by == "An editor"
    assert issue.approval.parts == {"content/news/2026-10-20-tax.md": "00"}


def test_toml_and_json_say_the_same() -> None:
    toml = read('+++\nsubject = "S"\nskip = true\nsend_at = 2026-11-05T09:00:00Z\n+++\nHello')
    json = read('{"subject": "S", "skip": true, "send_at": "2026-11-05T09:00:00Z"}\nHello')

    for issue in (toml, json):
        assert issue.problems == ()
        assert (issue.subjects, issue.skip) == ({"": "S"}, True)
        assert issue.introductions == {"en": "Hello"}
        assert issue.send_at == datetime(2026, 11, 5, 9, tzinfo=UTC)


def test_without_a_file_nothing_is_decided() -> None:
    assert read_issue_file(NAME, collection(*ITEMS), newsroom()) == IssueFile(name=NAME)


def test_an_empty_field_is_as_good_as_none() -> None:
    issue = read("---\nsubject:\nitems:\nhold:\nsend_at:\n---\n")

    assert issue.problems == ()
    assert issue.items is None


def test_another_language_has_a_file_of_its_own() -> None:
    issue = read("---\nsubject: News\n---\nHello", fr="---\nsubject: Nouvelles\n---\nBonjour")

    assert issue.problems == ()
    assert issue.subjects == {"": "News", "fr": "Nouvelles"}
    assert issue.introductions == {"en": "Hello", "fr": "Bonjour"}
    assert issue.paths == ("content/issues/monthly-2026-11.md", "content/issues/monthly-2026-11.fr.md")


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("subject: S\nsubjet: T", 3, "Did you mean `subject`?"),
        ("colour: red", 2, "Known: subject"),
        (
            "items:\n  - news/2026-10-20-tax\n  - news/2026-10-20-taxx",
            4,
            "Did you mean `news/2026-10-20-tax`?",
        ),
        ("items:\n  - news/2026-10-20-tax\n  - news/2026-10-20-ta\n", 4, "no such item"),
        ("items: [news/2026-10-20-tax, content/news/2026-10-20-tax.md]", 2, "twice"),
        ("lead: nothing-like-it", 2, "`newsletter items` lists the keys."),
        ("send_at: 2026-03-01T09:00", 2, "send_at has no time zone. Write 2026-03-01T09:00+01:00."),
        ("send_at: 2026-03-01", 2, "no time zone"),
        ("send_at: soon", 2, "is not a time"),
        ("send_at: 9999-12-31T23:59:59-10:00", 2, "the year 9999 cannot be meant"),
        ("send_at: 0001-01-01T00:00+10:00", 2, "the year 1 cannot be meant"),
        ('subject: "two\\nlines"', 2, "line break"),
        ('subject: "a\\tb"', 2, "control character"),
        ("subject: [a, b]", 2, "is not a text"),
        ("subject: {de: Neues}", 2, "Languages: en, fr."),
        ("topics: [gren]", 2, "Did you mean `green`?"),
        ("languages: [de]", 2, "which is unknown"),
        ("digest: wekly", 2, "Did you mean `weekly`?"),
        ("digest: weekly", 2, "named after an issue of monthly"),
        ("skip: perhaps", 2, "neither true nor false"),
        ("counts: false", 2, "only a special"),
        ("hold: [a]", 2, "is not a text"),
        ("approval: yes", 2, "approval has no hash"),
        ("items:\n  - a: b", 2, "not a text"),
        ("lead: news/2026-10-20-tax\nexclude: news/2026-10-20-tax", 2, "stands in lead and in exclude"),
        ("subject: a: b", 2, "colon"),
    ],
)
def test_a_mistake_is_an_error_at_its_line(text: str, line: int, words: str) -> None:
    problem = only_problem(read(f"---\n{text}\n---\n"))

    assert (problem.path, problem.line) == ("content/issues/monthly-2026-11.md", line)
    assert words in str(problem)


def test_what_holds_for_every_language_is_refused_in_the_file_of_one() -> None:
    issue = read("Hello", fr="---\nhold: non\n---\n")

    assert "Write it in monthly-2026-11.md." in str(only_problem(issue))
    assert not issue.hold


def test_a_language_that_the_newsletter_does_not_have_is_an_error() -> None:
    assert "`de`, which is not a language" in str(only_problem(read("Hello", de="Hallo")))


def test_a_special_must_name_its_digest() -> None:
    problem = only_problem(read("Hello", name="summer-party"))

    assert "Add `digest: monthly`" in str(problem)


def test_a_special_may_say_that_its_items_do_not_count() -> None:
    issue = read("---\ndigest: weekly\ncounts: false\n---\n", name="best-of-2026")

    assert issue.problems == ()
    assert not issue.counts


def test_an_approval_outside_yaml_is_an_error() -> None:
    issue = read(f'{{"approval": {{"hash": "{"0" * 64}"}}}}\n')

    assert "only counts in YAML" in str(only_problem(issue))


def test_two_files_for_one_issue_are_an_error() -> None:
    bundle = SourceFile(path=f"content/issues/{NAME}/index.md", data=b"Hello")
    files = [issue_file(NAME, "Hello"), bundle]

    issue = read_issue_file(NAME, collection(*ITEMS, files=files), newsroom())

    assert "second file" in str(only_problem(issue))


def test_a_link_or_a_bundle_names_an_item_too() -> None:
    bundle = event(
        "events/meeting", None, path="content/events/meeting/index.md", link="https://example.org/meeting/"
    )
    for text in ("https://example.org/meeting", "content/events/meeting", "events/meeting/index.md"):
        files = [issue_file(NAME, f"---\nlead: {text}\n---\n")]

        issue = read_issue_file(NAME, collection(bundle, files=files), newsroom())

        assert [each.key for each in issue.lead] == ["events/meeting"]


def test_a_name_that_means_several_items_is_an_error() -> None:
    link = "https://example.org/"
    files = [issue_file(NAME, f"---\nlead: {link}\n---\n")]

    issue = read_issue_file(
        NAME, collection(news("news/a", link=link), news("news/b", link=link), files=files), newsroom()
    )

    assert "Write one of news/a, news/b." in str(only_problem(issue))


@pytest.mark.parametrize(
    ("path", "name", "language"),
    [
        ("content/issues/monthly-2026-11.md", "monthly-2026-11", ""),
        ("content/issues/monthly-2026-11.fr.md", "monthly-2026-11", "fr"),
        ("content/issues/monthly-2026-11.pt-BR.md", "monthly-2026-11", "pt-BR"),
        ("content/issues/summer/index.md", "summer", ""),
        ("content/issues/summer/index.fr.md", "summer", "fr"),
        ("content/issues/release-1.2.md", "release-1.2", ""),
    ],
)
def test_the_name_of_an_issue_file_is_its_issue_and_language(path: str, name: str, language: str) -> None:
    assert name_of(path) == (name, language)


def test_names_and_times_are_read_without_the_rest() -> None:
    files = [issue_file(NAME, "---\nsend_at: 2026-11-05T09:00Z\n---\n"), issue_file(f"{NAME}.fr", "Bonjour")]
    folder = collection(files=files)

    assert issue_file_names(folder) == (NAME,)
    assert read_send_at(NAME, folder) == datetime(2026, 11, 5, 9, tzinfo=UTC)
    assert read_send_at("monthly-2026-12", folder) is None


def test_every_field_is_documented() -> None:
    text = (Path(__file__).parents[2] / "docs" / "issues.md").read_text(encoding="utf-8")
    _, _, table = text.partition("| field | means |\n|---|---|\n")
    rows = table.partition("\n\n")[0].splitlines()

    assert {name for row in rows for name in re.findall(r"`(\w+)`", row.split("|")[1])} == set(FIELDS)


@pytest.mark.parametrize("name", ["été", "summer school", "x" * 61, "a:b", "-x"])
def test_a_special_has_a_name_that_can_stand_in_addresses(name: str) -> None:
    issue = read("---\ndigest: monthly\n---\nHello\n", name=name)

    assert "cannot name an issue" in only_problem(issue).message


def test_corrections_are_sentences_in_each_language() -> None:
    issue = read(
        "---\ncorrections:\n  - The fair was in Ghent.\n  - It has nine members.\n---\n",
        fr="---\ncorrections: Le salon était à Gand.\n---\n",
    )

    assert issue.problems == ()
    assert issue.corrections == {
        "en": ("The fair was in Ghent.", "It has nine members."),
        "fr": ("Le salon était à Gand.",),
    }


def test_a_correction_that_is_no_sentence_is_told() -> None:
    problem = only_problem(read("---\ncorrections: {a: b}\n---\n"))

    assert "corrections has an entry that is not a text" in problem.message
