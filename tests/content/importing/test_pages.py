"""Pages as editors have them: what the import finds in each, field by field."""

import json
import socket
from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from newsletter.content.files.itemfile import parse_item
from newsletter.content.importing.fileform import source_comment, write_page
from newsletter.content.importing.page import ImportRules, Page, read_page
from newsletter.content.importing.source import read_source
from newsletter.content.items import EventReport, Kind, When
from newsletter.content.rules import ContentRules
from newsletter.content.topics import TopicMatcher
from newsletter.errors import NewsletterError

PAGES = Path(__file__).parent / "pages"
EXPECTED: Mapping[str, Mapping[str, Any]] = json.loads(
    (Path(__file__).parent / "expected.json").read_text("utf-8")
)
RULES = ImportRules(zone=ZoneInfo("Europe/Brussels"), today=date(2026, 11, 22))


@cache
def read(name: str, rules: ImportRules = RULES) -> Page:
    return read_page(read_source((PAGES / name).read_bytes(), name), rules)


def text_of(when: When | None) -> str:
    return when.isoformat("T", "minutes") if isinstance(when, datetime) else str(when or "")


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_every_field_of_a_page_is_found(name: str) -> None:
    expected = EXPECTED[name]

    page = read(name)

    facts = page.facts
    found = {
        "title": facts.title,
        "kind": str(page.kind),
        "start": text_of(facts.start),
        "end": text_of(facts.end),
        "location": facts.location,
        "published": text_of(facts.published) if "published" in expected or page.kind is Kind.EVENT else "",
        "register": facts.register,
        "register_by": text_of(facts.register_by),
        "tags": sorted(facts.tags),
        "link": facts.link,
    }
    wanted = {name: expected.get(name, "") for name in found} | {"tags": sorted(expected.get("tags", []))}
    assert found == wanted


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_the_text_is_recovered_and_what_stands_around_it_is_left_out(name: str) -> None:
    body = read(name).body

    assert [words for words in EXPECTED[name]["has"] if words not in body] == []
    assert [words for words in EXPECTED[name]["lacks"] if words in body] == []
    assert EXPECTED[name]["title"] not in body.splitlines()
    assert f"# {EXPECTED[name]['title']}" not in body


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_the_file_is_read_again_as_it_was_meant(name: str) -> None:
    page = read(name)

    written = write_page(
        page, comment=source_comment(name, "0" * 12), lang="", topics=(), tags=page.facts.tags
    )

    parsed = parse_item(f"content/{page.kind}s/2026-01-01-x.md", written.text.encode(), content_rules())
    item = parsed.item
    assert item is not None
    assert parsed.problems == ()
    assert (item.title, item.kind, item.tags) == (page.facts.title, page.kind, page.facts.tags)
    assert item.date == page.facts.published
    assert item.body.strip() == page.body.strip()
    if isinstance(item, EventReport):
        assert item.location == page.facts.location
        assert item.start is not None
        assert item.start.isoformat()[:10] == text_of(page.facts.start)[:10]


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_a_doubt_names_the_line_that_holds_its_field(name: str) -> None:
    page = read(name)

    written = write_page(page, comment=source_comment(name, "0" * 12), lang="", topics=(), tags=())

    lines = written.text.splitlines()
    for doubt in written.doubts:
        assert lines[doubt.line - 1].lstrip("# ").startswith(f"{doubt.field}: ")
        assert "# check: " in lines[doubt.line - 1]
    guessed = {"date" if name == "published" else name for name in page.guesses}
    assert {doubt.field for doubt in written.doubts} >= guessed
    assert ("draft: true" in written.text) == bool(written.doubts)


def test_what_a_text_says_of_itself_is_no_guess() -> None:
    page = read("announcement.txt")

    assert set(page.guesses) == {"kind"}


def test_a_month_without_a_day_is_the_first_and_to_be_checked() -> None:
    text = "Meeting of experts in Bled, May 2023\n\nThe experts met in Bled to talk about the work of the past year.\n"

    page = read_page(read_source(text.encode(), "page.txt"), RULES)

    assert (page.kind, page.facts.start, page.facts.end) == (Kind.EVENT, date(2023, 5, 1), None)
    assert page.guesses["start"] == "the page says “May 2023”: write the day"


