"""`newsletter items` and `newsletter why`: no file of the content folder goes missing."""

import json
from pathlib import Path

import pytest

from tests.command_line import Run

BROKEN = "content/news/2026-11-03-broken.md"


@pytest.fixture
def with_broken_file(sample: Path) -> Path:
    (sample / BROKEN).write_text("---\ntitle: [x\n---\nText\n", encoding="utf-8")
    return sample


def test_a_file_that_gave_no_item_has_a_row_with_its_problems(run: Run, with_broken_file: Path) -> None:
    rows = json.loads(run("items", "--json", at=with_broken_file).out)

    assert [row["path"] for row in rows] == sorted(row["path"] for row in rows)
    (row,) = (row for row in rows if row["path"] == BROKEN)
    assert (row["key"], row["kind"], row["title"]) == ("news/2026-11-03-broken", "news", "")
    (problem,) = row["problems"]
    assert (problem["level"], problem["rule"], problem["line"]) == ("error", "front-matter", 2)


def test_the_list_names_it_among_the_problems_only(run: Run, with_broken_file: Path) -> None:
    result = run("items", at=with_broken_file)

    assert "2026-11-03-broken" not in result.out
    assert f"error: {BROKEN}:2:" in result.err


@pytest.mark.parametrize("reference", [BROKEN, "news/2026-11-03-broken.md", "news/2026-11-03-broken"])
def test_why_says_that_a_file_gave_no_item_and_why(run: Run, with_broken_file: Path, reference: str) -> None:
    result = run("why", reference, at=with_broken_file)

    assert result.status == 1
    assert f"{BROKEN} gave no item.\n{BROKEN}:2: " in result.err
    assert 'title: "[x"' in result.err


def test_why_says_that_a_date_is_ambiguous(run: Run, sample: Path) -> None:
    (sample / "content/news/a.md").write_text(
        "---\ntitle: x\ndate: 03/04/2026\n---\nText\n", encoding="utf-8"
    )

    result = run("why", "news/a", at=sample)

    assert "ambiguous: day first it is 2026-04-03, month first it is 2026-03-04" in result.out
    assert "Write 2026-04-03 or 2026-03-04." in result.out


def test_a_remark_that_many_files_share_is_made_once(run: Run, sample: Path) -> None:
    for number in range(9):
        text = f"---\ntitle: T{number}\ndate: 2026-01-0{number + 1}\nlayout: post\n---\nText\n"
        (sample / f"content/news/post-{number}.md").write_text(text, encoding="utf-8")

    said = run("items", at=sample).err

    assert said.count("Not used here: layout.") == 2
    assert "info: … and the same of 7 more." in said
