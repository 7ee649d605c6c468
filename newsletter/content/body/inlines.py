"""Inside a line: text and the few elements (`INLINE`) that every mail program shows alike."""

import re
from collections.abc import Iterable, Sequence
from urllib.parse import urlsplit

from newsletter.content.body.elements import Element, Node, is_blank, text_of
from newsletter.content.body.sanitising import MEDIA

INLINE = frozenset({"a", "br", "code", "del", "em", "img", "strong", "sub", "sup"})
_SAME_AS = {
    "b": "strong",
    "cite": "em",
    "dfn": "em",
    "i": "em",
    "kbd": "code",
    "s": "del",
    "samp": "code",
    "strike": "del",
    "tt": "code",
    "var": "em",
}
#: Their content stays; what they say besides cannot be shown in a mail.
_TRANSPARENT = frozenset({"big", "ins", "mark", "picture", "q", "small", "span", "u"})
_SOURCES = INLINE | _TRANSPARENT | frozenset(_SAME_AS)
#: Attributes as Kramdown, Hugo and Pandoc writers add them: `{: .lead}`, `{#place}`, `{target=_blank}`.
_ATTRIBUTES = re.compile(r"\{(?::[^{}]*|[#.][^{}]*|[\w-]+=[^{}]*)\}")


def is_inline(node: Node) -> bool:
    """Return whether *node* can stand in a line as it is."""
    return isinstance(node, str) or node.tag in _SOURCES


def as_inline(nodes: Iterable[Node]) -> tuple[Node, ...]:
    """Return *nodes* as text and elements of `INLINE`; a block among them begins a new line."""
    inline: list[Node] = []
    for node in nodes:
        if isinstance(node, str):
            inline.append(node)
        elif node.tag in MEDIA:
            inline += media_link(node)
        elif node.tag in _SOURCES:
            inline += _inline_element(node)
        elif not is_blank([node]):
            inline += [] if is_blank(inline) else [Element("br")]
            inline += as_inline(node.children)
    return tuple(inline)


def trimmed(nodes: Sequence[Node]) -> tuple[Node, ...]:
    """Return *nodes* without blank text and line breaks at either end, and without written-out attributes."""
    kept = _without_attributes(nodes)
    while kept and _is_space(kept[0]):
        kept = kept[1:]
    while kept and _is_space(kept[-1]):
        kept = kept[:-1]
    if kept and isinstance(kept[0], str):
        kept = (kept[0].lstrip(), *kept[1:])
    if kept and isinstance(kept[-1], str):
        kept = (*kept[:-1], kept[-1].rstrip())
    return kept


def media_link(node: Element) -> tuple[Node, ...]:
    """Return a link to what *node* would play, named by its title or else by its address."""
    sources = (node, *(child for child in node.children if isinstance(child, Element)))
    address = next((each.attributes["src"] for each in sources if each.attributes.get("src")), "")
    if not address:
        return ()
    parts = urlsplit(address) if "[" not in address else None
    place = f"{parts.netloc}{parts.path}".rstrip("/") if parts else address
    return (Element("a", (node.attributes.get("title") or place,), {"href": address}),)


def _inline_element(node: Element) -> tuple[Node, ...]:
    tag = _SAME_AS.get(node.tag, node.tag)
    if tag == "br":
        return (Element("br"),)
    if tag == "img":
        return (node,) if node.attributes.get("src") else ()
    children = as_inline(node.children)
    if tag == "code":
        return (Element("code", (text_of(children),)),) if not is_blank(children) else children
    if tag == "q":
        return ("“", *children, "”")
    if tag in _TRANSPARENT or is_blank(children):
        return children
    return (Element(tag, children, node.attributes),)


def _is_space(node: Node) -> bool:
    return not node.strip() if isinstance(node, str) else node.tag == "br"


def _without_attributes(nodes: Sequence[Node]) -> tuple[Node, ...]:
    kept: list[Node] = []
    for node in nodes:
        if isinstance(node, str) and kept and isinstance(kept[-1], Element):
            found = _ATTRIBUTES.match(node)
            kept.append(node[found.end() :] if found else node)
        else:
            kept.append(node)
    if kept and isinstance(kept[-1], str):
        text = kept[-1].rstrip()
        start = text.rfind("{")
        if start >= 0 and _ATTRIBUTES.fullmatch(text, start):
            kept[-1] = text[:start]
    return tuple(kept)