def test_what_the_editor_says_it_is_goes_before_what_it_looks_like() -> None:
    rules = ImportRules(zone=RULES.zone, today=RULES.today, kind=Kind.NEWS)

    page = read("wordpress-report.html", rules)

    assert (page.kind, page.facts.start, page.facts.published) == (Kind.NEWS, None, date(2025, 6, 24))
    assert "kind" not in page.guesses


def test_an_event_without_a_day_starts_when_it_was_published_and_is_to_be_checked() -> None:
    rules = ImportRules(zone=RULES.zone, today=RULES.today, kind=Kind.EVENT)

    page = read("noticia.txt", rules)

    assert page.facts.start == date(2026, 2, 5)
    assert page.guesses["start"] == "the page names no day; this is the day of its publication"


def test_a_way_to_register_is_kept_only_while_the_event_lies_ahead() -> None:
    later = ImportRules(zone=RULES.zone, today=date(2027, 2, 1))

    assert read("announcement.txt").facts.register == "https://forms.example.eu/ai-act-labs"
    assert read("announcement.txt", later).facts.register == ""


def test_what_is_left_out_is_listed_with_its_line_and_its_beginning() -> None:
    left = read("menu-and-cards.txt").left_out

    assert [(each.line, each.count, each.begins) for each in left] == [
        (1, 13, "Skip to main content"),
        (29, 15, "Related news"),
    ]


def test_a_line_whose_link_was_lost_is_to_be_checked() -> None:
    text = (
        "New handbook on searches\n\nThe handbook tells officers what to look for, and where they find it.\n\n"
        "More about the handbook:\n\nIt was written by officers from four countries, who took two years for it. "
        "Each chapter begins with a case, and ends with a list of what is often overlooked in such cases.\n"
    )

    page = read_page(read_source(text.encode(), "page.txt"), RULES)

    assert (
        "“More about the handbook:” ends in a colon, and nothing follows: perhaps a link was lost.",
        5,
    ) in page.remarks


@pytest.mark.parametrize("tag", ["div", "b", "ul"])
def test_a_page_that_is_nested_too_deeply_is_refused_and_none_of_it_lost_unnoticed(tag: str) -> None:
    html = f"<html><body><h1>A page with a title</h1>{f'<{tag}>' * 2000}<p>The text of it.</p></body></html>"

    with pytest.raises(NewsletterError) as error:
        read_page(read_source(html.encode(), "page.html"), RULES)

    assert "page.html is nested deeper than any page" in str(error.value)


def test_a_way_to_register_for_an_event_that_is_over_stays_in_the_text() -> None:
    text = (
        "Workshop on number plates in Ghent\n\nThe workshop will be held in Ghent on 3 March 2026, and is open to all.\n\n"
        "Registration: https://forms.example.org/plates\n"
    )
    before = ImportRules(zone=RULES.zone, today=date(2026, 2, 1))

    ahead = read_page(read_source(text.encode(), "page.txt"), before)
    over = read_page(read_source(text.encode(), "page.txt"), RULES)

    assert (ahead.facts.register, "forms.example" in ahead.body) == (
        "https://forms.example.org/plates",
        False,
    )
    assert (over.facts.register, "forms.example" in over.body) == ("", True)


def test_nothing_that_a_page_names_is_fetched_and_none_of_its_scripts_remains() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.1)
        here = f"http://127.0.0.1:{server.getsockname()[1]}"
        html = (
            f'<!DOCTYPE html [<!ENTITY x SYSTEM "{here}/entity">]><html><head><base href="{here}/"><title>A page</title>'
            f'<link rel="canonical" href="{here}/page"><link rel="stylesheet" href="{here}/a.css"><script src="{here}/a.js">'
            f"</script></head><body><h1>A page with a title</h1><p>&x; The first sentence of this page has words enough to be "
            f'one.</p><img src="{here}/a.png" onerror="alert(1)"><iframe src="{here}/frame"></iframe><p>And <a href='
            '"javascript:alert(1)">a second</a> one, <a href="data:text/html,x">with links</a> that lead nowhere.</p></body></html>'
        )

        page = read_page(read_source(html.encode(), "page.html"), RULES)

        with pytest.raises(TimeoutError):
            server.accept()
    assert "And a second one, with links that lead nowhere." in page.body
    assert "alert" not in page.body


def content_rules() -> ContentRules:
    return ContentRules(
        root=Path(),
        timezone=ZoneInfo("Europe/Brussels"),
        topics=TopicMatcher(()),
        site_url="https://example.org",
    )
