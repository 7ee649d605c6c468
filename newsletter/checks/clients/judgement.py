"""How much a feature matters that a mail program lacks, and what to write instead."""

from collections.abc import Iterable, Mapping

from newsletter.checks.clients import names

#: What every letter uses that the built-in templates make, and some program lacks: chosen so that nothing is lost where it
#: is. Whatever is not in here goes beyond a bare responsive mail.
BASELINE = frozenset(
    names.words("""
css-at-media css-at-media-prefers-color-scheme css-background css-background-color css-border css-border-radius
css-border-spacing css-comments css-cursor css-display css-display-none css-font-size css-font-weight css-height
css-hyphenate-limit-chars css-hyphens css-important css-letter-spacing css-line-height css-margin css-max-height css-max-width css-opacity
css-overflow css-padding css-selector-attribute css-selector-child css-selector-class css-selector-descendant
css-selector-grouping css-selector-id css-selector-type css-text-align css-text-decoration css-text-transform
css-white-space css-width css-word-break html-align html-aria-hidden html-aria-label html-body
html-dir html-height html-lang html-lists html-meta-color-scheme html-role html-style html-target html-width
""")
)

_COLUMNS = "Put columns into <mj-column>: it makes tables of them, which every program shows."
_FLOW = "Let things stand one below the other, or in columns; nothing should need to lie over something else."
_VALUE = (
    "Write the value itself; {{ light.accent }} and the like are variables that every program understands."
)
_LENGTH = "Write the length in px or %."
_COLOUR = "Write the colour as #rrggbb."
_SIDES = "Write left, right, top and bottom; `start` in the built-in templates turns with the language."
_PICTURE = "Show a picture that links to it on the web."
_FORM = "Link to a page of your website that has the form."
_FILE = "Use one PNG or JPEG, twice as wide as it is shown."
_GROUND = (
    "Set a background-color as well on which the text can be read; without the picture nothing may be lost."
)
_HIDING = "Leave it out with {% if … %}: what is hidden is shown where this is not known."
_CLASS = "Give the elements a class in the template, and name that in the rule."
_WORDS = "Write what it adds into the template."
_MARKS = "Use <div>, <p> and headings: they are shown everywhere."


def _each(slugs: str, advice: str) -> dict[str, str]:
    return dict.fromkeys(names.words(slugs), advice)


#: Feature → what to do instead. Of these the content or the layout depends.
_WEIGHTY: Mapping[str, str] = {
    **_each(
        """
        css-align-items css-column-count css-column-layout-properties css-display-flex css-display-grid
        css-flex-direction css-flex-wrap css-float css-clear css-gap css-grid-template css-justify-content
        css-table-layout
        """,
        _COLUMNS,
    ),
    **_each(
        """
        css-clip-path css-inset css-left-right-top-bottom css-object-fit css-position css-transform
        css-writing-mode css-z-index css-mask-image css-mix-blend-mode
        """,
        _FLOW,
    ),
    **_each("css-variables", _VALUE),
    **_each("css-nesting", "Write each rule with its whole selector."),
    **_each(
        """
        css-aspect-ratio css-box-sizing css-function-clamp css-function-max css-function-min
        css-intrinsic-size css-min-height css-min-width css-unit-calc css-unit-ch css-unit-rem css-unit-vh
        css-unit-vmax css-unit-vmin css-unit-vw
        """,
        _LENGTH,
    ),
    **_each("css-function-light-dark css-modern-color css-rgba", _COLOUR),
    **_each(
        """
        css-block-inline-size css-border-inline-block css-border-inline-block-individual
        css-border-inline-block-longhand css-inline-size css-margin-block-start-end css-margin-inline-block
        css-margin-inline-start-end css-max-block-size css-max-inline-size css-min-block-size
        css-min-inline-size css-padding-block-start-end css-padding-inline-block
        css-padding-inline-start-end
        """,
        _SIDES,
    ),
    **_each(
        "html-audio html-object html-svg html-video html-meter html-progress html-marquee image-mp4", _PICTURE
    ),
    **_each(
        """
        html-button-reset html-button-submit html-dialog html-form html-input-checkbox html-input-hidden
        html-input-radio html-input-reset html-input-submit html-input-text html-select html-textarea
        html-popover
        """,
        _FORM,
    ),
    **_each(
        """
        html-image-maps html-picture html-srcset image-apng image-avif image-base64 image-bmp image-heif
        image-ico image-svg image-tiff image-webp
        """,
        _FILE,
    ),
    **_each(
        "css-background-image css-conic-gradient css-linear-gradient css-radial-gradient css-background-size",
        _GROUND,
    ),
    **_each("css-visibility html-hidden", _HIDING),
    **_each("css-pseudo-element-after css-pseudo-element-before html-ruby html-rp html-rt", _WORDS),
    **_each("css-at-import html-link", "Write the rules into templates/email/base.css."),
    **_each("html-base", "Write whole addresses, with https://."),
    **_each("html-mailto-links", "Leave `bcc` out of the address."),
}

