"""Which features of Can I email a style sheet, or a `style` attribute, uses."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from newsletter.checks.clients import names

if TYPE_CHECKING:
    from tinycss2.ast import AtRule, Declaration, Node, QualifiedRule

_PREFIX = re.compile(r"-(?:webkit|moz|ms|o)-")
_SUFFIX = re.compile(r"[^?#]*\.([a-z0-9]+)(?:[?#].*)?", re.IGNORECASE | re.DOTALL)
#: What holds rules as a style sheet does.
_HOLDS_RULES = frozenset({"media", "supports", "layer", "container"})
#: Kind of a token in a selector, and a sign there → feature.
_SIMPLE = {"ident": "css-selector-type", "hash": "css-selector-id", "[] block": "css-selector-attribute"}
_SIGNS = {"*": "css-selector-universal", "&": "css-nesting"}
_JINJA = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Use:
    """A feature, and the line on which it is used."""

    slug: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """What a style sheet uses."""

    uses: tuple[Use, ...]
    #: Lines of at-rules that stand inside another one.
    nested: tuple[int, ...]


@lru_cache(maxsize=64)
def read_sheet(css: str) -> Sheet:
    """Return what the style sheet *css* uses; what cannot be read uses nothing."""
    import tinycss2

    rules = tinycss2.parse_stylesheet(css, skip_whitespace=True)
    nested = [
        inner.source_line
        for rule in rules
        if rule.type == "at-rule" and rule.lower_at_keyword in _HOLDS_RULES
        for inner in _inner_rules(rule)
        if inner.type == "at-rule"
    ]
    return Sheet(uses=tuple(dict.fromkeys(_in_rules(rules))), nested=tuple(nested))


@lru_cache(maxsize=4096)
def read_style(style: str) -> frozenset[str]:
    """Return the features that the `style` attribute *style* uses."""
    import tinycss2

    found = tinycss2.parse_blocks_contents(style, skip_whitespace=True)
    return frozenset(use.slug for use in _in_block(found))


def without_jinja(template: str) -> str:
    """Return the style sheet in *template* with Jinja's tags blanked out, line by line where it was."""
    return _JINJA.sub(_blank, template)


def image_slug(address: str) -> str | None:
    """Return the feature that the picture at *address* is, by its name; None: its name does not say."""
    if address.strip().lower().startswith("data:"):
        return names.EMBEDDED
    suffix = _SUFFIX.fullmatch(address)
    return names.IMAGES.get(suffix[1].lower()) if suffix else None


def _blank(tag: re.Match[str]) -> str:
    # A value becomes a word, which no property is called and no value begins with.
    mark = "x" if tag[0].startswith("{{") else " "
    return "".join("\n" if letter == "\n" else mark for letter in tag[0])


def _inner_rules(rule: "AtRule") -> Sequence["Node"]:
    import tinycss2

    rules: list[Node] = tinycss2.parse_rule_list(rule.content or [], skip_whitespace=True)
    return rules


def _in_rules(rules: Iterable["Node"]) -> Iterator[Use]:
    for rule in rules:
        if rule.type == "comment":
            yield Use("css-comments", rule.source_line)
        elif rule.type == "qualified-rule":
            yield from _in_rule(rule)
        elif rule.type == "at-rule":
            yield from _in_at_rule(rule)


def _in_rule(rule: "QualifiedRule") -> Iterator[Use]:
    import tinycss2

    yield from (Use(slug, rule.source_line) for slug in _in_selector(rule.prelude))
    yield from _in_block(tinycss2.parse_blocks_contents(rule.content, skip_whitespace=True))


def _in_at_rule(rule: "AtRule") -> Iterator[Use]:
    name = rule.lower_at_keyword
    if slug := names.AT_RULES.get(_PREFIX.sub("", name)):
        yield Use(slug, rule.source_line)
    if name == "media":
        words = {_PREFIX.sub("", token.lower_value) for token in _flat(rule.prelude) if token.type == "ident"}
        yield from (
            Use(slug, rule.source_line) for word, slug in names.MEDIA_FEATURES.items() if word in words
        )
    if name in _HOLDS_RULES:
        yield from _in_rules(_inner_rules(rule))


