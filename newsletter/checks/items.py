"""Rules on items: what an editor forgot or wrote twice in a content file."""

import difflib
from collections.abc import Iterator
from datetime import timedelta
from typing import cast

from newsletter.checks.proof import Proof
from newsletter.checks.rule import Finding, Rule
from newsletter.checks.webaddress import page_name
from newsletter.content.fields import as_flag
from newsletter.content.items import EventReport, Item
from newsletter.content.rawfields import Value
from newsletter.content.topics import fold
from newsletter.errors import Level
from newsletter.issues.phases import moment
from newsletter.rendering.typography import cut

#: Characters of a title: more than three lines on a telephone.
LONGEST_TITLE = 120
#: Letters from which a title in capitals is more than an abbreviation.
_SHORTEST_CAPITALS = 8
#: Readers open a newsletter over several days.
_SOON = timedelta(days=3)
#: Of `difflib`: one letter of a short word, two of a long one.
_CLOSE = 0.85
#: Paths that are named before the rest is counted.
_NAMED = 3


def is_in_capitals(text: str) -> bool:
    """Whether *text* shouts: a line of words without a small letter."""
    letters = [character for character in text if character.isalpha()]
    return len(letters) >= _SHORTEST_CAPITALS and " " in text and text.isupper()


def _sample_content(proof: Proof) -> Iterator[Finding]:
    samples = [item for item in proof.collection.items if as_flag(cast(Value, item.extra.get("sample")))]
    if not samples:
        return
    shown = {item.path for item in proof.items}
    samples.sort(key=lambda item: item.path not in shown)
    is_shown = samples[0].path in shown
    paths = [item.path for item in samples]
    more = f" and {len(paths) - _NAMED} more" if len(paths) > _NAMED else ""
    count = "1 file is" if len(paths) == 1 else f"{len(paths)} files are"
    yield Finding(
        level=Level.WARNING if is_shown else Level.INFO,
        message=f"{count} sample content: {', '.join(paths[:_NAMED])}{more}.",
        path=paths[0],
        line=samples[0].lines.get("sample"),
        help="Remove the files, or take `sample: true` out of those that you made your own.",
    )


def _duplicate_item(proof: Proof) -> Iterator[Finding]:
    for lang in proof.issue.languages:
        items = [story.versions[lang] for story in proof.issue.stories if lang in story.versions]
        for number, item in enumerate(items):
            for earlier in items[:number]:
                if shared := _shared(earlier, item):
                    yield Finding(
                        level=Level.WARNING,
                        message=f"has the same {shared} as {earlier.path}: readers would get it twice.",
                        path=item.path,
                        line=item.lines.get(shared),
                        help="Remove one, name it under `exclude` in the issue file, or change what is the same.",
                    )
                    break


def _shared(one: Item, other: Item) -> str:
    """Return in which field two items are the same, "" when they are different things."""
    if isinstance(one, EventReport) and isinstance(other, EventReport) and one.start != other.start:
        # A series: each of its events has the same name and page.
        return ""
    if fold(one.title) and fold(one.title) == fold(other.title):
        return "title"
    if one.link and other.link and page_name(one.link) == page_name(other.link):
        return "link"
    return "body" if one.body.strip() and one.body_hash == other.body_hash else ""


def _unknown_topic(proof: Proof) -> Iterator[Finding]:
    names = {
        fold(name): topic.key
        for topic in proof.circumstances.topics
        for name in (topic.key, *topic.labels.values(), *topic.aliases)
    }
    if not names:
        return
    for item in proof.items:
        for tag in item.tags:
            near = difflib.get_close_matches(fold(tag), names, n=1, cutoff=_CLOSE)
            if near or _names_topics_alone(item):
                known = ", ".join(topic.key for topic in proof.circumstances.topics)
                yield Finding(
                    level=Level.WARNING,
                    message=f"`{cut(tag, 60)}` is no topic that readers can choose.",
                    path=item.path,
                    line=_line_of_tag(item),
                    help=f"Did you mean `{names[near[0]]}`?"
                    if near
                    else f"Write one of {known}, add it to [topics] in newsletter.toml, or write it under `tags`.",
                )


def _names_topics_alone(item: Item) -> bool:
    """Whether every tag of *item* stands under `topics`, where only what can be chosen is meant to stand."""
    return "topics" in item.lines and not item.lines.keys() & {"tags", "categories"}


def _line_of_tag(item: Item) -> int | None:
    return next(
        (item.lines[name] for name in ("topics", "tags", "categories") if name in item.lines), None
    )


def _missing_link(proof: Proof) -> Iterator[Finding]:
    for story in proof.issue.stories:
        for item in story.versions.values():
            if item.link:
                continue
            if item.kind in proof.circumstances.links:
                yield Finding(
                    level=Level.WARNING,
                    message="has no page on the website: [content.links] needs a date that it does not have.",
                    path=item.path,
                    help="Add `date` or `link`.",
                )
            elif not item.body.strip():
                yield Finding(
                    # A date to keep free may be all there is to say of an event that lies ahead.
                    level=Level.WARNING if story.is_counted else Level.INFO,
                    message="has neither a link nor a text: readers cannot read on.",
                    path=item.path,
                    line=item.lines.get("title"),
                    help="Add `link`, write the text, or set [content.links] in newsletter.toml.",
                )


def _long_title(proof: Proof) -> Iterator[Finding]:
    for item in proof.items:
        if len(item.title) > LONGEST_TITLE:
            yield Finding(
                level=Level.WARNING,
                message=f"The title has {len(item.title)} characters.",
                path=item.path,
                line=item.lines.get("title"),
                help=f"Say it in {LONGEST_TITLE} or fewer; the rest belongs in the summary.",
            )


def _title_in_capitals(proof: Proof) -> Iterator[Finding]:
    for item in proof.items:
        if is_in_capitals(item.title):
            yield Finding(
                level=Level.INFO,
                message=f"The title “{cut(item.title, 60)}” is in capitals.",
                path=item.path,
                line=item.lines.get("title"),
                help="Write it in ordinary letters: they are read faster, and screen readers do not spell them.",
            )


def _expires_soon(proof: Proof) -> Iterator[Finding]:
    zone = proof.circumstances.zone
    for item in proof.items:
        if item.expires and moment(item.expires, zone) - proof.sent_at < _SOON:
            yield Finding(
                level=Level.INFO,
                message=f"expires on {item.expires}, when many readers have not opened the mail yet.",
                path=item.path,
                line=item.lines.get("expires"),
                help="Move `expires`, or exclude the item if it would be of no use then.",
            )


RULES = (
    Rule(name="sample-content", levels=(Level.WARNING, Level.INFO), find=_sample_content),
    Rule(name="duplicate-item", levels=(Level.WARNING,), find=_duplicate_item),
    Rule(name="unknown-topic", levels=(Level.WARNING,), find=_unknown_topic),
    Rule(name="missing-link", levels=(Level.WARNING, Level.INFO), find=_missing_link),
    Rule(name="long-title", levels=(Level.WARNING,), find=_long_title),
    Rule(name="title-in-capitals", levels=(Level.INFO,), find=_title_in_capitals),
    Rule(name="expires-soon", levels=(Level.INFO,), find=_expires_soon),
)
