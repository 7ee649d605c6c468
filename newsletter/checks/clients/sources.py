"""Which lines of which files a feature in a letter comes from."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from newsletter.checks.clients.css import Sheet, Use, read_sheet, without_jinja
from newsletter.checks.clients.html import slugs_of
from newsletter.checks.letter import Letter
from newsletter.checks.origin import SETTINGS, UNKNOWN, Origin
from newsletter.checks.proof import Proof
from newsletter.rendering.pipeline.tracing import CONTENT

if TYPE_CHECKING:
    from lxml.etree import _Element

#: Style sheets within a template; what stands around them is blanked out.
_STYLES = re.compile(r"(<(?:mj-)?style\b[^>]*>)(.*?)(?=</(?:mj-)?style>)", re.DOTALL)
#: Attributes by which an editor's text is found again.
_ADDRESSES = ("href", "src")
_TEXTS = ("alt", "title")
#: Characters from which on a text is hardly anywhere else.
_TELLING = 8
#: Features that only the fonts of the settings bring into a letter of built-in templates.
_OF_FONTS = frozenset({"css-sytem-ui"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A feature in a file; several lines of it may have it."""

    slug: str
    #: None: no file of the project's was found.
    path: str | None
    lines: frozenset[int] = field(default_factory=frozenset)


def sheets_of(overriding: Mapping[str, str]) -> Mapping[str, Sheet]:
    """Return what the style sheets of the project use, each as it is written, by the name of its template."""
    return {name: read_sheet(_css_of(name, text)) for name, text in overriding.items()}


def sources_of(slugs: frozenset[str], letter: Letter, proof: Proof) -> list[Source]:
    """Return where each of *slugs*, which *letter* uses, comes from."""
    lines: dict[tuple[str, str | None], set[int]] = {}
    for slug, origin in _found(slugs, letter, proof):
        lines.setdefault((slug, origin.path), set()).update(filter(None, [origin.line]))
    missing = slugs - {slug for slug, _ in lines}
    for slug in missing:
        lines[slug, SETTINGS if slug in _OF_FONTS else None] = set()
    return [Source(slug=slug, path=path, lines=frozenset(found)) for (slug, path), found in lines.items()]


def _found(slugs: frozenset[str], letter: Letter, proof: Proof) -> Iterator[tuple[str, Origin]]:
    overriding = proof.circumstances.overriding
    for name, sheet in sheets_of(overriding).items():
        for use in sheet.uses:
            if use.slug in slugs:
                yield use.slug, _in_template(name, use)
    for element, place in proof.traced(letter):
        if element.tag == "style" or place is None:
            continue
        used = slugs.intersection(slugs_of(element))
        if used and place == CONTENT:
            yield from ((slug, _in_content(element, proof)) for slug in used)
        elif place.name in overriding:
            yield from ((slug, _in_template(place.name, Use(slug, place.line))) for slug in used)


def origins_of(offends: "Callable[[_Element], bool]", letter: Letter, proof: Proof) -> list[Origin]:
    """Return where the elements of *letter* that offend come from, each place once; without one, `UNKNOWN`."""
    found: dict[Origin, None] = {}
    for element, place in proof.traced(letter):
        if place and offends(element):
            if place == CONTENT:
                found[_in_content(element, proof)] = None
            elif place.name in proof.circumstances.overriding:
                found[Origin(path=f"templates/{place.name}", line=place.line)] = None
    return list(found) or [UNKNOWN]


def _in_template(name: str, use: Use) -> Origin:
    return Origin(path=f"templates/{name}", line=use.line)


def _in_content(element: "_Element", proof: Proof) -> Origin:
    addresses = (element.get(name, "") for name in _ADDRESSES)
    texts = (
        *(element.get(name, "") for name in _TEXTS),
        " ".join("".join(map(str, element.itertext())).split()),
    )
    telling = filter(None, [*addresses, *(text for text in texts if len(text) >= _TELLING)])
    origins = (proof.origin_of(fragment) for fragment in telling)
    return next((origin for origin in origins if origin.path), UNKNOWN)


def _css_of(name: str, text: str) -> str:
    """Return the style sheets in the template *text*, each on its own lines."""
    if not name.endswith(".css"):
        blank = re.sub(r"[^\n]", " ", text)
        for found in _STYLES.finditer(text):
            blank = blank[: found.start(2)] + found[2] + blank[found.end(2) :]
        text = blank
    return without_jinja(text)
