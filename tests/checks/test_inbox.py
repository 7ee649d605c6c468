"""Rules on the subject and the preheader."""

import pytest

from newsletter.content.items import SourceFile
from newsletter.errors import Level
from tests.checks.making import find, mail
from tests.issues.making import issue_file, news

FILE = "content/issues/monthly-2026-11.md"
ITEM = news("news/a")


def written(field: str, text: str) -> SourceFile:
    """An issue file with *field* on its third line."""
    return issue_file("monthly-2026-11", f'---\nlead: []\n{field}: "{text}"\n---\n')


def test_a_subject_of_61_characters_is_long() -> None:
    problems = find("long-subject", ITEM, files=[written("subject", "a" * 61)])

    assert [(problem.level, problem.path, problem.line) for problem in problems] == [(Level.WARNING, FILE, 3)]


def test_a_subject_of_60_characters_is_not_long() -> None:
    assert find("long-subject", ITEM, files=[written("subject", "a" * 60)]) == []


def test_a_long_subject_that_nobody_wrote_comes_from_the_settings() -> None:
    problems = find("long-subject", ITEM, mails=[mail(subject="a" * 70)])

    assert [problem.path for problem in problems] == ["newsletter.toml"]


def test_the_subject_of_another_language_is_found_in_its_own_file() -> None:
    french = issue_file("monthly-2026-11.fr", f"---\nsubject: {'b' * 61}\n---\n")

    problems = find("long-subject", ITEM, files=[written("subject", "Maps"), french], languages=("en", "fr"))

    assert [(problem.path, problem.line) for problem in problems] == [
        ("content/issues/monthly-2026-11.fr.md", 2)
    ]


def test_one_subject_for_all_languages_is_one_problem() -> None:
    files = [written("subject", "a" * 61)]

    assert len(find("long-subject", ITEM, files=files, languages=("en", "fr"))) == 1


@pytest.mark.parametrize("subject", ["RE: Maps", "Fwd: Maps", "AW : Maps", "re[2]: Maps"])
def test_a_subject_that_looks_like_an_answer_is_found(subject: str) -> None:
    problems = find("misleading-subject", ITEM, files=[written("subject", subject)])

    assert [(problem.level, problem.line) for problem in problems] == [(Level.WARNING, 3)]


@pytest.mark.parametrize("subject", ["Research: maps", "Awards: maps", "Resilience"])
def test_a_word_that_begins_like_an_abbreviation_is_fine(subject: str) -> None:
    assert find("misleading-subject", ITEM, files=[written("subject", subject)]) == []


@pytest.mark.parametrize(("subject", "count"), [("NEW MAPS FOR ALL", 1), ("New maps for NATO", 0)])
def test_a_subject_in_capitals_is_found(subject: str, count: int) -> None:
    assert len(find("subject-in-capitals", ITEM, files=[written("subject", subject)])) == count


def test_a_subject_that_nobody_wrote_is_mentioned() -> None:
    problems = find("missing-subject", ITEM, mails=[mail(subject="Monthly digest, November 2026")])

    assert [(problem.level, problem.path) for problem in problems] == [(Level.INFO, FILE)]
    assert "“Monthly digest, November 2026”" in problems[0].message


def test_a_mail_without_a_subject_is_an_error() -> None:
    problems = find("missing-subject", ITEM, mails=[mail(subject=" ")])

    assert [problem.level for problem in problems] == [Level.ERROR]


def test_a_subject_that_an_editor_wrote_is_not_missed() -> None:
    files = [written("subject", "Maps")]

    assert find("missing-subject", ITEM, files=files, mails=[mail(subject="Maps")]) == []


def test_a_preheader_that_nobody_wrote_is_mentioned() -> None:
    problems = find("missing-preheader", ITEM, mails=[mail()])

    assert [(problem.level, problem.path) for problem in problems] == [(Level.INFO, FILE)]


def test_a_mail_without_a_preheader_is_found() -> None:
    problems = find("missing-preheader", ITEM, mails=[mail(preheader="")])

    assert [problem.level for problem in problems] == [Level.WARNING]


def test_a_preheader_that_an_editor_wrote_is_not_missed() -> None:
    preheader = "Maps without a network, and a box that makes old radios talk"

    problems = find(
        "missing-preheader", ITEM, files=[written("preheader", preheader)], mails=[mail(preheader=preheader)]
    )

    assert problems == []


@pytest.mark.parametrize(("length", "count"), [(39, 1), (40, 0), (110, 0), (111, 1)])
def test_a_preheader_has_40_to_110_characters(length: int, count: int) -> None:
    problems = find("preheader-length", ITEM, files=[written("preheader", "a" * length)])

    assert [(problem.level, problem.path, problem.line) for problem in problems] == [
        (Level.WARNING, FILE, 3)
    ] * count
