"""Rules on the templates of a project."""

from pathlib import Path

from newsletter.errors import Level
from newsletter.rendering.pipeline.overrides import idle_overrides
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


def test_a_template_that_replaces_nothing_is_found() -> None:
    idle = {"email/footr.mjml": "email/footer.mjml", "email/wish.mjml": None}

    problems = find("idle-template", news("news/a"), idle_templates=idle)

    assert [(problem.level, problem.path) for problem in problems] == [
        (Level.WARNING, "templates/email/footr.mjml"),
        (Level.WARNING, "templates/email/wish.mjml"),
    ]
    assert "Did you mean `email/footer.mjml`?" in str(problems[0].help)
    assert "Did you mean" not in str(problems[1].help)


def test_only_a_file_that_nothing_uses_is_idle(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "email/footer.mjml": '{% include "built-in/email/footer.mjml" %}{% include "email/signature.mjml" %}',
            "email/signature.mjml": '{% include "email/seal.mjml" %}',
            "email/seal.mjml": "",
            "email/footr.mjml": '{% include "email/lost.mjml" %}',
            "email/lost.mjml": '{% include "email/footr.mjml" %}',
            "email/footer.mjml~": "",
            "locale/es.po": "",
            "README.md": "",
            ".DS_Store": "",
        },
    )

    assert idle_overrides(tmp_path) == ("email/footr.mjml", "email/lost.mjml")
    assert idle_overrides(tmp_path / "absent") == ()


def test_where_an_include_is_worked_out_nobody_can_tell(tmp_path: Path) -> None:
    write(
        tmp_path, {"email/footer.mjml": '{% include "email/" ~ issue.lang ~ ".mjml" %}', "email/fr.mjml": ""}
    )

    assert idle_overrides(tmp_path) == ()


def test_a_template_that_cannot_be_understood_is_for_rendering_to_tell(tmp_path: Path) -> None:
    write(tmp_path, {"email/footer.mjml": "{% if %}", "email/footr.mjml": ""})

    assert idle_overrides(tmp_path) == ("email/footr.mjml",)


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        file = folder / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, encoding="utf-8")


def test_a_project_that_overrides_nothing_is_fine() -> None:
    assert find("missing-texts", news("news/a")) == []
    assert find("templates-folder", news("news/a")) == []
