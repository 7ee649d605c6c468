"""The page of an item on the website: as its front matter writes it, or from the pattern of `[content.links]`."""

import re
from datetime import date
from urllib.parse import quote

from newsletter.content.items import Kind

_PLACEHOLDER = re.compile(r"\{(year|month|day|slug|kind)\}")
#: A site generator's pattern or template (`/:year/:title/`, `/{{ slug }}/`) or its name for one: no address yet.
_PATTERN = re.compile(r"(?:^|/):[a-z]|\{[{%]|\[:[a-z]|^(?:pretty|date|ordinal|weekdate|none)$")


def is_pattern(text: str) -> bool:
    """Whether *text* is what a site generator makes an address from, not an address."""
    return (_PATTERN.search(text) or _PLACEHOLDER.search(text)) is not None


def page_address(pattern: str, *, slug: str, day: date | None, kind: Kind) -> str | None:
    """Return *pattern* with its placeholders filled; None when it needs a date and there is none."""
    values = {"slug": quote(slug, safe="/~"), "kind": kind.value}
    if day is not None:
        values |= {"year": f"{day.year:04}", "month": f"{day.month:02}", "day": f"{day.day:02}"}
    if not {found[1] for found in _PLACEHOLDER.finditer(pattern)} <= values.keys():
        return None
    return _PLACEHOLDER.sub(lambda found: values[found[1]], pattern)
