"""What the tests of reading share: rules, and one file's text into an item."""

from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

from newsletter.content.files.itemfile import ParsedFile, parse_item
from newsletter.content.items import EventReport, Item
from newsletter.content.rules import ContentRules
from newsletter.content.topics import Topic, TopicMatcher
from newsletter.errors import Problem

RULES = ContentRules(
    root=Path("project"),
    languages=("en", "fr"),
    timezone=ZoneInfo("Europe/Brussels"),
    topics=TopicMatcher(
        (
            Topic(
                key="finance",
                labels={"en": "Financial investigation", "fr": "Enquêtes financières"},
                aliases=("follow the money",),
            ),
            Topic(key="green", labels={"en": "Green policing"}),
        )
    ),
    site_url="https://example.org",
)
NEWS = "content/news/2026-11-03-title.md"
EVENT = "content/events/2026-10-08-meeting.md"


def rules_in(root: Path, *, folder: str = "content") -> ContentRules:
    return replace(RULES, root=root, folder=folder)


def parsed(text: str, path: str = NEWS, rules: ContentRules = RULES) -> ParsedFile:
    return parse_item(path, text.encode(), rules)


def item_of(text: str, path: str = NEWS, rules: ContentRules = RULES) -> Item:
    item = parsed(text, path, rules).item
    assert item is not None
    return item


def event_of(text: str, path: str = EVENT, rules: ContentRules = RULES) -> EventReport:
    item = item_of(text, path, rules)
    assert isinstance(item, EventReport)
    return item


def problem_of(text: str, rule: str, path: str = NEWS, rules: ContentRules = RULES) -> Problem:
    """Return the only problem of *rule*."""
    found = [problem for problem in parsed(text, path, rules).problems if problem.rule == rule]
    assert len(found) == 1, parsed(text, path, rules).problems
    return found[0]


def rules_of(text: str, path: str = NEWS) -> list[str]:
    """Return the rules that the file breaks."""
    return [problem.rule for problem in parsed(text, path).problems]