def _in_block(found: Iterable["Node"]) -> Iterator[Use]:
    for node in found:
        if node.type == "declaration":
            yield from _in_declaration(node)
        elif node.type == "comment":
            yield Use("css-comments", node.source_line)
        elif node.type == "qualified-rule":
            yield Use("css-nesting", node.source_line)
            yield from _in_rule(node)
        elif node.type == "at-rule":
            yield from _in_at_rule(node)


def _in_declaration(declaration: "Declaration") -> Iterator[Use]:
    line = declaration.source_line
    name = _PREFIX.sub("", declaration.lower_name)
    if name.startswith("--"):
        yield Use("css-variables", line)
        return
    if name.startswith("mso-"):
        return
    words = [token.lower_value for token in declaration.value if token.type == "ident"]
    if words and (name, words[0]) in names.IDLE:
        return
    if slug := names.PROPERTIES.get(name):
        yield Use(slug, line)
    if declaration.important:
        yield Use("css-important", line)
    yield from (Use(slug, line) for slug in _in_value(name, declaration.value))


def _in_value(name: str, value: Sequence["Node"]) -> Iterator[str]:
    words = [token.lower_value for token in value if token.type == "ident"]
    if words and (slug := names.VALUES.get((name, _PREFIX.sub("", words[0])))):
        yield slug
    for token in _flat(value):
        slug = None
        if token.type == "ident":
            slug = names.KEYWORDS.get(_PREFIX.sub("", token.lower_value))
        elif token.type == "function":
            slug = names.FUNCTIONS.get(_PREFIX.sub("", token.lower_name))
        elif token.type == "dimension":
            slug = names.UNITS.get(token.lower_unit)
        elif token.type == "percentage":
            slug = names.UNITS["%"]
        elif token.type in {"url", "string"} and ("background" in name or "image" in name):
            slug = image_slug(token.value)
        if slug:
            yield slug


def _flat(tokens: Iterable["Node"]) -> Iterator["Node"]:
    """Yield *tokens* and what stands in their parentheses."""
    for token in tokens:
        yield token
        if token.type == "function":
            yield from _flat(token.arguments)
        elif token.type.endswith("block"):
            yield from _flat(token.content)


def _in_selector(prelude: Sequence["Node"]) -> Iterator[str]:
    """Yield the features of the selectors in *prelude*."""
    parts = 0
    combinator = ""
    before = ""
    for token in prelude:
        kind, word = token.type, getattr(token, "value", "")
        if kind == "comment":
            continue
        if kind == "whitespace" or (kind == "literal" and word in {">", "+", "~", ","}):
            if word == ",":
                yield "css-selector-grouping"
            combinator = combinator.strip() or (" " if kind == "whitespace" else word)
            parts, before = 0, ""
            continue
        if combinator:
            yield from filter(None, [names.COMBINATORS.get(combinator)])
            combinator = ""
        slug = _simple(token, before)
        if slug in {"css-selector-class", "css-selector-id", "css-selector-attribute"}:
            parts += 1
            if parts == 2:
                yield "css-selector-chaining"
        if slug:
            yield slug
        if kind == "function":
            yield from _in_selector(token.arguments)
        before = word if kind == "literal" else ""


def _simple(token: "Node", before: str) -> str | None:
    """Return the feature that *token* is in a selector; *before*: the sign that stands before it."""
    slug: str | None
    match token.type:
        case "ident" if before == ".":
            slug = "css-selector-class"
        case "ident" | "function" if before == ":":
            slug = names.PSEUDO.get(
                _PREFIX.sub("", str(getattr(token, "lower_value", "") or token.lower_name))
            )
        case "literal":
            slug = _SIGNS.get(token.value)
        case kind:
            slug = _SIMPLE.get(kind)
    return slug
