"""Templates, overridden file by file; mistakes in them have a file and a line."""

from pathlib import Path

import pytest

from newsletter.errors import TemplateError
from newsletter.rendering.pipeline import environment
from newsletter.rendering.pipeline.environment import BUILT_IN, built_in_templates, load_templates


def write(folder: Path, name: str, text: str) -> None:
    """Write the template *name* under *folder*."""
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text, "utf-8")


@pytest.fixture
def overrides(tmp_path: Path) -> Path:
    """An empty folder for a project's own templates."""
    folder = tmp_path / "templates"
    folder.mkdir()
    return folder


def test_a_project_overrides_one_file_and_keeps_the_others(overrides: Path) -> None:
    write(overrides, "email/responsive.css", "/* ours */")

    templates = load_templates(overrides)

    assert templates.render("email/responsive.css", {}) == "/* ours */"
    assert "data-ogsc" in templates.render("email/dark-outlook.css", {"dark": {}} | palette())


def palette() -> dict[str, object]:
    """Colours for a style sheet that is only looked at."""
    return {
        "dark": dict.fromkeys(("ink", "soft", "accent", "on_accent", "ground", "paper", "rule"), "#000000")
    }


def test_an_overriding_template_can_use_the_built_in_one(overrides: Path) -> None:
    write(overrides, "email/head.mjml", f'{{% include "{BUILT_IN}/email/responsive.css" %}} and ours')

    rendered = load_templates(overrides).render("email/head.mjml", {})

    assert rendered.startswith("@media")
    assert rendered.endswith(" and ours")


def test_an_override_that_appears_later_is_used_at_once(overrides: Path) -> None:
    load_templates(overrides).render("email/responsive.css", {})
    write(overrides, "email/responsive.css", "/* later */")

    assert load_templates(overrides).render("email/responsive.css", {}) == "/* later */"


def test_values_are_escaped_in_mjml_and_html_but_not_in_plain_text(overrides: Path) -> None:
    for suffix in ("mjml", "html", "txt"):
        write(overrides, f"x.{suffix}", "{{ value }}")

    templates = load_templates(overrides)

    rendered = [
        templates.render(f"x.{suffix}", {"value": "<b> & {{ 7 * 7 }}"}) for suffix in ("mjml", "html", "txt")
    ]
    assert rendered == ["&lt;b&gt; &amp; {{ 7 * 7 }}"] * 2 + ["<b> & {{ 7 * 7 }}"]


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        ("\n{{ nothing }}", "templates/x.mjml:2: there is no `nothing` here."),
        ("\n\n{% if %}", "templates/x.mjml:3: Expected an expression, got 'end of statement block'."),
        ("{{ 1 / 0 }}", "templates/x.mjml:1: division by zero."),
        ("\n{{ value.titel }}", "templates/x.mjml:2: there is no `titel` in it. Did you mean `title`?"),
        (
            "\n{{ slots.UNSUBSCRIB }}",
            "templates/x.mjml:2: there is no `UNSUBSCRIB` in it. Did you mean `UNSUBSCRIBE`?",
        ),
        (
            "\n{{ absent.day }}",
            "templates/x.mjml:2: `day` is asked of something that is not there. Put {% if … %} around it.",
        ),
        ("\n{{ value.nothing }}", "templates/x.mjml:2: there is no `nothing` in it."),
        (
            '\n{% include "email/nothing.mjml" %}',
            "templates/x.mjml:2: there is no template `email/nothing.mjml`.",
        ),
        ('{% include "../secret" %}', "templates/x.mjml:1: there is no template `../secret`."),
    ],
)
def test_a_mistake_in_a_template_is_told_with_its_line(overrides: Path, text: str, mistake: str) -> None:
    write(overrides, "x.mjml", text)

    with pytest.raises(TemplateError) as caught:
        load_templates(overrides).render(
            "x.mjml", {"value": "text", "slots": {"UNSUBSCRIBE": "x"}, "absent": None}
        )

    assert str(caught.value) == mistake


def test_a_mistake_in_an_included_template_is_told_there(overrides: Path) -> None:
    write(overrides, "outer.mjml", '<mjml>\n{% include "inner.mjml" %}</mjml>')
    write(overrides, "inner.mjml", "\n\n\n{{ nothing }}")

    with pytest.raises(TemplateError, match=r"^templates/inner\.mjml:4: there is no `nothing` here\.$"):
        load_templates(overrides).render("outer.mjml", {})


def test_a_template_that_is_not_utf_8_is_named(overrides: Path) -> None:
    (overrides / "x.mjml").write_bytes(b"\xff\xfe")

    with pytest.raises(TemplateError, match=r"^templates/x\.mjml: The file is not UTF-8"):
        load_templates(overrides).render("x.mjml", {})


def test_the_built_in_templates_are_found_in_a_checkout() -> None:
    assert (built_in_templates() / "email" / "issue.mjml").is_file()


def test_the_place_of_a_built_in_template_says_so(overrides: Path) -> None:
    assert load_templates(overrides).place("email/issue.mjml", 3) == "email/issue.mjml:3 (built-in)"


def forget() -> None:
    """Make the next load what it is in a new process."""
    environment._templates_in.cache_clear()


def test_compiled_templates_are_kept_and_follow_a_changed_file(tmp_path: Path) -> None:
    overrides, kept = tmp_path / "templates", tmp_path / "var" / "cache"
    overrides.mkdir()
    (overrides / "x.mjml").write_text("first")
    load_templates(overrides, compiled=kept).render("x.mjml", {})
    before = {file: file.read_bytes() for file in kept.iterdir()}

    (overrides / "x.mjml").write_text("second")
    forget()
    rendered = load_templates(overrides, compiled=kept).render("x.mjml", {})

    assert rendered == "second"
    assert len(before) == 1
    assert before != {file: file.read_bytes() for file in kept.iterdir()}


@pytest.mark.parametrize("content", [b"", b"nonsense"])
def test_a_damaged_compiled_template_is_as_good_as_none(tmp_path: Path, content: bytes) -> None:
    load_templates(compiled=tmp_path).render("email/responsive.css", {})
    for file in tmp_path.iterdir():
        file.write_bytes(content)

    forget()

    assert load_templates(compiled=tmp_path).render("email/responsive.css", {})


def test_where_compiled_templates_cannot_be_kept_everything_works(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file")

    assert load_templates(compiled=tmp_path / "cache").render("email/responsive.css", {})
