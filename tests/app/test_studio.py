"""What the editor's page shows, asked without a browser: only what changed is made anew, and mistakes hide nothing."""

import json
import re
import shutil
from pathlib import Path
from threading import Thread

import pytest

from newsletter.app.previewing.studio import MOST_CHECKED, Studio
from newsletter.errors import Problem
from newsletter.preview.values import Shown
from newsletter.preview.view import Part, View
from tests.command_line import Run
from tests.preview.previewing import an_item, saved


@pytest.fixture
def studio(sample: Path) -> Studio:
    """The sample project, looked at once."""
    found = Studio(sample)
    found.refresh()
    return found


def shown(studio: Studio, view: View | None = None) -> Shown:
    found = studio.page(view or View()).shown
    assert found is not None
    return found


def told(studio: Studio, view: View | None = None) -> list[str]:
    return [str(problem) for problem in studio.page(view or View()).trouble]


def change(studio: Studio, path: Path, old: str, new: str) -> None:
    """Save *path* with *new* in place of *old*, and have the studio follow."""
    text = path.read_text("utf-8")
    assert old in text
    saved(path, text.replace(old, new, 1))
    studio.refresh([path])


def check(run: Run, project: Path) -> set[tuple[str, str | None, int | None]]:
    report = json.loads(run("check", "--json", at=project).out)
    return {(problem["rule"], problem["path"], problem["line"]) for problem in report["problems"]}


def test_once_all_variants_are_rendered_the_findings_are_those_of_check(
    studio: Studio, run: Run, sample: Path
) -> None:
    assert not shown(studio).is_checked

    while studio.go_on(View()):
        pass

    page = shown(studio)
    assert page.is_checked
    found = {(each.rule, each.path, each.line) for file in page.findings for each in file.findings}
    assert found == check(run, sample)
    assert [issue.id for issue in studio.page(View()).issues] == [page.id]


def test_what_was_found_once_is_not_looked_for_again_until_something_changes(
    studio: Studio, sample: Path
) -> None:
    def found() -> list[Problem]:
        return [each for file in shown(studio).findings for each in file.findings]

    while studio.go_on(View()):
        pass
    first, again = found(), found()
    change(studio, an_item(sample), "title: ", "title: Anew, ")

    assert all(one is other for one, other in zip(first, again, strict=True))
    assert not any(one is other for one in first for other in found())


def test_an_edit_renders_only_the_variants_that_have_the_item(studio: Studio, sample: Path) -> None:
    while studio.go_on(View()):
        pass
    names = [variant.name for variant in shown(studio).variants]
    before = {name: studio.stamp(View(variant=name)) for name in names}

    item = an_item(sample)
    topics = re.findall(r"^(?:topics|tags): .*$", item.read_text("utf-8"), re.MULTILINE)
    change(studio, item, "title: ", "title: Anew, ")
    anew = 0
    while studio.go_on(View()):
        anew += 1

    after = {name: studio.stamp(View(variant=name)) for name in names}
    changed = {name for name in names if before[name] != after[name]}
    assert topics
    assert {"en", "fr"} <= changed < set(names)
    assert anew == len(changed)


def test_a_picture_that_is_exchanged_is_shown(studio: Studio, sample: Path) -> None:
    before = studio.document(View())
    pictures = sorted((sample / "content" / "news").rglob("*.png"))
    shutil.copy(pictures[0], pictures[1])

    studio.refresh([pictures[1]])

    assert studio.document(View()) != before


def test_an_item_that_cannot_be_read_stays_as_it_was_and_is_told(studio: Studio, sample: Path) -> None:
    item, before = an_item(sample), studio.document(View())

    change(studio, item, "title:", "title: One: two\nother:")

    assert studio.document(View()) == before
    assert any(f"{item.relative_to(sample).as_posix()}:2:" in line for line in told(studio))
    assert shown(studio).state == "held"
    change(studio, item, "title: One: two\nother:", "title: ")
    assert told(studio) == []


def test_an_item_that_could_not_be_read_from_the_start_keeps_no_other_from_being_shown(sample: Path) -> None:
    item = an_item(sample)
    saved(item, item.read_text("utf-8").replace("title:", "title: One: two\nother:", 1))
    studio = Studio(sample)

    before = studio.document(View())
    other = next(path for path in sorted((sample / "content" / "news").glob("*.md")) if path != item)
    change(studio, other, "title: ", "title: Still followed, ")

    assert before
    assert "Still followed" in (studio.document(View()) or "")


def test_an_item_that_is_removed_is_gone_from_the_mail(studio: Studio, sample: Path) -> None:
    item = an_item(sample)
    items = len(shown(studio).stories)

    item.unlink()
    studio.refresh([item])

    assert len(shown(studio).stories) == items - 1
    assert told(studio) == []


def test_a_mistake_in_the_theme_is_told_and_the_last_mail_stays(studio: Studio, sample: Path) -> None:
    before = studio.document(View())

    change(studio, sample / "newsletter.toml", 'accent = "#0b5cad"', 'accent = "#ffff00"')

    assert studio.document(View()) == before
    assert "has a contrast of" in "\n".join(told(studio))


