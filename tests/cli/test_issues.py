"""Issues as a person meets them: late, broken, renamed, special, and after they went out."""

import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.command_line import Run

LATE = "---\nsend_at: 2026-01-05T09:00+01:00\nitems: [news/a]\n---\nHello\n"


def listed(run: Run, project: Path) -> dict[str, dict[str, Any]]:
    return {row["issue"]: row for row in json.loads(run("issues", "--json", at=project).out)}


def write_issue_file(project: Path, name: str, text: str) -> None:
    folder = project / "content" / "issues"
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.md").write_text(text, encoding="utf-8")


def write_news(project: Path, name: str, title: str = "News", text: str = "Text.") -> Path:
    path = project / "content" / "news" / f"{name}.md"
    path.write_text(f"---\ntitle: {title}\ndate: 2026-01-02\n---\n{text}\n", encoding="utf-8")
    return path


def special(project: Path, key: str) -> str:
    write_issue_file(project, "summer", f"---\ndigest: monthly\nitems: [{key}]\n---\nHello\n")
    return "summer"


def save_picture(path: Path, colour: str) -> None:
    Image.new("RGB", (640, 320), colour).save(path)


def bytes_below(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def test_an_issue_that_was_moved_into_the_past_is_listed_with_what_to_do(run: Run, sample: Path) -> None:
    write_news(sample, "a")
    write_issue_file(sample, "monthly-2099-01", LATE)

    row = listed(run, sample)["monthly-2099-01"]

    assert (row["state"], row["due_at"]) == ("held", "2026-01-05T08:00:00Z")
    assert "newsletter send monthly-2099-01 sends it all the same" in row["reason"]
    assert "monthly-2099-01 is held: was due on 2026-01-05" in run(at=sample).out


def test_a_past_issue_that_was_never_begun_is_listed(run: Run, sample: Path) -> None:
    write_news(sample, "a")
    write_issue_file(sample, "monthly-2026-01", "---\nitems: [news/a]\n---\nHello\n")

    assert listed(run, sample)["monthly-2026-01"]["state"] == "held"


def test_a_broken_file_stops_every_issue_and_the_list_says_so(run: Run, sample: Path) -> None:
    (sample / "content" / "news" / "broken.md").write_text("---\ntitle: [\n---\n", encoding="utf-8")

    rows = listed(run, sample)

    assert {row["state"] for row in rows.values()} == {"held"}
    assert all(row["reason"].startswith("content/news/broken.md:") for row in rows.values())


@pytest.mark.parametrize("command", ["check", "build", "draft", "status", "approve"])
def test_a_month_that_does_not_exist_is_explained(run: Run, sample: Path, command: str) -> None:
    result = run(command, "monthly-2026-13", at=sample)

    assert result.status == 1
    assert "`2026-13` is not a month" in result.err


def test_a_special_that_a_person_sends_has_no_due_time(run: Run, sample: Path) -> None:
    write_news(sample, "a")
    special(sample, "news/a")

    row = listed(run, sample)["summer"]

    assert (row["due_at"], row["reason"]) == (None, "a person sends it: newsletter send summer")


def test_two_builds_of_a_special_have_the_same_bytes(run: Run, sample: Path, tmp_path: Path) -> None:
    write_news(sample, "a")
    issue = special(sample, "news/a")

    for name in ("first", "second"):
        built = run("build", issue, "-o", str(tmp_path / name), at=sample)
        assert built.status == 0, built.err

    assert bytes_below(tmp_path / "first") == bytes_below(tmp_path / "second")


def test_what_went_out_is_built_as_it_went_out(run: Run, with_readers: Path, tmp_path: Path) -> None:
    file = write_news(with_readers, "a", title="As it was")
    issue = special(with_readers, "news/a")
    assert run("send", issue, "--yes", at=with_readers).status == 0
    file.write_text(file.read_text().replace("As it was", "Edited since"), encoding="utf-8")

    built = run("build", issue, "-o", str(tmp_path / "o"), at=with_readers)

    page = (tmp_path / "o" / issue / "index.html").read_text(encoding="utf-8")
    assert "frozen when the issue began" in built.err
    assert "As it was" in page
    assert "Edited since" not in page


@pytest.mark.parametrize("command", ["check", "draft", "approve", "unapprove", "release", "test"])
def test_the_files_change_nothing_about_what_went_out(run: Run, with_readers: Path, command: str) -> None:
    write_news(with_readers, "a")
    issue = special(with_readers, "news/a")
    assert run("send", issue, "--yes", at=with_readers).status == 0

    result = run(command, issue, at=with_readers)

    assert result.status == 1
    assert f"{issue} is sent: the files change nothing about it any more" in result.err


def test_an_original_renamed_beside_its_translation_keeps_its_issue(run: Run, with_readers: Path) -> None:
    original = write_news(with_readers, "a", "English", "In English.")
    write_news(with_readers, "a.fr", "Français", "En français.")
    assert run("send", special(with_readers, "news/a"), "--yes", at=with_readers).status == 0
    original.rename(original.with_name("b.md"))

    rows = json.loads(run("items", "--json", at=with_readers).out)

    issues = {
        (row["key"], row["lang"]): row["issue"] for row in rows if row["title"] in {"English", "Français"}
    }
    assert issues == {("news/b", "en"): "summer", ("news/a", "fr"): "summer"}
    assert "already in summer as news/a, renamed since" in run("why", "news/b", at=with_readers).out


def test_a_renamed_digest_has_no_second_issue_for_a_period(run: Run, with_readers: Path) -> None:
    (name,) = listed(run, with_readers)
    assert run("send", name, "--yes", at=with_readers).status == 0
    settings = with_readers / "newsletter.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(
        text.replace("[digests.monthly]", '[digests.network]\nrename_from = "monthly"'), encoding="utf-8"
    )
    renamed = name.replace("monthly", "network")

    again = run("send", renamed, "--yes", at=with_readers)

    rows = listed(run, with_readers)
    assert "nothing was sent now" in again.out
    assert rows[name]["state"] == "sent"
    assert renamed not in rows
    assert f"`{name}`: The digest has another key now" not in run("status", name, at=with_readers).err


