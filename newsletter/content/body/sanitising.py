"""What HTML may do in content: two allow-lists, one for what writers may write, one for what leaves in a mail.

`accept_html` parses as a browser does (HTML 5) and keeps what this program knows how to turn into mail;
`email_html` is the last wall: whatever was done between the two, nothing passes it but this list.
"""

import re
from functools import cache
from typing import TYPE_CHECKING

from newsletter.content.body.limits import MAX_ELEMENTS, TooLargeError

if TYPE_CHECKING:
    from nh3 import Cleaner

#: Gone with everything in them.
_GONE = frozenset(
    {
        "script",
        "style",
        "svg",
        "math",
        "template",
        "noscript",
        "textarea",
        "select",
        "button",
        "title",
        "object",
    }
)
_INLINE = frozenset(
    {"a", "b", "big", "cite", "code", "del", "dfn", "em", "i", "img", "kbd", "mark", "q", "s", "samp"}
    | {"small", "span", "strike", "strong", "sub", "sup", "tt", "u", "var", "ins", "br"}
)
_BLOCKS = frozenset(
    {"address", "article", "aside", "blockquote", "center", "dd", "details", "div", "dl", "dt", "fieldset"}
    | {"figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "legend"}
    | {"li", "main", "nav", "ol", "p", "picture", "pre", "section", "summary", "ul"}
    | {"table", "caption", "thead", "tbody", "tfoot", "tr", "th", "td"}
)
#: Shown as a link to what they would play.
MEDIA = frozenset({"audio", "video", "iframe", "embed"})

_EMAIL_TAGS = frozenset(
    {"p", "br", "a", "strong", "em", "del", "sub", "sup", "ul", "ol", "li", "blockquote"}
    | {"h1", "h2", "h3", "h4", "h5", "h6", "hr", "code", "pre", "table", "thead", "tbody", "tr", "th", "td"}
)
#: Only named so that a problem can tell of them; `resolve_link` refuses all but the first four.
_SCHEMES = frozenset({"http", "https", "mailto", "tel"})
_NAMED_SCHEMES = _SCHEMES | {"javascript", "vbscript", "data", "file", "ftp", "cid", "blob", "sms", "geo"}

_OPENING = re.compile(r"<([a-zA-Z][a-zA-Z0-9]*)")
_IFRAME = re.compile(r"(<iframe[^>]*>).*?(</iframe>)", re.DOTALL)
#: These end where the next one begins, so they do not nest.
_CLOSES_ITSELF = frozenset({"p", "li", "dt", "dd", "tr", "td", "th", "br", "hr", "img"})


def accept_html(html: str) -> str:
    """Return what of *html* can become mail, as well-formed HTML 5. Raises `TooLargeError`."""
    if sum(tag.lower() not in _CLOSES_ITSELF for tag in _OPENING.findall(html)) > MAX_ELEMENTS:
        raise TooLargeError(f"it has more than {MAX_ELEMENTS:,} HTML elements")
    # What stands inside an <iframe> is text to a browser and tags to other parsers: it goes.
    return _IFRAME.sub(r"\1\2", _accepting().clean(html))


def email_html(html: str) -> str:
    """Return *html* with nothing but what mail programs show alike; safe to stand in a page unescaped."""
    return _mailing().clean(html)


@cache
def _accepting() -> "Cleaner":
    from nh3 import Cleaner

    return Cleaner(
        tags=set(_INLINE | _BLOCKS | MEDIA | {"source"}),
        clean_content_tags=set(_GONE),
        attributes={
            "a": {"href", "title", "id", "name"},
            "img": {"src", "alt", "title"},
            "ol": {"start"},
            "th": {"align", "colspan", "style"},
            "td": {"align", "colspan", "style"},
            **{tag: {"src", "title"} for tag in (*MEDIA, "source")},
        },
        filter_style_properties={"text-align"},
        url_schemes=set(_NAMED_SCHEMES),
        link_rel=None,
    )


@cache
def _mailing() -> "Cleaner":
    from nh3 import Cleaner

    alignments = {"left", "center", "right"}
    return Cleaner(
        tags=set(_EMAIL_TAGS),
        clean_content_tags=set(_GONE),
        attributes={"a": {"href", "title"}, "ol": {"start"}, "td": {"colspan"}, "th": {"colspan"}},
        tag_attribute_values={
            "table": {"class": {"data", "data whole"}},
            "th": {"align": alignments, "scope": {"col", "row"}},
            "td": {"align": alignments},
        },
        url_schemes=set(_SCHEMES),
        url_relative="deny",
        link_rel=None,
    )
