"""By which words in a letter each feature of Can I email is known.

A feature is named as the data names it. Each stands in one of these tables, or in `UNSEEN` with the reason; the command
that brings new data says which stand in none.
"""

from collections.abc import Iterable, Mapping


def words(text: str) -> tuple[str, ...]:
    """Return the words of *text*, which is easier to read than as many strings."""
    return tuple(text.split())


#: Called as the property, with `css-` before it.
_OF_ITS_NAME = words("""
accent-color align-items aspect-ratio backdrop-filter background-blend-mode background-clip background-color
background-image background-origin background-position background-repeat background-size border-collapse border-spacing
box-shadow box-sizing caption-side clear clip-path color-scheme column-count cursor direction display empty-cells filter
float font font-kerning font-size font-size-adjust font-stretch font-weight height hyphenate-character
hyphenate-limit-chars hyphens inline-size inset justify-content letter-spacing line-height list-style list-style-image
list-style-position list-style-type mask-image max-block-size max-height max-inline-size max-width min-block-size
min-height min-inline-size min-width mix-blend-mode object-fit object-position opacity orphans outline-offset
overflow-wrap position resize shape-margin shape-outside tab-size table-layout text-align text-align-last text-decoration
text-decoration-color text-decoration-line text-decoration-skip-ink text-decoration-style text-decoration-thickness
text-emphasis-position text-indent text-justify text-orientation text-overflow text-shadow text-transform
text-underline-offset text-underline-position text-wrap transform user-select vertical-align visibility white-space
white-space-collapse widows width word-break word-spacing word-wrap writing-mode z-index
""")

_SIDES = ("top", "right", "bottom", "left")
_CORNERS = ("top-left", "top-right", "bottom-left", "bottom-right")
_FLOW_CORNERS = ("start-start", "start-end", "end-start", "end-end")
_FLOW_AXES = ("inline", "block")
_FLOW_SIDES = tuple(f"{axis}-{edge}" for axis in _FLOW_AXES for edge in ("start", "end"))
_ASPECTS = ("color", "style", "width")

#: Properties by feature, where one stands for several or is called otherwise.
_TOGETHER: Mapping[str, Iterable[str]] = {
    "css-animation": (
        "animation",
        *(
            f"animation-{part}"
            for part in (
                "name",
                "duration",
                "delay",
                "timing-function",
                "iteration-count",
                "direction",
                "fill-mode",
                "play-state",
            )
        ),
    ),
    "css-background": ("background",),
    "css-block-inline-size": ("block-size",),
    "css-border": (
        "border",
        *(f"border-{name}" for name in (*_SIDES, *_ASPECTS)),
        *(f"border-{side}-{aspect}" for side in _SIDES for aspect in _ASPECTS),
    ),
    "css-border-image": (
        "border-image",
        *(f"border-image-{part}" for part in ("source", "slice", "width", "outset", "repeat")),
    ),
    "css-border-inline-block": tuple(f"border-{axis}" for axis in _FLOW_AXES),
    "css-border-inline-block-longhand": tuple(f"border-{axis}-{a}" for axis in _FLOW_AXES for a in _ASPECTS),
    "css-border-inline-block-individual": (
        *(f"border-{side}" for side in _FLOW_SIDES),
        *(f"border-{side}-{aspect}" for side in _FLOW_SIDES for aspect in _ASPECTS),
    ),
    "css-border-radius": ("border-radius", *(f"border-{corner}-radius" for corner in _CORNERS)),
    "css-border-radius-logical": tuple(f"border-{corner}-radius" for corner in _FLOW_CORNERS),
    "css-column-layout-properties": (
        "columns",
        *(
            f"column-{part}"
            for part in ("width", "fill", "span", "rule", "rule-color", "rule-style", "rule-width")
        ),
    ),
    "css-gap": ("gap", "row-gap", "column-gap", "grid-gap", "grid-row-gap", "grid-column-gap"),
    "css-grid-template": (
        "grid-template",
        *(f"grid-template-{part}" for part in ("areas", "columns", "rows")),
    ),
    "css-left-right-top-bottom": _SIDES,
    "css-margin": ("margin", *(f"margin-{side}" for side in _SIDES)),
    "css-margin-inline-block": tuple(f"margin-{axis}" for axis in _FLOW_AXES),
    "css-margin-inline-start-end": ("margin-inline-start", "margin-inline-end"),
    "css-margin-block-start-end": ("margin-block-start", "margin-block-end"),
    "css-outline": ("outline", *(f"outline-{aspect}" for aspect in _ASPECTS)),
    "css-overflow": ("overflow", "overflow-x", "overflow-y"),
    "css-padding": ("padding", *(f"padding-{side}" for side in _SIDES)),
    "css-padding-inline-block": tuple(f"padding-{axis}" for axis in _FLOW_AXES),
    "css-padding-inline-start-end": ("padding-inline-start", "padding-inline-end"),
    "css-padding-block-start-end": ("padding-block-start", "padding-block-end"),
    "css-scroll-snap": ("scroll-snap-type", "scroll-snap-align", "scroll-snap-stop"),
    "css-text-emphasis": ("text-emphasis", "text-emphasis-color", "text-emphasis-style"),
    "css-transition": (
        "transition",
        *(f"transition-{part}" for part in ("property", "duration", "delay", "timing-function")),
    ),
}