def test_readers_of_a_renamed_digest_get_its_next_issue(run: Run, with_readers: Path) -> None:
    settings = with_readers / "newsletter.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(
        text.replace("[digests.monthly]", '[digests.network]\nrename_from = "monthly"'), encoding="utf-8"
    )

    (name,) = listed(run, with_readers)
    run("send", name, "--yes", at=with_readers)

    assert len(list((with_readers / "var" / "outbox").rglob("network-*.eml"))) == 3


@pytest.mark.parametrize("place", ["text", "introduction"])
def test_another_picture_in_a_text_voids_the_approval(run: Run, sample: Path, place: str) -> None:
    images = {
        "text": sample / "content" / "news" / "t.png",
        "introduction": sample / "content" / "issues" / "i.png",
    }
    write_news(sample, "a", text="![A chart](t.png)")
    issue = special(sample, "news/a")
    write_issue_file(sample, issue, "---\ndigest: monthly\nitems: [news/a]\n---\n![A map](i.png)\n")
    for image in images.values():
        save_picture(image, "red")
    assert run("approve", issue, at=sample).status == 0
    before = listed(run, sample)[issue]["state"]

    save_picture(images[place], "blue")

    after = listed(run, sample)[issue]
    assert (before, after["state"]) == ("approved", "draft")
    assert images[place].name in after["reason"]


@pytest.mark.parametrize(
    ("command", "words"), [("release", "has no `hold`"), ("unapprove", "has no approval")]
)
def test_what_there_is_not_cannot_be_taken_back(run: Run, sample: Path, command: str, words: str) -> None:
    result = run(command, at=sample)

    assert result.status == 1
    assert words in result.err


def test_an_issue_that_is_late_is_not_let_go_by_a_release(run: Run, sample: Path) -> None:
    write_news(sample, "a")
    write_issue_file(sample, "monthly-2099-01", LATE)

    result = run("release", "monthly-2099-01", at=sample)

    assert "It is held: was due on 2026-01-05" in result.err


def test_the_calendar_says_what_would_be_in_the_next_issue(run: Run, sample: Path) -> None:
    (row,) = json.loads(run("calendar", "--count", "1", "--json", at=sample).out)

    said = run("calendar", "--count", "1", at=sample).out

    assert f"{row['issue']} would have 14 items as the files are now:" in said
    assert "  Green fleet forum" in said
