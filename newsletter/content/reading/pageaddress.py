"""The page of an item on the website: as its front matter writes it, or from the pattern of `[content.links]`."""

import re
from datetime import date
from urllib.parse import quote, urljoin

from newsletter.content.items import Kind
from newsletter.content.urls import UrlError, encoded_url

_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):", re.IGNORECASE)
_PLACEHOLDER = re.compile(r"\{(year|month|day|slug|kind)\}")
#: A site generator's pattern or template (`/:year/:title/`, `/{{ slug }}/`) or its name for one: no address yet.
_PATTERN = re.compile(r"(?:^|/):[a-z]|\{[{%]|\[:|^(?:pretty|date|ordinal|weekdate|none)$")


def is_pattern(text: str) -> bool:
    """Whether *text* is what a site generator makes an address from, not an address."""
    return _PATTERN.search(text) is not None


def web_address(text: str, site_url: str) -> str:
    """Return *text* as an absolute http(s) address; a relative one is one of *site_url*. Raises `UrlError`.

    Relative to *site_url* as to a folder: `a/b` and `/c` of `https://example.org/blog` are
    `https://example.org/blog/a/b` and `https://example.org/c` (RFC 3986, section 5).
    """
    address = text.strip()
    scheme = _SCHEME.match(address)
    if scheme and scheme[1].casefold() not in {"http", "https"}:
        raise UrlError(f"`{scheme[1]}:` does not lead to a web page")
    if address.casefold().startswith("www."):
        raise UrlError("it has no https:// before it and would lead into your own website")
    try:
        absolute = urljoin(site_url.rstrip("/") + "/", address)
    except ValueError as error:
        raise UrlError("it is not a web address") from error
    return encoded_url(absolute)


def page_address(pattern: str, *, slug: str, day: date | None, kind: Kind) -> str | None:
    """Return *pattern* with its placeholders filled; None when it needs a date and there is none."""
    values = {"slug": quote(slug, safe="/~"), "kind": kind.value}
    if day is not None:
        values |= {"year": f"{day.year:04}", "month": f"{day.month:02}", "day": f"{day.day:02}"}
    if not {found[1] for found in _PLACEHOLDER.finditer(pattern)} <= values.keys():
        return None
    return _PLACEHOLDER.sub(lambda found: values[found[1]], pattern)
