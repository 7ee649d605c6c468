"""Every link and picture of a body resolved; what cannot be used loses its link and keeps its words."""

from collections.abc import Iterable

from newsletter.content.addresses.links import LinkBase, Refusal, resolve_link, resolve_picture
from newsletter.content.body.elements import Element, Node, text_of
from newsletter.content.body.findings import Findings
from newsletter.errors import Level


def with_links(blocks: Iterable[Element], base: LinkBase, findings: Findings) -> tuple[Element, ...]:
    """Return *blocks* with whole addresses; report what has none in *findings*."""
    resolved = (_resolved(block, base, findings) for block in blocks)
    return tuple(node for nodes in resolved for node in nodes if isinstance(node, Element))


def _resolved(node: Node, base: LinkBase, findings: Findings) -> tuple[Node, ...]:
    if isinstance(node, str):
        return (node,)
    children = tuple(part for child in node.children for part in _resolved(child, base, findings))
    if node.tag == "a":
        return _link(node.holding(children), base, findings)
    if node.tag == "img":
        return _picture(node, base, findings)
    # A figure whose picture is gone leaves its caption, which says nothing alone.
    if node.tag == "figure" and not (children and isinstance(children[0], Element)):
        return ()
    # Without its cells in their places a row of a table would say something else.
    is_empty = not children and bool(node.children) and node.tag not in {"td", "th"}
    return () if is_empty else (node.holding(children),)


def _link(node: Element, base: LinkBase, findings: Findings) -> tuple[Node, ...]:
    written = node.attributes.get("href")
    if written is None:
        if not node.attributes.keys() & {"id", "name"}:
            _report_lost_address(node, findings)
        return node.children
    target = resolve_link(written, base)
    if isinstance(target, Refusal):
        findings.add(Level.WARNING, target.rule, target.message, at=written, help=target.help)
    if not isinstance(target, str) or not node.children:
        return node.children
    title = {"title": node.attributes["title"]} if node.attributes.get("title") else {}
    return (Element(node.tag, node.children, {"href": target, **title}),)


def _report_lost_address(node: Element, findings: Findings) -> None:
    text = text_of(node.children).strip()
    findings.add(
        Level.WARNING,
        "refused-link",
        f"The link of “{text}” was left out: its address is of a kind that mail programs do not open.",
        at=text,
        help="Write an address that begins with https://, http://, mailto: or tel:.",
    )


def _picture(node: Element, base: LinkBase, findings: Findings) -> tuple[Node, ...]:
    written = node.attributes["src"]
    source = resolve_picture(written, base)
    if isinstance(source, Refusal):
        findings.add(Level.WARNING, source.rule, source.message, at=written, help=source.help)
        alt = node.attributes.get("alt")
        return (alt,) if alt else ()
    return (Element(node.tag, (), {**node.attributes, "src": source}),)
