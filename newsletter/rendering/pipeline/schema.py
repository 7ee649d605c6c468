"""What our MJML may say: components, where each may stand, its attributes and their values.

MRML accepts anything: it copies an unknown component into the mail, drops an attribute it does not know and prints
text that stands between components. So the source is held against this table first. It holds what mjml-python 1.4
really renders, which is less than the MJML documentation promises (docs/rendering.md).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Content(StrEnum):
    """What may stand between a component's tags."""

    #: Other components.
    COMPONENTS = "components"
    #: HTML, which MRML passes on.
    HTML = "HTML"
    #: Text without tags.
    TEXT = "text"
    #: A style sheet.
    CSS = "CSS"
    NOTHING = "nothing"


Values = re.Pattern[str]

_PIXELS = r"-?\d+(?:\.\d+)?px"
_LENGTH = rf"(?:0|{_PIXELS}|\d+(?:\.\d+)?%)"

_ANY = re.compile(r"[^\x00-\x1f]*")
_TEXT = re.compile(r".*\S.*", re.DOTALL)
_ADDRESS = re.compile(r"(?:https?://|mailto:|tel:)\S+")
_COLOUR = re.compile(r"#[0-9A-Fa-f]{6}|transparent")
_PX = re.compile(_PIXELS)
_SIZE = re.compile(_LENGTH)
_SIZES = re.compile(rf"{_LENGTH}(?: {_LENGTH}){{0,3}}")
_LINE_HEIGHT = re.compile(r"\d+(?:\.\d+)?(?:px|%)?")
_SPACING = re.compile(r"-?\d+(?:\.\d+)?(?:px|em)")
_ALIGN = re.compile("left|right|center")
_VERTICAL_ALIGN = re.compile("top|middle|bottom")
_DIRECTION = re.compile("ltr|rtl")
_YES = re.compile("true")
_LANGUAGE = re.compile(r"(?!und$)[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """One component: what it may hold, which attributes it has and which it needs."""

    content: Content = Content.NOTHING
    children: frozenset[str] = frozenset()
    attributes: Mapping[str, Values] = field(default_factory=dict)
    required: frozenset[str] = frozenset()


_PADDING = {
    "padding": _SIZES,
    "padding-top": _SIZE,
    "padding-right": _SIZE,
    "padding-bottom": _SIZE,
    "padding-left": _SIZE,
}
_BORDER = {
    "border": _ANY,
    "border-top": _ANY,
    "border-right": _ANY,
    "border-bottom": _ANY,
    "border-left": _ANY,
    "border-radius": _SIZES,
}
_FONT = {
    "font-family": _TEXT,
    "font-size": _PX,
    "font-style": _ANY,
    "font-weight": _ANY,
    "line-height": _LINE_HEIGHT,
    "letter-spacing": _SPACING,
    "text-decoration": _ANY,
    "text-transform": _ANY,
    "color": _COLOUR,
}
_SECTION = {
    **_PADDING,
    **_BORDER,
    "background-color": _COLOUR,
    "direction": _DIRECTION,
    "full-width": re.compile("full-width"),
    "text-align": _ALIGN,
}
#: In a column: every component has these.
_CELL = {**_PADDING, "align": _ALIGN, "container-background-color": _COLOUR}
_LEAVES = frozenset(
    {"mj-text", "mj-image", "mj-button", "mj-divider", "mj-spacer", "mj-table", "mj-social", "mj-raw"}
)
_CLASSES = {"css-class": _ANY, "mj-class": _ANY}

_BODY: Mapping[str, Component] = {
    "mj-wrapper": Component(
        content=Content.COMPONENTS, children=frozenset({"mj-section", "mj-raw"}), attributes=_SECTION
    ),
    "mj-section": Component(
        content=Content.COMPONENTS,
        children=frozenset({"mj-column", "mj-group", "mj-raw"}),
        attributes=_SECTION,
    ),
    "mj-group": Component(
        content=Content.COMPONENTS,
        children=frozenset({"mj-column", "mj-raw"}),
        attributes={
            "width": _SIZE,
            "background-color": _COLOUR,
            "direction": _DIRECTION,
            "vertical-align": _VERTICAL_ALIGN,
        },
    ),
    "mj-column": Component(
        content=Content.COMPONENTS,
        children=_LEAVES,
        attributes={
            **_PADDING,
            **_BORDER,
            "width": _SIZE,
            "background-color": _COLOUR,
            "inner-background-color": _COLOUR,
            "direction": _DIRECTION,
            "vertical-align": _VERTICAL_ALIGN,
        },
    ),
    "mj-text": Component(
        content=Content.HTML,
        attributes={**_CELL, **_FONT, "height": _SIZE, "vertical-align": _VERTICAL_ALIGN},
    ),
    "mj-table": Component(
        content=Content.HTML,
        # Not `role`, which MRML drops.
        attributes={
            **_CELL,
            **_FONT,
            "width": _SIZE,
            "border": _ANY,
            "cellpadding": re.compile(r"\d+"),
            "cellspacing": re.compile(r"\d+"),
            "table-layout": re.compile("auto|fixed"),
        },
    ),
    "mj-image": Component(
        attributes={
            **_CELL,
            **_BORDER,
            "src": _ADDRESS,
            "alt": _ANY,
            "href": _ADDRESS,
            "width": _PX,
            "height": re.compile(rf"auto|{_PIXELS}"),
            "fluid-on-mobile": _YES,
            "font-size": _PX,
            "target": _ANY,
            "rel": _ANY,
        },
        required=frozenset({"src", "alt", "width"}),
    ),
    "mj-button": Component(
        content=Content.HTML,
        attributes={
            **_CELL,
            **_BORDER,
            **_FONT,
            "href": _ADDRESS,
            "background-color": _COLOUR,
            "inner-padding": _SIZES,
            "width": _SIZE,
            "height": _SIZE,
            "text-align": _ALIGN,
            "vertical-align": _VERTICAL_ALIGN,
            "target": _ANY,
            "rel": _ANY,
        },
        required=frozenset({"href"}),
    ),
    "mj-divider": Component(
        attributes={
            **_CELL,
            "border-color": _COLOUR,
            "border-style": _ANY,
            "border-width": _PX,
            "width": _SIZE,
        }
    ),
    "mj-spacer": Component(attributes={**_PADDING, "container-background-color": _COLOUR, "height": _PX}),
    "mj-social": Component(
        content=Content.COMPONENTS,
        children=frozenset({"mj-social-element", "mj-raw"}),
        attributes={
            **_CELL,
            **_FONT,
            "mode": re.compile("horizontal|vertical"),
            "border-radius": _SIZES,
            "icon-size": _SIZE,
            "icon-height": _SIZE,
            "icon-padding": _SIZES,
            "inner-padding": _SIZES,
            "text-padding": _SIZES,
        },
    ),
    "mj-social-element": Component(
        content=Content.HTML,
        # Not `name`: a known network becomes a share link, with an icon from another host.
        attributes={
            **_CELL,
            **_FONT,
            "src": _ADDRESS,
            "alt": _TEXT,
            "href": _ADDRESS,
            "background-color": _COLOUR,
            "border-radius": _SIZES,
            "icon-size": _SIZE,
            "icon-padding": _SIZES,
            "text-padding": _SIZES,
        },
        required=frozenset({"src", "alt", "href"}),
    ),
    "mj-raw": Component(content=Content.HTML),
}

_EVERY_ATTRIBUTE = {
    name: values for component in _BODY.values() for name, values in component.attributes.items()
}

_HEAD: Mapping[str, Component] = {
    "mjml": Component(
        content=Content.COMPONENTS,
        children=frozenset({"mj-head", "mj-body"}),
        attributes={"lang": _LANGUAGE, "dir": _DIRECTION},
        required=frozenset({"lang", "dir"}),
    ),
    "mj-head": Component(
        content=Content.COMPONENTS,
        children=frozenset(
            {"mj-title", "mj-preview", "mj-attributes", "mj-breakpoint", "mj-style", "mj-raw"}
        ),
    ),
    "mj-body": Component(
        content=Content.COMPONENTS,
        children=frozenset({"mj-wrapper", "mj-section", "mj-raw"}),
        attributes={"width": _PX, "background-color": _COLOUR},
    ),
    "mj-title": Component(content=Content.TEXT),
    "mj-preview": Component(content=Content.TEXT),
    "mj-attributes": Component(
        content=Content.COMPONENTS, children=frozenset({"mj-all", "mj-class", *_BODY}) - {"mj-raw"}
    ),
    "mj-all": Component(attributes=_EVERY_ATTRIBUTE),
    "mj-class": Component(attributes={**_EVERY_ATTRIBUTE, "name": _TEXT}, required=frozenset({"name"})),
    "mj-breakpoint": Component(attributes={"width": _PX}, required=frozenset({"width"})),
    "mj-style": Component(content=Content.CSS),
}

#: Attributes that every component has.
COMMON_ATTRIBUTES: Mapping[str, Values] = _CLASSES
COMPONENTS: Mapping[str, Component] = {**_HEAD, **_BODY}

#: What MJML knows and we refuse, with what to write instead.
REFUSED: Mapping[str, str] = {
    "mj-include": "Write {% include %}: included sections lose their width.",
    "mj-html-attributes": "Write the attribute in the HTML itself: MRML cannot.",
    "mj-selector": "Write the attribute in the HTML itself: MRML cannot.",
    "mj-font": "Fonts are those that readers have: nothing is downloaded.",
    "mj-carousel": "Two of them collide, and few clients show one.",
    "mj-accordion": "Few clients open one.",
    "mj-hero": "Write mj-section: its height is wrong in MRML.",
    "mj-navbar": "Write links in mj-text: two of them collide.",
    "link": "Style sheets are never fetched: write email/inline.css or mj-style.",
    "script": "No mail client runs it.",
    "iframe": "No mail client shows it.",
    "object": "No mail client shows it.",
    "embed": "No mail client shows it.",
    "form": "Few clients send it: link to a page.",
    "base": "Links in a mail are absolute.",
}
