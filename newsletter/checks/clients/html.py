"""Which features of Can I email a page, or one element of it, uses."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from newsletter.checks.clients import names
from newsletter.checks.clients.css import image_slug, read_sheet, read_style

if TYPE_CHECKING:
    from lxml.etree import _Element

#: What the rule on pictures, `mail-image`, tells of an `img`.
OF_PICTURES = frozenset({"image-avif", "image-base64", "image-svg", "image-webp"})
#: Attributes that name pictures.
_PICTURES = ("background", "poster")
_BLIND_COPY = re.compile(r"[?&]bcc=", re.IGNORECASE)


def slugs_of_page(page: "_Element") -> frozenset[str]:
    """Return every feature that *page* uses, its style sheets included."""
    found: set[str] = set()
    for element in page.iter():
        if isinstance(element.tag, str):
            found.update(slugs_of(element))
    return frozenset(found)


def slugs_of(element: "_Element") -> Iterator[str]:
    """Yield each feature that *element* itself uses; of a style sheet, all that stands in it."""
    tag = str(element.tag)
    if slug := names.ELEMENTS.get(tag):
        yield slug
    if tag == "style":
        yield from (use.slug for use in read_sheet(element.text or "").uses)
    if tag in {"input", "button"} and (slug := names.TYPES.get((tag, element.get("type", "").lower()))):
        yield slug
    for name, value in element.attrib.items():
        yield from _of_attribute(tag, str(name), str(value))


def _of_attribute(tag: str, name: str, value: str) -> Iterator[str]:
    if slug := names.ATTRIBUTES.get(name):
        yield slug
    if name == "style":
        yield from read_style(value)
    elif name in _PICTURES:
        yield from filter(None, [image_slug(value)])
    elif name == "src" and tag == "img" and (slug := image_slug(value)) not in OF_PICTURES:
        yield from filter(None, [slug])
    elif name == "href" and value.startswith("#"):
        yield "html-anchor-links"
    elif name == "href" and value.startswith("mailto:") and _BLIND_COPY.search(value):
        # Plain addresses are opened everywhere.
        yield "html-mailto-links"
    elif tag == "meta" and name == "name" and value == "color-scheme":
        yield "html-meta-color-scheme"
