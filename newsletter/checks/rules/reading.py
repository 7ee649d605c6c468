"""Rules on how a mail can be read: contrast on paper and in the dark, the size of letters, tables for screen readers."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from newsletter.checks.appearance import Shown
from newsletter.checks.clients.sources import origins_of
from newsletter.checks.letter import Letter
from newsletter.checks.origin import UNKNOWN, Origin
from newsletter.checks.proof import Proof
from newsletter.checks.rule import Finding, Rule
from newsletter.errors import Level
from newsletter.rendering.colours import READABLE, darkened, lightened
from newsletter.rendering.words.typography import cut

if TYPE_CHECKING:
    from lxml.etree import _Element

#: Contrast of large letters (WCAG 2.2, 1.4.3), and from how many pixels on they are large, bold ones earlier.
_READABLE_WHEN_LARGE = 3.0
_LARGE_PX = 24.0
_LARGE_BOLD_PX = 18.66
#: Pixels of the smallest text, and of the smallest in the footer or in bold, such as a section's name.
SMALLEST_TEXT = 14
SMALLEST_NOTE = 12
#: What a browser works out from other units is never quite whole.
_NEARLY = 0.05
_LAYOUT_ROLES = frozenset({"presentation", "none"})


@dataclass(frozen=True, slots=True)
class _Pair:
    """A colour on another, in one scheme."""

    scheme: str
    colour: str
    ground: str
    needed: float


def _low_contrast(proof: Proof) -> Iterator[Finding]:
    found: dict[_Pair, tuple[Shown, list[str]]] = {}
    for name, letter in proof.letters.items():
        for scheme, texts in (("light", letter.light), ("dark", letter.dark)):
            for shown in texts:
                if pair := _unreadable(scheme, shown):
                    found.setdefault(pair, (shown, []))[1].append(name)
    for pair, (shown, names) in found.items():
        for name in dict.fromkeys(names):
            yield Finding(
                level=Level.WARNING,
                message=f"On {pair.scheme} paper, “{cut(shown.text, 40)}” is {pair.colour} on {pair.ground}: a contrast of "
                f"{shown.contrast:.1f} : 1, and {pair.needed:g} : 1 is needed.",
                help=_shade(pair),
                origin=_where_written(pair, proof),
                variant=name,
            )


def _unreadable(scheme: str, shown: Shown) -> _Pair | None:
    look, found = shown.look, shown.contrast
    if found is None or look.colour is None or look.ground is None:
        return None
    size_px = look.size_px or 0
    is_large = size_px >= _LARGE_PX or (look.is_bold and size_px >= _LARGE_BOLD_PX)
    needed = _READABLE_WHEN_LARGE if is_large else READABLE
    return _Pair(scheme, look.colour, look.ground, needed) if found < needed else None


def _shade(pair: _Pair) -> str:
    shade = darkened(pair.colour, on=pair.ground)
    if shade.lower() in {"#000000", pair.colour} or _is_still_unreadable(shade, pair):
        shade = lightened(pair.colour, on=pair.ground)
    sheets = " in email/dark.css, for the text and what is below it" if pair.scheme == "dark" else ""
    return f"Write {shade.lower()}, the nearest shade that can be read there{sheets}."


def _is_still_unreadable(shade: str, pair: _Pair) -> bool:
    from newsletter.rendering.colours import contrast

    return contrast(shade, pair.ground) < READABLE


def _where_written(pair: _Pair, proof: Proof) -> Origin:
    """Return the line of the project's own template that names the text's colour, else that of its ground."""
    spellings = (spelling for colour in (pair.colour, pair.ground) for spelling in (colour, _short(colour)))
    origins = (proof.template_of(spelling, ignore_case=True) for spelling in spellings if spelling)
    return next((origin for origin in origins if origin.path), UNKNOWN)


def _short(colour: str) -> str:
    """Return `#abc` for `#aabbcc`, "" for what cannot be written so."""
    return f"#{colour[1::2]}" if colour[1::2] == colour[2::2] else ""


def _small_text(proof: Proof) -> Iterator[Finding]:
    found: dict[tuple[float, int], tuple[Shown, list[str]]] = {}
    for name, letter in proof.letters.items():
        for shown in letter.light:
            size_px = shown.look.size_px
            smallest = SMALLEST_NOTE if shown.look.in_footer or shown.look.is_bold else SMALLEST_TEXT
            if size_px is not None and size_px < smallest - _NEARLY and not shown.is_shifted:
                found.setdefault((size_px, smallest), (shown, []))[1].append(name)
    for (size_px, smallest), (shown, names) in found.items():
        for name in dict.fromkeys(names):
            yield Finding(
                level=Level.WARNING,
                message=f"“{cut(shown.text, 40)}” is {size_px:g} px high: too small to be read on a phone.",
                help=f"Write a font-size of {smallest}px at least; {SMALLEST_TEXT}px for text, {SMALLEST_NOTE}px in the footer.",
                origin=_size_written(size_px, shown, proof),
                variant=name,
            )


def _size_written(size_px: float, shown: Shown, proof: Proof) -> Origin:
    spellings = (
        f"font-size:{size_px:g}px",
        f"font-size: {size_px:g}px",
        f'font-size="{size_px:g}px"',
        shown.text,
    )
    origins = (proof.template_of(spelling, ignore_case=True) for spelling in spellings)
    return next((origin for origin in origins if origin.path), UNKNOWN)


def _table_roles(proof: Proof) -> Iterator[Finding]:
    said: Mapping[str, str] = {
        "layout": 'A table without headings has no role="presentation": screen readers count its rows and columns aloud.',
        "data": 'A table of data has role="presentation": screen readers do not say to which heading a cell belongs.',
        "scope": "A heading of a table has no `scope`: screen readers do not say which cells it belongs to.",
    }
    helps = {
        "layout": 'Write <table role="presentation">, or give it headings: <th scope="col">.',
        "data": "Take the role away.",
        "scope": 'Write <th scope="col">, or <th scope="row">.',
    }
    for name, letter in proof.letters.items():
        for kind in dict.fromkeys(filter(None, map(_mistake_of, letter.page.iter("table")))):
            for origin in _origins_of_tables(kind, letter, proof):
                yield Finding(
                    level=Level.WARNING, message=said[kind], help=helps[kind], origin=origin, variant=name
                )


def _origins_of_tables(kind: str, letter: Letter, proof: Proof) -> list[Origin]:
    return origins_of(lambda element: element.tag == "table" and _mistake_of(element) == kind, letter, proof)


def _mistake_of(table: "_Element") -> str | None:
    cells = [cell for row in table.iter("tr") if _table_of(row) is table for cell in row.iterchildren("th")]
    is_layout = table.get("role") in _LAYOUT_ROLES
    if not cells:
        return None if is_layout else "layout"
    if is_layout:
        return "data"
    return None if all(cell.get("scope") for cell in cells) else "scope"


def _table_of(row: "_Element") -> "_Element | None":
    return next(row.iterancestors("table"), None)


RULES = (
    Rule(name="low-contrast", levels=(Level.WARNING,), find=_low_contrast),
    Rule(name="small-text", levels=(Level.WARNING,), find=_small_text),
    Rule(name="table-roles", levels=(Level.WARNING,), find=_table_roles),
)
