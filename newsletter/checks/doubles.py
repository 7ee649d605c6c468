"""The rule on items that tell the same: readers would get it twice in one mail."""

from collections.abc import Iterator, Sequence

from newsletter.checks.origin import of_field, quoted
from newsletter.checks.proof import Proof
from newsletter.checks.rule import Finding, Rule
from newsletter.checks.webaddress import page_name
from newsletter.content.items import EventReport, Item
from newsletter.content.topics import fold
from newsletter.errors import Level


def _duplicate_item(proof: Proof) -> Iterator[Finding]:
    for lang in proof.issue.languages:
        items = [story.versions[lang] for story in proof.issue.stories if lang in story.versions]
        for item, earlier, field in _pairs(items):
            yield Finding(
                level=Level.WARNING,
                message=f"{quoted(item)} has the same {field} as {earlier.path}: readers would get it twice.",
                help="Remove one, name it under `exclude` in the issue file, or change what is the same.",
                origin=of_field(item, field),
            )


def _pairs(items: Sequence[Item]) -> Iterator[tuple[Item, Item, str]]:
    """Yield each item that says what an earlier one says, with that one and the field that is the same."""
    for number, item in enumerate(items):
        for earlier in items[:number]:
            if field := _shared_field(earlier, item):
                yield item, earlier, field
                break


def _shared_field(one: Item, other: Item) -> str:
    """Return in which field two items are the same, "" when they are different things."""
    if isinstance(one, EventReport) and isinstance(other, EventReport) and one.start != other.start:
        # A series: each of its events has the same name and page.
        return ""
    if fold(one.title) and fold(one.title) == fold(other.title):
        return "title"
    if one.link and other.link and page_name(one.link) == page_name(other.link):
        return "link"
    return "body" if one.body.strip() and one.body_hash == other.body_hash else ""


RULES = (Rule(name="duplicate-item", levels=(Level.WARNING,), find=_duplicate_item),)
