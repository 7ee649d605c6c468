"""Rules on the templates of a project."""

from newsletter.errors import Level
from tests.checks.making import find
from tests.issues.making import news


def test_a_language_without_a_catalogue_of_texts_is_found() -> None:
    problems = find(
        "missing-texts", news("news/a"), languages=("en", "es"), has_texts=lambda lang: lang == "en"
    )

    assert [(problem.level, problem.path) for problem in problems] == [(Level.WARNING, "newsletter.toml")]
    assert "templates/locale/es.po" in str(problems[0].help)


def test_a_file_in_the_place_of_the_templates_folder_is_found() -> None:
    problems = find("templates-folder", news("news/a"), templates_are_a_file=True)

    assert [(problem.level, problem.path) for problem in problems] == [(Level.WARNING, "templates")]


def test_a_project_that_overrides_nothing_is_fine() -> None:
    assert find("missing-texts", news("news/a")) == []
    assert find("templates-folder", news("news/a")) == []
