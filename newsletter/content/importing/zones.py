"""The parts of a page's tree that are no text, by their tags, roles and the words of their classes."""

import re
from functools import lru_cache
from itertools import islice

from lxml.html import HtmlElement

#: Never shown, or filled in by readers.
_UNSEEN = frozenset(
    {"script", "style", "noscript", "template", "svg", "math", "canvas", "object", "embed", "iframe", "head", "title", "meta", "link",
     "button", "input", "select", "textarea", "option", "datalist", "audio", "video", "map", "dialog", "figcaption"}
)  # fmt: skip
_TAGS = {"nav": "menu", "aside": "sidebar", "footer": "footer", "form": "form"}
#: Paragraphs: a form to be filled in has fewer.
_FEW = 5
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
    ("cookie notice", r"cookies?|cookie-?\w*|consent\S*|gdpr\S*|cc-(?:window|banner)|cookiebot\S*|onetrust\S*|klaro\S*|usercentrics\S*|eu-cookie\S*"),
    ("call to sign up", r"newsletter\S*|subscri\S*|sign-?up\S*|mailchimp\S*|mc_embed\S*|mc4wp\S*|optin\S*|call-to-action|cta"),
    ("share bar", r"shar(?:e|ing)\S*|shariff\S*|social\S*|addtoany\S*|a2a_\S*|addthis\S*|follow-?us|jp-relatedposts|sharedaddy|sd-sharing\S*|\w+-share|\w+-sharing|\w+-social"),
    ("other pages", r"related\S*|recommend\S*|more-?(?:news|articles|posts|stories)|also-?(?:read|like)|you-?may\S*|similar\S*|read-?(?:next|also)|see-?also|latest\S*|recent-\S*|teaser-?(?:list|grid|group)s?|post-?nav\S*|prev-?next|pager|pagination|nav-links|card-(?:deck|list|grid|group)s?|cards|weitere\S*|plus-lus|a-lire\S*|\S+-related|\S+-pager"),
    ("menu", r"breadcrumbs?\S*|\S*-breadcrumbs?|pfad|brotkrumen|brotkrümel|hauptmenue?|(?:main|site|top|sub|side|mega|primary|secondary|footer|lang(?:uage)?|mobile|meta|service)[-_]?(?:nav(?:igation)?|menu)\S*|nav(?:bar|igation)?|menu|toc|toolbar|language-?(?:switch|select)\S*|lang-?switch\S*"),
    ("sidebar", r"sidebar|sidebar-\w+|side-?bar|widget-area|advert\S*|banner-ad|rechte-spalte|spalte-rechts|randspalte|marginalspalte|ads?|promo(?:tion)?s?|sponsors?"),
    ("footer", r"(?:site|page|main)?[-_]?footer|footer-\w+|fu(?:ss|ß)(?:zeile|bereich)?|pied(?:-de-page)?|colophon|copyright|imprint|legal-?links"),
    ("comments", r"comments?|comments?-(?:area|list|form|section|wrapper)|respond|disqus\S*|forum"),
    ("question about the page", r"feedback|rating"),
    ("byline", r"byline|author(?:-box|-info|-bio)?|post-author|print-?link\S*|screen-reader-text|visually-hidden|sr-only|element-invisible|hidden|wp-caption-text|image-caption|credits?"),
)  # fmt: skip
_PATTERNS = tuple((reason, re.compile(words, re.IGNORECASE)) for reason, words in _CLASSES)
#: What site builders put before the word that says what it is.
_PREFIX = re.compile(
    r"^(?:block|region|view|views?-element-container|field|field--name|widget|wp-block|ecl|c|m|o|l|js|et|elementor|tx|node|page|post|entry|article|content|site)[-_]+",
    re.IGNORECASE,
)
#: `sectionRelated` is `section-related`.
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
#: Wrappers say what is beside them: `has-sidebar`.
_WRAPPER = re.compile(r"(?:has|with|no|without|layout|template|body)[-_]", re.IGNORECASE)
_INVISIBLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)


def is_unseen(element: HtmlElement) -> bool:
    """Whether browsers show nothing of *element*, or what readers fill in."""
    return element.tag in _UNSEEN


def zone_of(element: HtmlElement) -> str:
    """Return what part of a page *element* is, such as `share bar`; "" for text, or when it cannot be told."""
    tag = str(element.tag)
    if tag in {"html", "body", "main", "article", "h1", "time"}:
        return ""
    if element.get("hidden") is not None or _INVISIBLE.search(element.get("style") or ""):
        return "hidden"
    if reason := _ROLES.get((element.get("role") or "").casefold()):
        return "" if reason == "header" and _has_title(element) else reason
    if tag in _TAGS:
        # An article has a footer of its own: topics, sources.
        is_own = (tag == "footer" and _is_inside(element, "article")) or (
            tag == "form" and _has_text(element)
        )
        return "" if is_own else _TAGS[tag]
    if tag == "header":
        return (
            ""
            if _has_title(element) or _is_inside(element, "article") or _is_inside(element, "main")
            else "header"
        )
    return _zone_by_words((element.get("class") or "") + " " + (element.get("id") or ""))


@lru_cache(maxsize=4096)
def _zone_by_words(words: str) -> str:
    """Return what an element with *words* in its class and id is."""
    for word in words.split():
        if _WRAPPER.match(word):
            continue
        kebab = _CAMEL.sub("-", word)
        for form in {word, kebab, _PREFIX.sub("", word), word.rpartition("__")[2]}:
            for reason, pattern in _PATTERNS:
                if pattern.fullmatch(form):
                    return reason
    return ""


def _has_title(element: HtmlElement) -> bool:
    return next(element.iter("h1"), None) is not None


def _has_text(form: HtmlElement) -> bool:
    """Whether a whole page stands in *form*, as ASP.NET builds them."""
    return sum(1 for _ in islice(form.iter("p"), _FEW)) == _FEW


def _is_inside(element: HtmlElement, tag: str) -> bool:
    return next(element.iterancestors(tag), None) is not None
