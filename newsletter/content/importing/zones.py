"""The parts of a page's tree that are no text, by their tags, roles and the words of their classes."""

import re
from collections.abc import Iterator

from lxml.html import HtmlElement

#: Never shown, or filled in by readers.
_UNSEEN = frozenset(
    {"script", "style", "noscript", "template", "svg", "math", "canvas", "object", "embed", "iframe", "head", "title", "meta", "link",
     "button", "input", "select", "textarea", "option", "datalist", "audio", "video", "map", "dialog", "figcaption"}
)  # fmt: skip
_TAGS = {"nav": "menu", "aside": "sidebar", "footer": "footer", "form": "form"}
_ROLES = {
    "navigation": "menu",
    "menu": "menu",
    "menubar": "menu",
    "banner": "header",
    "contentinfo": "footer",
    "search": "form",
    "complementary": "sidebar",
    "dialog": "notice",
    "alertdialog": "notice",
    "alert": "notice",
}
#: Words of class and id → what it is.
_CLASSES = (
    ("cookie notice", r"cookies?|consent|gdpr|cc-(?:window|banner)|cookiebot|onetrust|klaro|usercentrics|eu-cookie\S*"),
    ("call to sign up", r"newsletter\S*|subscri\w*|sign-?up|mailchimp|mc_embed\S*|optin|call-to-action|cta"),
    ("share bar", r"share\S*|sharing\S*|shariff|social\S*|addtoany\S*|a2a_\S*|addthis\S*|follow-?us|sociallinks?|jp-relatedposts|sharedaddy"),
    ("other pages", r"related\S*|recommend\S*|more-?(?:news|articles|posts|stories)|also-?(?:read|like)|you-?may\S*|similar\S*|read-?(?:next|also)|see-?also|latest\S*|recent-\S*|teaser-?(?:list|grid|group)s?|post-?nav\S*|prev-?next|pager|pagination|nav-links|card-(?:deck|list|grid|group)|views?-element-container--related|weitere\S*|plus-lus|a-lire\S*"),
    ("menu", r"breadcrumbs?\S*|(?:main|site|top|sub|side|mega|primary|secondary|footer|lang(?:uage)?|mobile|meta|service)[-_]?(?:nav(?:igation)?|menu)\S*|nav(?:bar|igation)?|menu|toc|skip-?(?:link|to)\S*|toolbar|language-?(?:switch|select)\S*|lang-?switch\S*"),
    ("sidebar", r"sidebar|side-?bar\S*|widget(?:-area)?s?|region-sidebar\S*|advert\S*|banner-ad|ads?|promo(?:tion)?\S*|sponsor\S*"),
    ("footer", r"(?:site|page|main)?[-_]?footer|region-footer\S*|colophon|copyright|imprint|legal-?links"),
    ("comments", r"comments?(?:-\w+)?|respond|disqus\S*"),
    ("byline", r"byline|author(?:-box|-info|-bio)?|post-author|print-?link\S*|tools|screen-reader-text|visually-hidden|sr-only|element-invisible|hidden|wp-caption-text|image-caption|credits?"),
)  # fmt: skip
_PATTERNS = tuple(
    (reason, re.compile(rf"(?:^|[\s_-]|block-|field--?)(?:{words})(?=$|\s)", re.IGNORECASE))
    for reason, words in _CLASSES
)
#: Wrappers say what is beside them: `has-sidebar`.
_WRAPPER = re.compile(r"\b(?:has|with|no|without|layout|page|template|body)[-_]\S*", re.IGNORECASE)
_INVISIBLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)


def is_unseen(element: HtmlElement) -> bool:
    """Whether browsers show nothing of *element*, or what readers fill in."""
    if element.tag in _UNSEEN or element.get("hidden") is not None:
        return True
    return bool(_INVISIBLE.search(element.get("style") or ""))


def zone_of(element: HtmlElement) -> str:
    """Return what part of a page *element* is, such as `share bar`; "" for text, or when it cannot be told."""
    tag = str(element.tag)
    if tag in {"html", "body", "main", "article", "h1", "time"}:
        return ""
    if reason := _ROLES.get((element.get("role") or "").casefold()):
        return "" if reason == "header" and _has_title(element) else reason
    if tag in _TAGS:
        # An article has a footer of its own: topics, sources.
        is_own = tag == "footer" and _is_inside(element, "article")
        return "" if is_own else _TAGS[tag]
    if tag == "header":
        return (
            ""
            if _has_title(element) or _is_inside(element, "article") or _is_inside(element, "main")
            else "header"
        )
    words = " ".join(_words(element))
    return next((reason for reason, pattern in _PATTERNS if pattern.search(words)), "") if words else ""


def _words(element: HtmlElement) -> Iterator[str]:
    for name in ("class", "id"):
        for word in (element.get(name) or "").split():
            if not _WRAPPER.match(word):
                yield word


def _has_title(element: HtmlElement) -> bool:
    return next(element.iter("h1"), None) is not None


def _is_inside(element: HtmlElement, tag: str) -> bool:
    return next(element.iterancestors(tag), None) is not None
