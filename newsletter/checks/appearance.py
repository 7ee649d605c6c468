"""How the texts of a letter look on paper and in the dark: their colours, their size, and whether they are seen at all.

A small part of what a browser does: style attributes and the rules of style sheets, by weight; phones, and what a pointer
does, are left out.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias

from newsletter.checks.selectors import Elements, Selector, selectors_of
from newsletter.rendering.colours import contrast

if TYPE_CHECKING:
    from lxml.etree import _Element
    from tinycss2.ast import Node

#: Property → value as it is written.
Declarations: TypeAlias = Mapping[str, str]
#: Of a rule: whether it is `!important`, its selector's weight, its place.
_Weight: TypeAlias = tuple[bool, tuple[int, int, int], int]

_SEEN = frozenset(
    {
        "color",
        "background",
        "background-color",
        "font-size",
        "font-weight",
        "display",
        "visibility",
        "opacity",
    }
)
_HEADINGS = {"h1": 2.0, "h2": 1.5, "h3": 1.17, "h4": 1.0, "h5": 0.83, "h6": 0.67}
#: Pixels of a unit; those that depend on the text around are worked out apart.
_PIXELS = {"px": 1.0, "pt": 4 / 3, "rem": 16.0}
_BOLD_TAGS = frozenset({"b", "strong", "th", *_HEADINGS})
_SHIFTED = frozenset({"sub", "sup"})
_HIDING = (("display", "none"), ("visibility", "hidden"), ("opacity", "0"))
_BOLD = frozenset({"bold", "bolder", "600", "700", "800", "900"})
#: Not read as text.
_PASSED_OVER = frozenset({"head", "style", "script", "title"})
_NOTHING = " \t\r\n\u00a0\u034f\u200b\u200c\u200d\u00ad\ufeff"


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What an element hands on to those in it."""

    #: `#rrggbb`; None: what cannot be worked out, such as a picture.
    colour: str | None
    ground: str | None
    size_px: float | None = 16.0
    is_bold: bool = False
    is_hidden: bool = False
    in_footer: bool = False
    #: Where the link leads that it is in.
    link: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A text, or the description of a picture, that is seen."""

    text: str
    look: Look
    #: Raised or lowered, and small for that.
    is_shifted: bool = False

    @property
    def contrast(self) -> float | None:
        """From 1 to 21; None: it cannot be worked out."""
        if self.look.colour is None or self.look.ground is None:
            return None
        return contrast(self.look.colour, self.look.ground)


_ON_PAPER = Look(colour="#000000", ground="#ffffff")
#: What mail programs take in the dark, as near as one can say.
_IN_THE_DARK = Look(colour="#ffffff", ground="#121212")
_LINKS = {False: "#0000ee", True: "#9e9eff"}


def shown_texts(page: "_Element", elements: Elements, *, dark: bool) -> tuple[Shown, ...]:
    """Return what is seen of the letter *page*, which has *elements*, in the order of reading."""
    sheets = "\n".join(element.text or "" for element in page.iter("style"))
    matched: dict[_Element, list[tuple[_Weight, Declarations]]] = {}
    for order, rule in enumerate(_rules(sheets, dark)):
        weight = (rule.is_important, rule.selector.weight, order)
        for element in elements.found_by(rule.selector):
            matched.setdefault(element, []).append((weight, rule.declarations))
    reader = _Reader(matched, dark)
    reader.read(page, _IN_THE_DARK if dark else _ON_PAPER)
    return tuple(reader.found)


@dataclass(frozen=True, slots=True)
class _Reader:
    matched: "Mapping[_Element, list[tuple[_Weight, Declarations]]]"
    dark: bool
    found: list[Shown] = field(default_factory=list)

    def read(self, element: "_Element", above: Look) -> None:
        """Add what is seen of *element*, which stands in something that looks like *above*."""
        tag = str(element.tag)
        if tag in _PASSED_OVER:
            return
        look = self._look(element, tag, above)
        if look.is_hidden:
            return
        self._add(element.get("alt") if tag == "img" else element.text, look, tag)
        for child in element:
            if isinstance(child.tag, str):
                self.read(child, look)
            self._add(child.tail, look, tag)

    def _add(self, text: str | None, look: Look, tag: str) -> None:
        if text and text.strip(_NOTHING):
            self.found.append(Shown(text=" ".join(text.split()), look=look, is_shifted=tag in _SHIFTED))

    def _look(self, element: "_Element", tag: str, above: Look) -> Look:
        own = self._declared(element)
        is_footer = "footer" in element.get("class", "").split()
        is_link = tag == "a" and element.get("href") is not None
        if not own and not is_footer and not is_link and tag not in _BOLD_TAGS:
            return above
        colour = _LINKS[self.dark] if is_link else above.colour
        size_px = above.size_px and above.size_px * _HEADINGS.get(tag, 1)
        ground = own.get("background-color")
        return Look(
            colour=_colour(own["color"], colour) if "color" in own else colour,
            ground=_ground(ground, above.ground) if ground else above.ground,
            size_px=_size(own["font-size"], above.size_px) if "font-size" in own else size_px,
            is_bold=own["font-weight"] in _BOLD
            if "font-weight" in own
            else above.is_bold or tag in _BOLD_TAGS,
            is_hidden=any(own.get(name) == value for name, value in _HIDING),
            in_footer=above.in_footer or is_footer,
            link=element.get("href", "") if is_link else above.link,
        )

    def _declared(self, element: "_Element") -> Declarations:
        style, ground = element.get("style"), element.get("bgcolor")
        rules = self.matched.get(element)
        if not rules and not ground:
            return _inline(style) if style else {}
        declared = {"background-color": ground.lower()} if ground else {}
        heavy: dict[str, str] = {}
        for (is_important, _, _), declarations in sorted(rules or (), key=lambda rule: rule[0]):
            (heavy if is_important else declared).update(declarations)
        return {**declared, **(_inline(style) if style else {}), **heavy}


def _colour(value: str, above: str | None) -> str | None:
    return above if value == "inherit" else hex_of(value)


@lru_cache(maxsize=256)
def _ground(value: str, below: str | None) -> str | None:
    if "(" in value.replace("rgb(", "").replace("hsl(", ""):
        return None
    words = value.lower().split()
    return next(filter(None, map(hex_of, words)), None) or hex_of(value) or below


@lru_cache(maxsize=256)
def hex_of(value: str) -> str | None:
    """Return the colour *value* as `#rrggbb`; None: it is none, or lets something through."""
    from tinycss2.color3 import RGBA, parse_color

    found = parse_color(value)
    if not isinstance(found, RGBA) or found.alpha < 1:
        return None
    return "#" + "".join(f"{round(channel * 255):02x}" for channel in found[:3])


def _size(value: str, above_px: float | None) -> float | None:
    for unit, pixels in _PIXELS.items():
        if value.endswith(unit) and _number(value.removesuffix(unit)) is not None:
            return (_number(value.removesuffix(unit)) or 0) * pixels
    for unit, share in (("em", 1.0), ("%", 0.01)):
        number = _number(value.removesuffix(unit)) if value.endswith(unit) else None
        if number is not None and above_px is not None:
            return number * share * above_px
    return None


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class _Rule:
    selector: Selector
    is_important: bool
    declarations: Declarations


@lru_cache(maxsize=16)
def _rules(css: str, dark: bool) -> tuple[_Rule, ...]:
    """Return the rules of *css* that say something of how a text looks."""
    import tinycss2

    return tuple(_read(tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True), dark))


def _read(nodes: "list[Node]", dark: bool) -> Iterator[_Rule]:
    import tinycss2

    for node in nodes:
        if node.type == "qualified-rule":
            yield from _of_rule(node)
        elif node.type == "at-rule" and node.lower_at_keyword == "media" and dark and _is_dark(node):
            inner = tinycss2.parse_rule_list(node.content or [], skip_comments=True, skip_whitespace=True)
            yield from _read(inner, dark)


def _is_dark(rule: "Node") -> bool:
    import tinycss2

    condition = "".join(tinycss2.serialize(rule.prelude).lower().split())
    return "prefers-color-scheme:dark" in condition and "width" not in condition


def _of_rule(rule: "Node") -> Iterator[_Rule]:
    import tinycss2

    found = _declarations(
        tinycss2.parse_blocks_contents(rule.content, skip_comments=True, skip_whitespace=True)
    )
    for selector in selectors_of(rule.prelude) if any(found.values()) else ():
        for is_important, declarations in found.items():
            if declarations:
                yield _Rule(selector, is_important, declarations)


def _declarations(nodes: "list[Node]") -> dict[bool, dict[str, str]]:
    """Return what is declared, by whether it is `!important`."""
    import tinycss2

    found: dict[bool, dict[str, str]] = {False: {}, True: {}}
    for node in nodes:
        if node.type == "declaration" and node.lower_name in _SEEN:
            value = tinycss2.serialize(node.value).strip().lower()
            # The shorthand takes the place of a colour said before.
            name = "background-color" if node.lower_name == "background" else node.lower_name
            found[bool(node.important)][name] = value
    return found


@lru_cache(maxsize=4096)
def _inline(style: str) -> Declarations:
    import tinycss2

    found = _declarations(tinycss2.parse_blocks_contents(style, skip_comments=True, skip_whitespace=True))
    return {**found[False], **found[True]}
