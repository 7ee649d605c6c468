"""`newsletter check`, as a person types it."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.command_line import Run


def change(project: Path, before: str, after: str) -> None:
    settings = project / "newsletter.toml"
    text = settings.read_text(encoding="utf-8")
    assert before in text
    settings.write_text(text.replace(before, after), encoding="utf-8")


def report(run: Run, project: Path, *arguments: str) -> dict[str, Any]:
    found = json.loads(run("check", *arguments, "--json", at=project).out)
    assert isinstance(found, dict)
    return found


def rules(found: dict[str, Any]) -> set[str]:
    return {problem["rule"] for problem in found["problems"]}


def test_an_issue_that_may_go_is_ready(run: Run, sample: Path) -> None:
    result = run("check", at=sample)

    assert result.status == 0
    assert ": ready (" in result.err
    assert report(run, sample)["state"] == "draft"


def test_an_issue_that_will_be_skipped_is_not_called_ready(run: Run, sample: Path) -> None:
    change(sample, "min_items = 1 ", "min_items = 99 ")

    result = run("check", at=sample)

    assert result.status == 0
    assert ": skipped: " in result.err
    assert "min_items" in report(run, sample)["reason"]


def test_an_empty_issue_is_not_called_ready(run: Run, sample: Path) -> None:
    change(sample, "since = ", "since = 2199-01-01  # ")
    for event in (sample / "content" / "events").glob("*.md"):
        event.unlink()

    result = run("check", at=sample)

    assert "no-items" in rules(report(run, sample))
    assert ": skipped: there is nothing to send (" in result.err


def test_an_issue_that_waits_for_approval_says_so(run: Run, sample: Path) -> None:
    change(sample, 'approval = "automatic"', 'approval = "required"')

    assert ": draft: waits for approval: newsletter approve " in run("check", at=sample).err


def test_more_variants_than_the_digest_allows_are_an_error(run: Run, with_readers: Path) -> None:
    change(with_readers, "min_items = 1 ", "max_variants = 1\nmin_items = 1 ")

    found = report(run, with_readers)

    assert not found["ok"]
    (problem,) = (problem for problem in found["problems"] if problem["rule"] == "too-many-variants")
    assert "would need 3 variants" in problem["message"]


def test_broken_settings_are_told_as_json(run: Run, sample: Path) -> None:
    change(sample, "timezone = ", 'timezone = "Nowhere"  # ')

    result = run("check", "--json", at=sample)

    found = json.loads(result.out)
    assert result.status == 1
    assert (found["issue"], found["ok"], found["state"]) == (None, False, None)
    (problem,) = found["problems"]
    assert (problem["rule"], problem["path"]) == ("settings", "newsletter.toml")
    assert problem["line"]


def test_an_issue_that_does_not_exist_is_told_as_json(run: Run, sample: Path) -> None:
    found = report(run, sample, "weekly-2026-W01")

    assert (found["issue"], found["ok"], rules(found)) == ("weekly-2026-W01", False, {"unchecked"})


def test_a_language_without_texts_is_told(run: Run, sample: Path) -> None:
    change(sample, 'languages = ["en", "fr"]', 'languages = ["en", "fr", "pt"]')

    told = [problem for problem in report(run, sample)["problems"] if problem["rule"] == "missing-texts"]

    assert ["`pt`" in problem["message"] for problem in told] == [True]


def test_a_language_whose_texts_the_project_brings_is_fine(run: Run, sample: Path) -> None:
    change(sample, 'languages = ["en", "fr"]', 'languages = ["en", "en-GB", "fr", "pt-BR"]')
    catalogue = sample / "templates" / "locale" / "pt.po"
    catalogue.parent.mkdir(parents=True)
    catalogue.write_text('msgid "Unsubscribe"\nmsgstr "Cancelar a assinatura"\n', encoding="utf-8")

    assert "missing-texts" not in rules(report(run, sample))


def test_a_template_that_is_not_utf_8_is_named(run: Run, sample: Path) -> None:
    template = sample / "templates" / "email" / "footer.mjml"
    template.parent.mkdir(parents=True)
    template.write_bytes(b"caf\xe9")

    (error,) = (problem for problem in report(run, sample)["problems"] if problem["level"] == "error")

    assert (error["path"], error["line"]) == ("templates/email/footer.mjml", None)
    assert error["message"] == "The file is not UTF-8. Save it as UTF-8."


def test_each_mistake_in_a_template_has_its_file_and_line(run: Run, sample: Path) -> None:
    template = sample / "templates" / "email" / "footer.mjml"
    template.parent.mkdir(parents=True)
    template.write_text("<mj-section><mj-column>\n<mj-text colour='red'>\n<mj-chart>\n", encoding="utf-8")

    found = [problem for problem in report(run, sample)["problems"] if problem["rule"] == "rendering"]

    assert [(problem["level"], problem["path"]) for problem in found] == [
        ("error", "templates/email/footer.mjml")
    ] * len(found)
    assert {problem["line"] for problem in found} >= {2, 3}
    assert not any("footer.mjml" in problem["message"] for problem in found)


def test_a_mistake_that_shows_in_a_built_in_template_is_told_with_its_name(run: Run, sample: Path) -> None:
    template = sample / "templates" / "email" / "footer.mjml"
    template.parent.mkdir(parents=True)
    template.write_text(
        "<mj-section><mj-column><mj-text>Good-bye</mj-text></mj-column></mj-section>", encoding="utf-8"
    )

    (error,) = (problem for problem in report(run, sample)["problems"] if problem["level"] == "error")

    assert error["path"] is None
    assert error["message"].startswith("email/issue.mjml:1 (built-in): there is no link to unsubscribe.")


def test_a_file_called_templates_is_told(run: Run, sample: Path) -> None:
    (sample / "templates").write_text("", encoding="utf-8")

    assert "templates-folder" in rules(report(run, sample))


@pytest.mark.parametrize("arguments", [("items",), ("items", "--json"), ("check",), ("check", "--json")])
def test_a_full_disk_gives_no_traceback(
    run: Run, sample: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        monkeypatch.setattr("sys.stdout", full)

        result = run(*arguments, at=sample)

    assert result.status == 1
    assert "No space left" in result.err
    assert "Traceback" not in result.err


def test_without_a_standard_output_there_is_no_traceback(
    run: Run, sample: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdout", None)

    assert run("check", "--json", at=sample).status == 0


def test_what_a_template_of_the_project_adds_is_told_on_its_line(run: Run, sample: Path) -> None:
    templates = sample / "templates" / "email"
    templates.mkdir(parents=True)
    (templates / "footer.mjml").write_text(
        '{% include "built-in/email/footer.mjml" %}\n<mj-section><mj-column><mj-text>\n'
        '<video src="https://network.eu/film.mp4"></video></mj-text></mj-column></mj-section>\n',
        encoding="utf-8",
    )
    (templates / "wish.mjml").write_text(
        '<p style="position: absolute">Nobody includes this.</p>', encoding="utf-8"
    )

    result = run("check", at=sample)

    assert "warning: templates/email/footer.mjml:3: “<video> element”: not supported by Gmail, " in result.out
    assert [line for line in result.out.splitlines() if "“position”" in line] == []
    assert result.status == 0
