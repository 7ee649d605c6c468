"""The topics and tags of an item, from every field that site generators keep them in."""

import re

from newsletter.content.fields.reader import FieldReader, as_text
from newsletter.content.frontmatter.rawfields import Value
from newsletter.content.topics import TopicMatcher


def read_topics(reader: FieldReader, matcher: TopicMatcher) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the keys of the known topics that the file names, and its other tags as written."""
    tags: list[str] = []
    for name in ("topics", "tags", "categories"):
        for found in reader.every(name):
            reader.lines.setdefault("topics", found.line or 1)
            tags.extend(_tags(found.value, matcher))
    return matcher.match(tags)


def _tags(value: Value, matcher: TopicMatcher) -> list[str]:
    if isinstance(value, list):
        return [text for each in value if (text := as_text(each))]
    parts = [part.strip() for part in re.split(r"[,;]", as_text(value) or "") if part.strip()]
    if len(parts) == 1:
        # Jekyll reads `tags: finance green` as two tags; the name of a topic may have a space, too.
        words = parts[0].split()
        if not matcher.match(parts)[0] and matcher.match(words)[0]:
            return words
    return parts
