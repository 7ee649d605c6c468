"""Our own style sheet into `style` attributes, by premailer, which is kept from everything else.

With its defaults premailer drops the doctype, every `!important`, `@supports` and `[data-ogsc]`, overwrites the widths
of images, and fetches `@import` even when told not to use the network (docs/rendering.md).
"""

import logging
import sys
from functools import cache, lru_cache
from types import ModuleType
from typing import TYPE_CHECKING, Any, TypeAlias

from newsletter.errors import RenderingError, TemplateError

if TYPE_CHECKING:
    from cssutils.css import CSSStyleSheet
    from premailer import Premailer

#: premailer's own: specificity, selector and declarations of each rule, and what it would leave in the head.
Rules: TypeAlias = tuple[list[Any], list[Any]]

_IGNORED = '<style data-premailer="ignore"'


def inline(html: str, css: str, *, place: str) -> str:
    """Return the document *html* with the rules of *css* in its `style` attributes; its own style sheets stay.

    *css* may hold plain rules only. Raises `TemplateError` at *place*, the style sheet, when it holds anything else.
    """
    _check(css, place)
    # lxml compares the doctype by case, and without one every client falls back to quirks mode.
    document = html.replace("<!doctype html>", "<!DOCTYPE html>", 1).replace("<style", _IGNORED)
    inlined: str = _premailer(document, css).transform(pretty_print=False)
    return inlined.replace(' data-premailer="ignore"', "")


def _premailer(html: str, css: str) -> "Premailer":
    return _offline_premailer()(
        html,
        css_text=[css],
        allow_network=False,
        allow_loading_external_files=False,
        keep_style_tags=False,
        strip_important=False,
        remove_unset_properties=False,
        disable_validation=True,
        align_floating_images=False,
        include_star_selectors=False,
        cache_css_parsing=True,
    )


@cache
def _plain_premailer() -> "type[Premailer]":
    """Import premailer with an empty module in place of requests.

    It would use requests for external style sheets only, which never load here: the import takes as long as all the
    rest, and without it there is no way out.
    """
    real = sys.modules.get("requests")
    sys.modules["requests"] = ModuleType("requests")
    try:
        from premailer import Premailer
    finally:
        del sys.modules["requests"]
        if real is not None:
            sys.modules["requests"] = real
    return Premailer  # type: ignore[no-any-return]  # premailer has no types


@cache
def _offline_premailer() -> "type[Premailer]":
    class OfflinePremailer(_plain_premailer()):  # type: ignore[misc]  # premailer has no types
        """Cannot reach the network or a file, whatever a style sheet says."""

        def _parse_css_string(self, css_body: str, validate: bool = True) -> "CSSStyleSheet":
            return _parsed(css_body)

        def _parse_style_rules(self, css_body: str, ruleset_index: int) -> Rules:
            return _rules(css_body, ruleset_index)

        def _style_to_basic_html_attributes(
            self, element: object, style_content: str, force: bool = False
        ) -> None:
            """Leave attributes such as width and bgcolor as MRML wrote them."""

        def _load_external(self, url: str) -> str:
            raise RenderingError(
                f"premailer asked for {url}, but rendering reaches neither network nor files."
            )

    return OfflinePremailer


@lru_cache(maxsize=16)
def _rules(css: str, ruleset_index: int) -> Rules:
    """Return premailer's reading of *css*, which takes it longer than all the rest of its work."""
    reader = _premailer("", css)
    rules: Rules = _plain_premailer()._parse_style_rules(reader, css, ruleset_index)
    return rules


@lru_cache(maxsize=16)
def _parsed(css: str) -> "CSSStyleSheet":
    import cssutils

    cssutils.log.setLevel(logging.CRITICAL)
    parser = cssutils.CSSParser(fetcher=lambda _url: (None, b""), validate=False, raiseExceptions=True)
    return parser.parseString(css)


@lru_cache(maxsize=16)
def _check(css: str, place: str) -> None:
    """Raise `TemplateError` unless *css* is nothing but plain rules."""
    from xml.dom import DOMException

    try:
        sheet = _parsed(css)
    except DOMException as error:
        raise TemplateError(f"{place}: {error}.") from error
    for rule in sheet:
        if rule.type == rule.COMMENT or (rule.type == rule.STYLE_RULE and _is_plain(rule)):
            continue
        raise TemplateError(
            f"{place}: `{rule.cssText.splitlines()[0]}` cannot be inlined. Only plain rules can; "
            "@media, :hover and !important belong in an mj-style."
        )


def _is_plain(rule: Any) -> bool:
    # Not by its text, which cssutils writes anew in as long as it takes to parse it.
    return ":" not in rule.selectorText and not any(found.priority for found in rule.style.getProperties())