#: Feature → what to do instead. Where it is not known the mail is plainer, and no less.
_LIGHT: Mapping[str, str] = {
    **_each(
        """
        css-pseudo-class-first-child css-pseudo-class-first-of-type css-pseudo-class-has
        css-pseudo-class-last-child css-pseudo-class-last-of-type css-pseudo-class-not
        css-pseudo-class-nth-child css-pseudo-class-nth-last-child css-pseudo-class-nth-last-of-type
        css-pseudo-class-nth-of-type css-pseudo-class-only-child css-pseudo-class-only-of-type
        css-selector-adjacent-sibling css-selector-general-sibling css-selector-chaining
        css-selector-universal
        """,
        _CLASS,
    ),
    **_each("html-semantics html-abbr html-acronym html-bdi html-dfn", _MARKS),
    **_each(
        "css-at-font-face css-sytem-ui",
        "Name a font behind it that readers have, and see that the mail looks well in that one.",
    ),
}
_PLAINER = "Keep it only if the mail reads as well without it."

#: What is no trouble of its own where what it belongs to is told: the first goes with any of the second.
BELONGS_TO: Mapping[str, frozenset[str]] = {
    **{
        f"css-{name}": frozenset({"css-display-flex", "css-display-grid"})
        for name in ("align-items", "flex-direction", "flex-wrap", "gap", "grid-template", "justify-content")
    },
    **{f"css-{name}": frozenset({"css-position"}) for name in ("inset", "left-right-top-bottom", "z-index")},
    **{
        f"css-background-{name}": frozenset({"css-background-image"})
        for name in ("blend-mode", "clip", "origin", "position", "repeat", "size")
    },
    "css-at-keyframes": frozenset({"css-animation"}),
    "css-column-layout-properties": frozenset({"css-column-count"}),
    "css-object-position": frozenset({"css-object-fit"}),
    "html-srcset": frozenset({"html-picture"}),
    "html-rp": frozenset({"html-ruby"}),
    "html-rt": frozenset({"html-ruby"}),
    **{
        f"html-{name}": frozenset({"html-form"})
        for name in (
            "button-reset",
            "button-submit",
            "input-checkbox",
            "input-hidden",
            "input-radio",
            "input-reset",
            "input-submit",
            "input-text",
            "required",
            "select",
            "textarea",
        )
    },
}


#: What the data's titles leave open.
_TITLES: Mapping[str, str] = {
    "css-left-right-top-bottom": "left, right, top, bottom",
    "css-nesting": "rules within rules",
    "css-sytem-ui": "fonts such as system-ui",
    "css-variables": "CSS variables (--name, var())",
    "html-mailto-links": "bcc in a mailto: link",
    "html-semantics": "elements such as <nav>, <section> or <details>",
}


def title_of(slug: str, title: str) -> str:
    """Return what the feature *slug*, to the data *title*, is called in a message."""
    return _TITLES.get(slug, title)


def is_weighty(slug: str) -> bool:
    """Whether content or layout is lost where the feature *slug* is not known."""
    return slug in _WEIGHTY


def advice_on(slug: str) -> str:
    """Return what to write instead of the feature *slug*."""
    return _WEIGHTY.get(slug) or _LIGHT.get(slug) or _PLAINER


def without_followers(slugs: Iterable[str]) -> frozenset[str]:
    """Return *slugs* without those that only belong to others among them."""
    found = frozenset(slugs)
    return frozenset(slug for slug in found if not BELONGS_TO.get(slug, frozenset()) & found)
