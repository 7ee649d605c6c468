"""The rule on items that tell the same: readers would get it twice in one mail."""

from collections.abc import Hashable, Iterable, Iterator

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


def _pairs(items: Iterable[Item]) -> Iterator[tuple[Item, Item, str]]:
    """Yield each item that says what an earlier one says, with that one and the field that is the same."""
    seen: dict[tuple[str, Hashable], list[Item]] = {}
    for item in items:
        marks = list(_marks(item))
        alike = ((earlier, mark[0]) for mark in marks for earlier in seen.get(mark, ()))
        for earlier, field in alike:
            if not _are_a_series(earlier, item):
                yield item, earlier, field
                break
        for mark in marks:
            seen.setdefault(mark, []).append(item)


def _marks(item: Item) -> Iterator[tuple[str, Hashable]]:
    """Yield by what *item* is recognised: a field, and what it says however it is written."""
    if title := fold(item.title):
        yield "title", title
    if item.link:
        yield "link", page_name(item.link)
    if item.body.strip():
        yield "body", item.body_hash


def _are_a_series(one: Item, other: Item) -> bool:
    """Whether these are events of one series, which share a name and a page."""
    return isinstance(one, EventReport) and isinstance(other, EventReport) and one.start != other.start


RULES = (Rule(name="duplicate-item", levels=(Level.WARNING,), find=_duplicate_item),)