def test_a_logo_that_is_gone_is_told_and_the_last_mail_stays(studio: Studio, sample: Path) -> None:
    before = studio.document(View())

    (sample / "content" / "images" / "logo.png").write_bytes(b"no picture")
    studio.refresh([sample / "content" / "images" / "logo.png"])

    assert studio.document(View()) == before
    assert told(studio)


def test_another_language_in_the_settings_has_variants_at_once(studio: Studio, sample: Path) -> None:
    change(studio, sample / "newsletter.toml", 'languages = ["en", "fr"]', 'languages = ["en", "fr", "de"]')

    assert "de" in {variant.name for variant in shown(studio).variants}
    assert 'lang="de"' in (studio.document(View(variant="de")) or "")


def test_an_issue_that_there_is_not_is_told_beside_the_others(studio: Studio) -> None:
    page = studio.page(View(issue="nonsense"))

    assert (page.shown, len(page.issues)) == (None, 1)
    assert "There is no issue `nonsense`" in str(page.trouble[0])
    assert studio.document(View(issue="nonsense")) is None


def test_a_project_without_items_says_that_there_is_nothing_yet(run: Run, tmp_path: Path) -> None:
    run("init", "empty", "--empty", at=tmp_path)
    studio = Studio(tmp_path / "empty")

    page = studio.page(View())

    assert page.trouble == ()
    assert page.shown is not None
    assert (page.shown.mail, page.shown.stories) == (None, ())
    row = json.loads(run("issues", "--json", at=tmp_path / "empty").out)[0]
    assert (page.shown.state, page.shown.reason) == (row["state"], row["reason"])
    assert page.shown.reason == "skipped if nothing is added: there is nothing to send"
    assert studio.document(View()) is None
    assert studio.items("", 1).lines == []


def test_of_thousands_of_files_a_page_at_a_time_is_listed(studio: Studio, sample: Path) -> None:
    folder = sample / "content" / "news" / "older"
    folder.mkdir()
    for number in range(3000):
        (folder / f"2020-01-01-{number}.md").write_text(f"---\ntitle: Older {number}\n---\nText.\n")
    studio.refresh([folder])

    first, last = studio.items("", 1), studio.items("older 29", 99)

    assert (first.total, first.found, first.number, first.last, len(first.lines)) == (3022, 3022, 1, 31, 100)
    assert last.number == last.last == 2
    assert all("29" in line.path for line in last.lines)
    assert [line.title for line in studio.items("OLDER 2999", 1).lines] == ["Older 2999"]
    # What is left out is told in numbers, and the first of them in words.
    assert shown(studio).settled + len(shown(studio).left_out) >= 3000


def test_of_very_many_variants_only_some_are_rendered_for_the_findings(studio: Studio, sample: Path) -> None:
    originals = (path for path in (sample / "content" / "news").rglob("*.md") if ".fr." not in path.name)
    for item, path in enumerate(sorted(originals)):
        # Each topic has another choice of items.
        tags = ", ".join(f"many{topic}" for topic in range(1, 61) if topic >> item & 1)
        text = re.sub(r"^(tags|topics): .*\n", "", path.read_text("utf-8"), flags=re.MULTILINE)
        saved(path, text.replace("title:", f"tags: [{tags}]\ntitle:", 1))
    many = "\n".join(f'many{number} = "Topic {number}"' for number in range(1, 61))
    change(studio, sample / "newsletter.toml", "[topics]", f"[topics]\n{many}")
    assert len(shown(studio).variants) > MOST_CHECKED

    made = 1
    while made <= MOST_CHECKED and studio.go_on(View()):
        made += 1

    assert made == MOST_CHECKED
    assert shown(studio).is_checked
    assert shown(studio).unchecked == len(shown(studio).variants) - MOST_CHECKED


def test_plain_text_headers_and_web_version_are_those_of_the_variant(studio: Studio) -> None:
    mail = shown(studio, View(variant="fr", part=Part.HEADERS)).mail

    assert mail is not None
    assert "Content-Type: multipart/alternative" in mail.headers
    assert "To: reader@example.org" in mail.headers
    assert "slot.invalid" not in mail.headers + mail.text + (studio.document(View(variant="fr")) or "")
    assert 'lang="fr"' in (studio.document(View(variant="fr", part=Part.WEB)) or "")


def test_many_may_ask_while_files_are_saved(studio: Studio, sample: Path) -> None:
    failures: list[Exception] = []

    def ask() -> None:
        try:
            for _ in range(10):
                studio.page(View(part=Part.HEADERS))
                assert studio.document(View())
                studio.items("drone", 1)
        except Exception as error:
            failures.append(error)

    threads = [Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for number in range(10):
        change(studio, an_item(sample), "title: ", f"title: {number} ")
    for thread in threads:
        thread.join()

    assert failures == []
    assert "9 8 7" in (studio.document(View()) or "")


def test_a_look_at_a_project_makes_no_database(studio: Studio, sample: Path) -> None:
    studio.page(View())

    assert not list((sample / "var").glob("*.db*"))
