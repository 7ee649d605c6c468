"""Rules on how a mail can be read: contrast on paper and in the dark, the size of letters, tables for screen readers."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from newsletter.checks.appearance import Shown
from newsletter.checks.clients.sources import origins_of
from newsletter.checks.letter import Letter
from newsletter.checks.origin import UNKNOWN, Origin
from newsletter.checks.proof import Proof
from newsletter.checks.rule import Finding, Rule
from newsletter.errors import Level
from newsletter.rendering.colours import READABLE, contrast, darkened, lightened
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


@dataclass(slots=True)
class _Examples:
    """Texts that offend alike: the longest, the most that one of them needs, the variants."""

    text: str = ""
    needed: float = 0.0
    variants: dict[str, None] = field(default_factory=dict)

    def add(self, shown: Shown, variant: str, needed: float) -> None:
        self.text = max(self.text, shown.text, key=len)
        self.needed = max(self.needed, needed)
        self.variants[variant] = None


def _low_contrast(proof: Proof) -> Iterator[Finding]:
    found: defaultdict[_Pair, _Examples] = defaultdict(_Examples)
    for name, letter in proof.letters.items():
        for scheme, texts in (("light", letter.light), ("dark", letter.dark)):
            for shown in texts:
                needed = _needed(shown)
                if shown.contrast is not None and shown.contrast < needed:
                    pair = _Pair(scheme, shown.look.colour or "", shown.look.ground or "")
                    found[pair].add(shown, name, needed)
    for pair, examples in found.items():
        for name in examples.variants:
            yield Finding(
                level=Level.WARNING,
                message=f"On {pair.scheme} paper, “{cut(examples.text, 40)}” is {pair.colour} on {pair.ground}: a contrast of "
                f"{contrast(pair.colour, pair.ground):.1f} : 1, and {examples.needed:g} : 1 is needed.",
                help=_shade(pair),
                origin=_where_written(pair, proof),
                variant=name,
            )


def _needed(shown: Shown) -> float:
    size_px = shown.look.size_px or 0
    is_large = size_px >= _LARGE_PX or (shown.look.is_bold and size_px >= _LARGE_BOLD_PX)
    return _READABLE_WHEN_LARGE if is_large else READABLE


def _shade(pair: _Pair) -> str:
    shades = (turned(pair.colour, on=pair.ground) for turned in (darkened, lightened))
    readable = [shade for shade in shades if contrast(shade, pair.ground) >= READABLE]
    # On most grounds only one of them can be reached; of two, what is nearer changes the look less.
    strongest = max(("#000000", "#ffffff"), key=lambda shade: contrast(shade, pair.ground))
    nearest = min(readable, key=lambda shade: contrast(shade, pair.colour), default=strongest)
    sheet = " in email/dark.css" if pair.scheme == "dark" else ""
    return f"Write {nearest.lower()}{sheet}: the nearest shade that can be read there."


def _where_written(pair: _Pair, proof: Proof) -> Origin:
    """Return the line of the project's own template that names the text's colour, else that of its ground."""
    spellings = (spelling for colour in (pair.colour, pair.ground) for spelling in (colour, _short(colour)))
    origins = (proof.template_of(spelling, ignore_case=True) for spelling in spellings if spelling)
    return next((origin for origin in origins if origin.path), UNKNOWN)


def _short(colour: str) -> str:
    """Return `#abc` for `#aabbcc`, "" for what cannot be written so."""
    return f"#{colour[1::2]}" if colour[1::2] == colour[2::2] else ""


def _small_text(proof: Proof) -> Iterator[Finding]:
    found: defaultdict[float, _Examples] = defaultdict(_Examples)
    for name, letter in proof.letters.items():
        for shown in letter.light:
            size_px = shown.look.size_px
            smallest = SMALLEST_NOTE if shown.look.in_footer or shown.look.is_bold else SMALLEST_TEXT
            if size_px is not None and size_px < smallest - _NEARLY and not shown.is_shifted:
                found[size_px].add(shown, name, smallest)
    for size_px, examples in found.items():
        for name in examples.variants:
            yield Finding(
                level=Level.WARNING,
                message=f"“{cut(examples.text, 40)}” is {size_px:g} px high: too small to be read on a phone.",
                help=f"Write {SMALLEST_TEXT}px at least ({SMALLEST_NOTE}px in the footer, and in bold).",
                origin=_size_written(size_px, examples.text, proof),
                variant=name,
            )


def _size_written(size_px: float, text: str, proof: Proof) -> Origin:
    spellings = (
        f"font-size:{size_px:g}px",
        f"font-size: {size_px:g}px",
        f'font-size="{size_px:g}px"',
        text,
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
