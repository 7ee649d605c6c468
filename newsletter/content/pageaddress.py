"""The page of an item on the website: as its front matter writes it, or from the pattern of `[content.links]`."""

import re
from datetime import date
from urllib.parse import quote, urljoin, urlsplit, urlunsplit

from newsletter.content.items import Kind

_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):", re.IGNORECASE)
_PLACEHOLDER = re.compile(r"\{(year|month|day|slug|kind)\}")
#: What may stand in a path, a query or a fragment as it is; `%` because most addresses are escaped already.
_SAFE = "%/:=&?~#+!$,;'@()*[]"


class AddressError(ValueError):
    """An address that cannot be linked to; the text says why."""


def web_address(text: str, site_url: str) -> str:
    """Return *text* as an absolute http(s) address; a relative one is one of *site_url*. Raises `AddressError`.

    Relative to *site_url* as to a folder: `a/b` and `/c` of `https://example.org/blog` are
    `https://example.org/blog/a/b` and `https://example.org/c` (RFC 3986, section 5).
    """
    address = text.strip()
    if "\\" in address:
        raise AddressError("an address has no \\")
    if address.casefold().startswith("www."):
        address = f"https://{address}"
    scheme = _SCHEME.match(address)
    if scheme and scheme[1].casefold() not in {"http", "https"}:
        raise AddressError(f"{scheme[1]}: is not a web address")
    try:
        absolute = urlsplit(urljoin(site_url.rstrip("/") + "/", address))
        host = absolute.hostname
    except ValueError as error:
        raise AddressError(str(error)) from error
    if not host or absolute.scheme not in {"http", "https"}:
        raise AddressError("it names no host")
    rest = (quote(part, safe=_SAFE) for part in absolute[2:])
    return urlunsplit((absolute.scheme, absolute.netloc, *rest))


def page_address(pattern: str, *, slug: str, day: date | None, kind: Kind) -> str | None:
    """Return `[content.links]`' *pattern* with its placeholders filled; None when it needs a date and there is none."""
    values = {"slug": quote(slug, safe="/~"), "kind": kind.value}
    if day is not None:
        values |= {"year": f"{day.year:04}", "month": f"{day.month:02}", "day": f"{day.day:02}"}
    if not {found[1] for found in _PLACEHOLDER.finditer(pattern)} <= values.keys():
        return None
    return _PLACEHOLDER.sub(lambda found: values[found[1]], pattern)
