"""In which order the stories of an issue stand, and which may lead."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from newsletter.content.items import EventReport
from newsletter.issues.file.values import IssueFile
from newsletter.issues.phases import moment, publication, starts_at
from newsletter.issues.values import Story

#: After every weight that an editor gave.
_NO_WEIGHT = (1, 0)


def arrange(stories: Sequence[Story], issue_file: IssueFile, zone: ZoneInfo) -> tuple[Story, ...]:
    """Return *stories* in the order of the mail.

    The order of `items` when the issue file has it. Else: what it names as lead, what is featured, news, reports,
    each by weight and then the newest first; announcements last, the soonest first.
    """
    if issue_file.items is not None:
        by_key = {story.key: story for story in stories}
        return tuple(by_key[reference.key] for reference in issue_file.items if reference.key in by_key)
    named = [reference.key for reference in issue_file.lead]
    told = [story for story in stories if story.is_counted]
    announced = [story for story in stories if not story.is_counted]
    return (
        *sorted(told, key=lambda story: _rank(story, named, zone)),
        *sorted(announced, key=lambda story: (_start(story, zone), story.key)),
    )


def leads(stories: Sequence[Story], issue_file: IssueFile) -> tuple[str, ...]:
    """Return the keys of *stories*, already in order, that may lead: announcements only when the issue file says so."""
    keys = {story.key for story in stories}
    named = [reference.key for reference in issue_file.lead if reference.key in keys]
    return tuple(dict.fromkeys([*named, *(story.key for story in stories if story.is_counted)]))


def _rank(story: Story, named: Sequence[str], zone: ZoneInfo) -> tuple[object, ...]:
    item = story.item
    published = publication(item, zone) or item.date
    newest_first = -moment(published, zone).timestamp() if published else 0.0
    weight = (0, item.weight) if item.weight else _NO_WEIGHT
    lead = named.index(story.key) if story.key in named else len(named)
    leading = lead < len(named) or item.featured
    return (
        lead,
        not item.featured,
        not leading and isinstance(item, EventReport),
        weight,
        newest_first,
        story.key,
    )


def _start(story: Story, zone: ZoneInfo) -> float:
    item = story.item
    if isinstance(item, EventReport) and item.start is not None:
        return starts_at(item, zone).timestamp()
    return 0.0
