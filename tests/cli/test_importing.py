"""`newsletter import`, as an editor types it."""

import io
import json
import re
import sys
from pathlib import Path

import pytest

from tests.command_line import Run, typed

PAGES = Path(__file__).parents[1] / "content" / "importing" / "pages"
TEXT = """\
Workshop on vehicle data in Ghent

Published on 20 March 2026

Thirty experts on green fleets met in Ghent on 12 and 13 March 2026 to compare what cars remember, and for how long.

#GreenPolicing #VehicleData
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    typed("init", str(tmp_path / "project"), "--empty", at=tmp_path)
    settings = tmp_path / "project" / "newsletter.toml"
    text = settings.read_text("utf-8").replace('languages = ["en"]', 'languages = ["en", "fr"]')
    settings.write_text(text, encoding="utf-8")
    return tmp_path / "project"


def rows(run: Run, project: Path) -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(run("items", "--json", at=project).out)
    return found


def test_a_page_becomes_a_content_file_and_what_to_check_is_listed(run: Run, project: Path) -> None:
    (project / "page.txt").write_text(TEXT, encoding="utf-8")

    result = run("import", "page.txt", at=project)

    path = project / "content" / "events" / "2026-03-12-workshop-on-vehicle-data-in-ghent.md"
    assert (result.status, result.out) == (0, f"{path}\n")
    assert path.read_text("utf-8").splitlines()[1].startswith("# imported from page.txt (")
    assert result.err.splitlines() == [
        "  check line 4, kind event: its title, its words and its dates read like that",
        "  check line 5, start 2026-03-12: the page says “12 and 13 March 2026” (page.txt:5)",
        "  check line 7, location Ghent: the text names this place beside the event (page.txt:1)",
    ]
    (row,) = rows(run, project)
    assert row["problems"] == []
    assert (row["kind"], row["start"], row["end"], row["location"]) == (
        "event",
        "2026-03-12",
        "2026-03-13",
        "Ghent",
    )
    assert (row["date"], row["draft"]) == ("2026-03-20", True)
    # A hashtag that names a topic is that topic.
    assert (row["topics"], row["tags"]) == (["green"], ["VehicleData"])


def test_importing_twice_says_where_it_is_and_changes_nothing(run: Run, project: Path) -> None:
    (project / "page.txt").write_text(TEXT, encoding="utf-8")
    path = Path(run("import", "page.txt", at=project).out.strip())
    path.write_text(path.read_text("utf-8").replace("draft: true", "draft: false"), encoding="utf-8")
    moved = path.rename(path.with_name("2026-03-12-renamed.md"))
    before = moved.read_bytes()

    result = run("import", "page.txt", at=project)

    assert (result.status, result.out) == (0, "")
    assert (
        "page.txt is there already: content/events/2026-03-12-renamed.md. Nothing was written" in result.err
    )
    assert moved.read_bytes() == before
    assert len(list((project / "content").rglob("*.md"))) == 1


def test_a_page_saved_once_more_is_known_by_its_address(run: Run, project: Path) -> None:
    html = (PAGES / "drupal-agency-news.html").read_text("utf-8")
    (project / "one.html").write_text(html, encoding="utf-8")
    (project / "two.html").write_text(html.replace("new edition", "newest edition"), encoding="utf-8")

    result = run("import", "one.html", "two.html", at=project)

    assert result.status == 0
    assert len(result.out.splitlines()) == 1
    assert "two.html is there already: content/news/2026-02-09-guidance" in result.err


def test_another_page_of_the_same_name_gets_a_name_of_its_own(run: Run, project: Path) -> None:
    (project / "one.txt").write_text(TEXT, encoding="utf-8")
    (project / "two.txt").write_text(TEXT.replace("Thirty", "Forty"), encoding="utf-8")

    result = run("import", "one.txt", "two.txt", at=project)

    names = [Path(line).name for line in result.out.splitlines()]
    assert names == [
        "2026-03-12-workshop-on-vehicle-data-in-ghent.md",
        "2026-03-12-workshop-on-vehicle-data-in-ghent-2.md",
    ]


def test_a_bad_file_stops_no_other_and_fails_the_command(run: Run, project: Path) -> None:
    (project / "empty.txt").write_bytes(b"")
    (project / "page.pdf").write_bytes(b"%PDF-1.7\n")
    (project / "login.html").write_text(
        "<html><body><form><label>Name</label><input><input type='password'></form></body></html>"
    )
    (project / "script.html").write_text(
        "<html><body><div id='app'></div><script>go()</script></body></html>"
    )
    (project / "good.txt").write_text(TEXT, encoding="utf-8")
    names = ["empty.txt", "page.pdf", "login.html", "script.html", "missing.txt", "content", "good.txt"]

    result = run("import", *names, at=project)

    assert result.status == 1
    assert len(result.out.splitlines()) == 1
    said = result.err.splitlines()
    assert said[0].startswith("empty.txt is empty.")
    assert said[1].startswith("page.pdf is a PDF")
    assert said[2].startswith("login.html has only a form to log in.")
    assert said[3].startswith("script.html has no text: perhaps a script fills it")
    assert said[4] == "There is no file missing.txt."
    assert said[5].startswith("content is a folder. Name the pages in it")
    assert len(list((project / "content").rglob("*.*"))) == 1


def test_standard_input_is_a_page_too(run: Run, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(TEXT.encode())))

    result = run("import", "-", at=project)

    assert result.status == 0
    assert "# imported from standard input (" in Path(result.out.strip()).read_text("utf-8")


def test_the_editor_may_say_what_a_page_is(run: Run, project: Path) -> None:
    (project / "page.txt").write_text(TEXT, encoding="utf-8")

    result = run("import", "page.txt", "--kind", "news", at=project)

    assert Path(result.out.strip()).parent.name == "news"
    (row,) = rows(run, project)
    assert (row["kind"], row["date"], row["draft"]) == ("news", "2026-03-20", False)


def test_a_page_in_another_language_of_the_newsletter_says_so(run: Run, project: Path) -> None:
    result = run("import", str(PAGES / "ministere-communique.html"), str(PAGES / "bericht.txt"), at=project)

    assert result.status == 0
    langs = {str(row["title"])[:3]: row["lang"] for row in rows(run, project)}
    # German is none of this newsletter's.
    assert langs == {"Les": "fr", "Tre": "en"}


def test_many_pages_together_are_items_without_problems_and_make_an_issue(run: Run, project: Path) -> None:
    # What is in each of them is seen in tests/content/importing.
    names = sorted(str(page) for page in PAGES.iterdir())[::3]

    result = run("import", *names, at=project)

    assert result.status == 0
    found = rows(run, project)
    assert len(found) == len(names)
    assert [row["problems"] for row in found if row["problems"]] == []
    for row in found:
        path = project / str(row["path"])
        text = path.read_text("utf-8").replace("draft: true", "draft: false")
        path.write_text(text.replace("# date:", "date:"), encoding="utf-8")
    settings = project / "newsletter.toml"
    text = re.sub(r"^since = \S+", "since = 2000-01-01", settings.read_text("utf-8"), flags=re.MULTILINE)
    settings.write_text(text, encoding="utf-8")
    assert run("check", at=project).status == 0
    assert run("build", at=project).status == 0


def test_a_place_that_news_has_no_field_for_is_told(run: Run, project: Path) -> None:
    text = (
        "Vacancy: data analyst for the forensic laboratory\n\nLocation: Vienna\nPublished on 3 November 2026\n\n"
        "The laboratory is looking for a data analyst who can read what cars and phones have written down.\n"
    )
    (project / "page.txt").write_text(text, encoding="utf-8")

    result = run("import", "page.txt", at=project)

    assert "content/news/2026-11-03-vacancy" in result.out
    assert "page.txt:3: The page names a place, “Vienna”, which is left out" in result.err
