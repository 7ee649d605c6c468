"""The page of an item: what its front matter names, else the pattern of `[content.links]`."""

from datetime import date

from newsletter.content.fields import FieldReader
from newsletter.content.items import Kind
from newsletter.content.reading.pageaddress import is_pattern, page_address, web_address
from newsletter.content.rules import ContentRules
from newsletter.content.urls import UrlError
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
        if not isinstance(found.value, str) or not found.value.strip() or is_pattern(found.value):
            continue
        try:
            link = web_address(found.value, rules.site_url)
        except UrlError as error:
            reader.report(
                Level.WARNING,
                "refused-link",
                f"`{found.name}` is left out: {error}.",
                line=found.line,
                help="Write an https:// address, or a path on your website.",
            )
            continue
        if found.line:
            reader.lines["link"] = found.line
        return link
    pattern = rules.links.get(kind.value)
    path = page_address(pattern, slug=slug, day=day, kind=kind) if pattern else None
    return web_address(path, rules.site_url) if path else None
