"""Hashtags: what they name, and the lines that hold nothing else."""

import re
from collections.abc import Iterable

from newsletter.content.importing.furniture import is_category

#: `#2025` and `#1` number things; `page#part` is an address.
_HASHTAG = re.compile(r"(?<![\w&/#])#(?=\w*[^\W\d_])(\w[\w-]*)")
_TAG_LINE = re.compile(r"\W*(?:[##]\w[\w-]*[\s,;|·•]*)+")


def hashtags(texts: Iterable[str]) -> tuple[str, ...]:
    """Return what the hashtags in *texts* name, each once, as written first."""
    found: dict[str, str] = {}
    for text in texts:
        for match in _HASHTAG.finditer(text):
            found.setdefault(match[1].casefold(), match[1].rstrip("-_"))
    return tuple(found.values())


def is_hashtag_line(text: str) -> bool:
    """Whether *text* is nothing but hashtags."""
    return "#" in text and bool(_TAG_LINE.fullmatch(text)) and bool(_HASHTAG.search(text))


def is_tag_line(text: str, tags: Iterable[str]) -> bool:
    """Whether *text* is nothing but some of *tags*."""
    rest = text.casefold()
    for tag in sorted(tags, key=len, reverse=True):
        rest = rest.replace(tag.casefold(), " ")
    return rest != text.casefold() and not re.search(r"\w", rest)


def split_tags(value: str) -> tuple[str, ...]:
    """Return the tags in the *value* of a line such as `Tags: AI, drones`."""
    if tags := hashtags([value]):
        return tags
    parts: list[str] = re.split(r"\s*[,;|·•/]\s*", value)
    return tuple(part.strip() for part in parts if 1 < len(part.strip()) <= 50 and not is_category(part))