#: Property → feature.
PROPERTIES: Mapping[str, str] = {
    **{name: f"css-{name}" for name in _OF_ITS_NAME},
    **{name: slug for slug, names in _TOGETHER.items() for name in names},
}

#: Property and first word of its value → feature.
VALUES: Mapping[tuple[str, str], str] = {
    **{("display", value): "css-display-flex" for value in ("flex", "inline-flex")},
    **{("display", value): "css-display-grid" for value in ("grid", "inline-grid")},
    ("display", "none"): "css-display-none",
    **{("flex-direction", value): "css-flex-direction" for value in ("column", "column-reverse")},
    **{("flex-wrap", value): "css-flex-wrap" for value in ("wrap", "wrap-reverse")},
}

#: Properties with the value that they have anyway, by value: nothing is lost where they are not known. MJML writes some.
_AS_IT_IS: Mapping[str, str] = {
    "none": "animation background-image box-shadow clear clip-path filter float outline text-shadow transform transition",
    "auto": "bottom left right table-layout top z-index",
    "normal": "font-kerning font-stretch mix-blend-mode word-spacing",
    "static": "position",
    "fill": "object-fit",
    "visible": "overflow visibility",
    "horizontal-tb": "writing-mode",
}
IDLE: frozenset[tuple[str, str]] = frozenset(
    (name, value) for value, properties in _AS_IT_IS.items() for name in properties.split()
)

#: Word in any value → feature.
KEYWORDS: Mapping[str, str] = {
    "initial": "css-unit-initial",
    **dict.fromkeys(("fit-content", "min-content", "max-content"), "css-intrinsic-size"),
    **dict.fromkeys(("system-ui", "ui-serif", "ui-sans-serif", "ui-rounded", "ui-monospace"), "css-sytem-ui"),
}

#: Function in any value → feature.
FUNCTIONS: Mapping[str, str] = {
    "calc": "css-unit-calc",
    "clamp": "css-function-clamp",
    "fit-content": "css-intrinsic-size",
    "light-dark": "css-function-light-dark",
    "max": "css-function-max",
    "min": "css-function-min",
    "rgb": "css-rgb",
    "rgba": "css-rgba",
    "var": "css-variables",
    **dict.fromkeys(("lab", "lch", "oklab", "oklch"), "css-modern-color"),
    **{
        f"{repeating}{shape}-gradient": f"css-{shape}-gradient"
        for shape in ("linear", "radial", "conic")
        for repeating in ("", "repeating-")
    },
}

UNITS: Mapping[str, str] = {
    "%": "css-unit-percent",
    **{name: f"css-unit-{name}" for name in words("ch cm em ex in mm pc pt px rem vh vmax vmin vw")},
}

AT_RULES: Mapping[str, str] = {
    "font-face": "css-at-font-face",
    "import": "css-at-import",
    "keyframes": "css-at-keyframes",
    "media": "css-at-media",
    "supports": "css-at-supports",
}

#: Word in the condition of a media query → feature.
MEDIA_FEATURES: Mapping[str, str] = {
    **{f"{edge}device-pixel-ratio": "css-at-media-device-pixel-ratio" for edge in ("", "min-", "max-")},
    "hover": "css-at-media-hover",
    "any-hover": "css-at-media-hover",
    "orientation": "css-at-media-orientation",
    "prefers-color-scheme": "css-at-media-prefers-color-scheme",
    "prefers-reduced-motion": "css-at-media-prefers-reduced-motion",
}

