"""The sample project: whatever day it is laid out, its next issue is worth looking at."""

import dataclasses
import re
import tomllib
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from PIL import Image

from newsletter.content.topics import TopicMatcher
from newsletter.layout.project import lay_out, resolve
from newsletter.settings import read_settings
from newsletter.settings.model import Newsletter, Settings
from subscribers.keys import new_key

SOURCE = Path(__file__).parent.parent / "templates" / "project"
CONTENT = SOURCE / "content"
#: Two years, one of them a leap year; in the other, February has the fewest days before 1 March.
DAYS = [date(2027, 1, 1) + timedelta(days=number) for number in range(731)]
WHEN = re.compile(r"^(date|updated|start|end|register_by): ([-\d]+|@\S+@)", re.MULTILINE)


def first_tuesday(month: date) -> date:
    first = month.replace(day=1)
    return first + timedelta(days=(1 - first.weekday()) % 7)


def next_due(today: date, *, is_over: bool) -> date:
    """The day of the next issue; *is_over*: today's hour of sending has passed."""
    due = first_tuesday(today)
    if due < today or (due == today and is_over):
        due = first_tuesday(today.replace(day=1) + timedelta(days=32))
    return due


def front_matter(path: Path) -> dict[str, Any]:
    _, front, _ = path.read_text().split("---\n", 2)
    fields = yaml.safe_load(front)
    assert isinstance(fields, dict)
    return fields


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("sample") / "network"
    lay_out(target, source=SOURCE, today=date(2026, 11, 21), keys=(new_key(), new_key()))
    return target


@pytest.fixture(scope="module")
def items(project: Path) -> dict[Path, dict[str, Any]]:
    return {path: front_matter(path) for path in sorted((project / "content").rglob("*.md"))}


@pytest.fixture(scope="module")
def settings(project: Path) -> Settings:
    return read_settings(project, {})


@pytest.mark.parametrize("is_over", [False, True])
def test_the_next_issue_has_news_reports_and_announcements_on_every_day(*, is_over: bool) -> None:
    templates = {
        folder: [path.read_text() for path in (CONTENT / folder).rglob("*.md") if ".fr." not in path.name]
        for folder in ("news", "events")
    }

    for today in DAYS:
        due, since = next_due(today, is_over=is_over), date.fromisoformat(resolve("@since@", today=today))
        dates = {
            folder: [
                {name: date.fromisoformat(day) for name, day in WHEN.findall(resolve(text, today=today))}
                for text in texts
            ]
            for folder, texts in templates.items()
        }
        published = [news for news in dates["news"] if since <= news["date"] < today]
        newest = max(news["date"] for news in published)
        reports = [
            event
            for event in dates["events"]
            if "date" in event
            and since <= event["start"] <= event.get("end", event["start"]) < today
            and event["start"] <= event.get("updated", event["date"]) < today
        ]
        upcoming = [event for event in dates["events"] if due < event["start"] < today + timedelta(days=66)]

        assert len(published) == len(dates["news"]) >= 8, today
        assert newest >= today - timedelta(days=9), today
        assert len(reports) == 2, today
        assert len(upcoming) == 3, today
        assert all(event.get("register_by", due) >= due for event in upcoming), today


def test_nothing_in_the_sample_happens_on_a_weekend() -> None:
    days = [day for path in CONTENT.rglob("*.md") for _, day in WHEN.findall(path.read_text())]

    assert days
    assert [day for day in days if not re.match(r"@(mon|tue|wed|thu|fri)", day)] == []


def test_every_item_is_marked_as_sample(items: Mapping[Path, Mapping[str, Any]]) -> None:
    assert [path.name for path, item in items.items() if item.get("sample") is not True] == []


def test_every_item_has_what_an_editor_would_fill_in(items: Mapping[Path, Mapping[str, Any]]) -> None:
    for path, item in items.items():
        assert item["title"], path
        assert "image" not in item or len(item["image_alt"]) > 40, path
        assert "image" not in item or (path.parent / item["image"]).is_file(), path


def test_news_is_named_after_its_date_and_events_after_their_start(
    items: Mapping[Path, Mapping[str, Any]],
) -> None:
    for path, item in items.items():
        name = path.parent.name if path.stem.startswith("index") else path.name
        day = item["start"] if "start" in item else item["date"]

        assert name.startswith(str(day)[:10]), path


