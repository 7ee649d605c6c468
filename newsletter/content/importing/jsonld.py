"""What a page says of itself in JSON-LD (schema.org): events with their days and places, articles with their dates."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from lxml.html import HtmlElement

#: Characters and objects: what is larger is no description of a page.
_MAX_LENGTH = 500_000
_MAX_OBJECTS = 500
_ARTICLES = re.compile(
    r"(?:News|Blog|Report|Scholarly|Analysis|Tech)?Article$|BlogPosting$|PressRelease$|Report$|WebPage$|ItemPage$"
)


def json_ld(root: HtmlElement) -> list[Mapping[str, Any]]:
    """Return the objects of all JSON-LD in *root*, also those inside others."""
    found: list[Mapping[str, Any]] = []
    for script in root.iter("script"):
        if "ld+json" not in (script.get("type") or "").lower():
            continue
        text = (script.text or "")[:_MAX_LENGTH].strip().removeprefix("<!--").removesuffix("-->")
        try:
            value = json.loads(text, strict=False)
        except (ValueError, RecursionError):
            continue
        found.extend(_objects(value))
    return found[:_MAX_OBJECTS]


def is_event(thing: Mapping[str, Any]) -> bool:
    """Whether *thing* is an event, of any of the kinds."""
    return any(
        name.endswith("Event") or name in {"Hackathon", "Festival", "CourseInstance"} for name in types(thing)
    )


def is_article(thing: Mapping[str, Any]) -> bool:
    """Whether *thing* is an article, or the page itself."""
    return any(_ARTICLES.search(name) for name in types(thing))


def types(thing: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the types of *thing* without the vocabulary's address."""
    value = thing.get("@type", ())
    names = value if isinstance(value, list) else [value]
    return tuple(name.rpartition("/")[2] for name in names if isinstance(name, str))


def text_of(value: object) -> str:
    """Return a text, that of the first of several, or the name or address of a thing."""
    if isinstance(value, list):
        return next((text for each in value if (text := text_of(each))), "")
    if isinstance(value, Mapping):
        return text_of(value.get("name") or value.get("url") or value.get("@id") or value.get("@value") or "")
    return " ".join(value.split()) if isinstance(value, str) else ""


def place_of(value: object) -> str:
    """Return the name and the town of a place, as far as it has them."""
    if isinstance(value, list):
        return next((text for each in value if (text := place_of(each))), "")
    if not isinstance(value, Mapping):
        return text_of(value)
    if "VirtualLocation" in types(value):
        return "online"
    address = value.get("address") if not value.get("addressLocality") else value
    town = text_of(address.get("addressLocality")) if isinstance(address, Mapping) else ""
    country = text_of(address.get("addressCountry")) if isinstance(address, Mapping) else ""
    name = text_of(value.get("name"))
    if not name and not town and not isinstance(address, Mapping):
        return text_of(address)
    if not name and not town and isinstance(address, Mapping):
        name = text_of(address.get("streetAddress"))
    parts = [
        name,
        town if town not in name else "",
        country if len(country) > 3 and country not in name else "",
    ]
    return ", ".join(part for part in parts if part)


def _objects(value: object) -> Iterator[Mapping[str, Any]]:
    pending = [value]
    seen = 0
    while pending and seen < _MAX_OBJECTS * 4:
        seen += 1
        each = pending.pop(0)
        if isinstance(each, list):
            pending = [*each, *pending]
        elif isinstance(each, Mapping):
            if types(each):
                yield each
            nested = [
                each.get(name)
                for name in (
                    "@graph",
                    "mainEntity",
                    "mainEntityOfPage",
                    "subjectOf",
                    "about",
                    "hasPart",
                    "event",
                    "item",
                )
            ]
            pending = [*[inner for inner in nested if isinstance(inner, list | dict)], *pending]