_PSEUDO_CLASSES = words("""
active checked default first-child first-of-type focus focus-visible focus-within has hover lang
last-child last-of-type link not nth-child nth-last-child nth-last-of-type nth-of-type only-child
only-of-type target visited
""")
_PSEUDO_ELEMENTS = ("after", "before", "first-letter", "first-line", "marker", "placeholder")

#: What stands after a colon in a selector → feature; four elements may be written with one colon.
PSEUDO: Mapping[str, str] = {
    **{name: f"css-pseudo-class-{name}" for name in _PSEUDO_CLASSES},
    **{name: f"css-pseudo-element-{name}" for name in _PSEUDO_ELEMENTS},
}

COMBINATORS: Mapping[str, str] = {
    ">": "css-selector-child",
    "+": "css-selector-adjacent-sibling",
    "~": "css-selector-general-sibling",
    " ": "css-selector-descendant",
}

#: What else a style sheet is made of.
SYNTAX = frozenset(
    {
        f"css-selector-{part}"
        for part in ("attribute", "chaining", "class", "grouping", "id", "type", "universal")
    }
    | {"css-comments", "css-important", "css-nesting", "css-variables"}
)

ELEMENTS: Mapping[str, str] = {
    **{
        tag: f"html-{tag}"
        for tag in words("""
abbr acronym address audio base bdi blockquote body code del dfn dialog div form hr img link marquee
meter object p picture pre progress rp rt ruby select small span strike strong style svg table textarea
video wbr
""")
    },
    **{f"h{level}": "html-h1-h6" for level in range(1, 7)},
    **dict.fromkeys(("ul", "ol", "dl"), "html-lists"),
    **dict.fromkeys(("map", "area"), "html-image-maps"),
    **dict.fromkeys(
        words("article aside details figcaption figure footer header main mark nav section summary time"),
        "html-semantics",
    ),
}

ATTRIBUTES: Mapping[str, str] = {
    **{
        name: f"html-{name}"
        for name in words("""
align aria-describedby aria-hidden aria-label aria-labelledby aria-live background cellpadding
cellspacing dir height hidden lang popover required role srcset target valign width
""")
    },
    "inert": "css-inert-attribute",
    "loading": "html-loading-attribute",
    "sizes": "html-srcset",
    "usemap": "html-image-maps",
}

#: Element and its `type` → feature.
TYPES: Mapping[tuple[str, str], str] = {
    **{
        ("input", kind): f"html-input-{kind}"
        for kind in ("checkbox", "hidden", "radio", "reset", "submit", "text")
    },
    ("input", ""): "html-input-text",
    ("button", ""): "html-button-submit",
    ("button", "submit"): "html-button-submit",
    ("button", "reset"): "html-button-reset",
}

#: What else HTML is made of.
CONTENT = frozenset(
    {"html-anchor-links", "html-comments", "html-doctype", "html-mailto-links", "html-meta-color-scheme"}
)

#: End of a picture's address → feature.
IMAGES: Mapping[str, str] = {
    **{
        suffix: f"image-{suffix}"
        for suffix in ("apng", "avif", "bmp", "gif", "ico", "jpg", "mp4", "png", "svg", "tiff", "webp")
    },
    "heic": "image-heif",
    "heif": "image-heif",
    "jpeg": "image-jpg",
    "tif": "image-tiff",
}
#: A picture that stands in the mail itself.
EMBEDDED = "image-base64"

#: What nobody can see in a letter, and why.
UNSEEN: Mapping[str, str] = {
    "amp": "another part of a mail, which is never made",
    "bimi": "a record of the sender's domain",
    "image-hdr": "told by what is in a picture, not by its name",
}


def seen() -> frozenset[str]:
    """Return every feature that is looked for."""
    tables = (
        PROPERTIES,
        VALUES,
        KEYWORDS,
        FUNCTIONS,
        UNITS,
        AT_RULES,
        MEDIA_FEATURES,
        PSEUDO,
        COMBINATORS,
        ELEMENTS,
        ATTRIBUTES,
        TYPES,
        IMAGES,
    )
    return frozenset({EMBEDDED, *SYNTAX, *CONTENT}.union(*(table.values() for table in tables)))