def test_translations_agree_on_everything_but_words(items: Mapping[Path, Mapping[str, Any]]) -> None:
    worded = {"title", "summary", "image_alt", "location", "link", "register"}
    french = [path for path in items if ".fr." in path.name]

    assert len(french) >= 6
    for path in french:
        original = items[path.with_name(path.name.replace(".fr.", "."))]
        assert items[path].keys() == original.keys(), path
        assert {key: value for key, value in items[path].items() if key not in worded} == {
            key: value for key, value in original.items() if key not in worded
        }, path


def test_some_items_have_no_french_version(items: Mapping[Path, Mapping[str, Any]]) -> None:
    english = [path for path in items if ".fr." not in path.name]

    assert [path for path in english if path.with_name(path.name.replace(".md", ".fr.md")) not in items]


def test_three_readers_with_different_choices_get_different_items(
    items: Mapping[Path, Mapping[str, Any]], settings: Settings
) -> None:
    matcher = TopicMatcher(tuple(settings.topics.values()))
    of_item = {
        path: matcher.match(item.get("topics", []))[0]
        for path, item in items.items()
        if ".fr." not in path.name
    }

    lists = {
        frozenset(path for path, topics in of_item.items() if not topics or wanted & set(topics))
        for wanted in ({"ai", "procurement"}, {"drones"}, {"green"}, set(settings.topics))
    }

    assert len(lists) == 4
    assert all(len(chosen) >= 5 for chosen in lists)


def test_every_topic_that_a_sample_names_can_be_chosen(
    items: Mapping[Path, Mapping[str, Any]], settings: Settings
) -> None:
    matcher = TopicMatcher(tuple(settings.topics.values()))

    unknown = {tag for item in items.values() for tag in matcher.match(item.get("topics", []))[1]}

    assert unknown == set()


def test_topics_have_a_label_in_every_language(settings: Settings) -> None:
    for topic in settings.topics.values():
        assert set(topic.labels) == set(settings.newsletter.languages)


def test_the_settings_show_every_key_of_the_newsletter(project: Path) -> None:
    table = tomllib.loads((project / "newsletter.toml").read_text())

    assert set(table["newsletter"]) == {field.name.rstrip("_") for field in dataclasses.fields(Newsletter)}


def test_what_is_commented_out_in_the_settings_is_valid(project: Path, tmp_path: Path) -> None:
    text = (project / "newsletter.toml").read_text()
    active = re.sub(r"^# (?=\[|[a-z_]+ = )", "", text, flags=re.MULTILINE)
    (tmp_path / "newsletter.toml").write_text(active)

    settings = read_settings(tmp_path, {})

    assert settings.site.privacy_url
    assert settings.content.links["news"]


def test_french_signs_are_never_parted_from_their_word(project: Path) -> None:
    for path in project.rglob("*.fr.md"):
        body = path.read_text().split("---\n", 2)[2]
        assert re.findall(r".{0,12} [;:!?»](?=\s)|« .{0,12}|\w[;!?](?=\s)", body) == [], path


def test_one_item_is_printed_whole_and_shows_what_markdown_can_do(
    items: Mapping[Path, Mapping[str, Any]],
) -> None:
    whole = [path for path, item in items.items() if "link" not in item]

    assert whole
    for path in whole:
        text = path.read_text()
        assert all(mark in text for mark in ("\n> ", "\n- ", "\n| ", "[^"))


@pytest.mark.parametrize("path", sorted(CONTENT.glob("*/*/*.png")), ids=lambda path: path.name)
def test_pictures_are_sharp_and_light(path: Path) -> None:
    with Image.open(path) as picture:
        assert picture.size == (1200, 676)

    assert path.stat().st_size < 120_000


@pytest.mark.parametrize("name", ["logo.png", "logo-dark.png"])
def test_logos_are_three_to_one_and_transparent(name: str) -> None:
    with Image.open(CONTENT / "images" / name) as logo:
        assert logo.width == 3 * logo.height
        assert logo.convert("RGBA").getpixel((logo.width - 1, 0)) == (0, 0, 0, 0)
