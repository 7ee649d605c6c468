"""A letter in which every element tells the line of the template that it comes from: for whoever looks for a cause."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from newsletter.rendering.pipeline.mjml import to_html

if TYPE_CHECKING:
    from lxml.etree import _Element

#: A start tag, with the mark before it if a template wrote it.
_START = re.compile(
    r"""(?:<\?at\ (?P<mark>[^?]*)\?>)?
    <(?P<name>[a-zA-Z][\w:-]*)(?P<attributes>(?:\s+[^\s=<>"'/]+(?:\s*=\s*(?:"[^"]*"|'[^']*'))?)*)(?P<end>\s*/?>)""",
    re.VERBOSE,
)
_CSS_CLASS = re.compile(r"""(?<=\scss-class=["'])""")
_ATTRIBUTE = "data-at"
_CLASS = re.compile(r"(?:^|\s)at-line-(\d+)(?=\s|$)")


@dataclass(frozen=True, slots=True)
class Place:
    """A line of a template."""

    name: str
    line: int


#: Of what stands in a template as a value: a text of an editor's.
CONTENT = Place("", 0)


def traced(source: str) -> Iterator[tuple["_Element", Place | None]]:
    """Yield each element of the letter that the marked MJML *source* makes, before style sheets are inlined, and its place.

    What MRML adds has the place of its component; None: it belongs to none.
    """
    from lxml import etree

    places = [CONTENT]
    body = source.find("<mj-body")
    marked = _START.sub(lambda tag: _traceable(tag, places, in_body=tag.end() > body), source)
    page = etree.fromstring(to_html(marked, lambda name, line: f"{name}:{line}"), etree.HTMLParser())
    yield from _placed(page, places, None)


def _traceable(tag: re.Match[str], places: list[Place], *, in_body: bool) -> str:
    """Return *tag* with the number of its place, which it adds to *places*."""
    number = 0
    if tag["mark"]:
        name, _, line = tag["mark"].rpartition(":")
        number = len(places)
        places.append(Place(name, int(line)))
    attributes = tag["attributes"]
    if not tag["name"].startswith("mj"):
        attributes = f'{attributes} {_ATTRIBUTE}="{number}"'
    elif not in_body:
        # A default, or nothing that is seen.
        return tag[0]
    elif _CSS_CLASS.search(attributes):
        attributes = _CSS_CLASS.sub(f"at-line-{number} ", attributes, count=1)
    else:
        attributes = f'{attributes} css-class="at-line-{number}"'
    return f"<{tag['name']}{attributes}{tag['end']}"


def _placed(
    element: "_Element", places: list[Place], above: Place | None
) -> Iterator[tuple["_Element", Place | None]]:
    place = above
    if number := element.get(_ATTRIBUTE) or _number_in(element.get("class", "")):
        place = places[int(number)]
    yield element, place
    for child in element.iterchildren("*"):
        yield from _placed(child, places, place)


def _number_in(classes: str) -> str | None:
    found = _CLASS.search(classes)
    return found[1] if found else None
