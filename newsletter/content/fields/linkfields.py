"""The page of an item: what its front matter names, else the pattern of `[content.links]`."""

from datetime import date

from newsletter.content.addresses.links import web_address
from newsletter.content.fields.aliases import folded
from newsletter.content.fields.pageaddress import is_pattern, page_address
from newsletter.content.fields.reader import FieldReader, Found
from newsletter.content.items import Kind
from newsletter.content.rules import ContentRules
from newsletter.errors import Level


def read_link(
    reader: FieldReader, rules: ContentRules, *, kind: Kind, slug: str, day: date | None
) -> str | None:
    """Return the absolute address of the item's page, or None: it has none.

    `permalink: false` says that there is none; a site generator's pattern (`/:year/:title/`) says nothing.
    """
    for found in reader.every("link"):
        if found.value is False or found.value == "false":
            return None
        if not isinstance(found.value, str):
            reader.wrong_type(found, "the address of a page")
            continue
        if not found.value.strip():
            continue
        if is_pattern(found.value):
            if folded(found.name) == "link":  # no site generator's field
                _report_pattern(reader, found)
            continue
        link = read_address(reader, found, rules)
        if link and found.line:
            reader.lines["link"] = found.line
        if link:
            return link
    pattern = rules.links.get(kind.value)
    path = page_address(pattern, slug=slug, day=day, kind=kind) if pattern else None
    page = web_address(path, rules.site_url) if path else None
    return page if isinstance(page, str) else None


def _report_pattern(reader: FieldReader, found: Found) -> None:
    reader.report(
        Level.WARNING,
        "placeholder-in-link",
        f"`{found.name}: {str(found.value)[:80]}` is a pattern, not an address, and is left out.",
        line=found.line,
        help="Write the address itself. Patterns belong in [content.links] of newsletter.toml.",
    )


def read_address(reader: FieldReader, found: Found, rules: ContentRules) -> str | None:
    """Return the page on the web that the field *found* names, or None."""
    address = web_address(str(found.value), rules.site_url)
    if isinstance(address, str):
        return address
    reader.report(
        Level.WARNING,
        address.rule,
        f"`{found.name}`: {address.message}",
        line=found.line,
        help=address.help,
    )
    return None
