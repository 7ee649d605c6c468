"""Headings of a body, set below the headline of the letter that it becomes part of."""

from collections.abc import Iterable

from newsletter.content.body.elements import Element, Node
from newsletter.content.body.structure import HEADINGS

_DEEPEST = 6


def shifted_headings(blocks: Iterable[Element], first_level: int) -> tuple[Element, ...]:
    """Return *blocks* with headings from *first_level* (1–6) down, no level skipped (WCAG 2.2, technique H42).

    A heading in a list, a quotation or the like is no part of the outline: it becomes a paragraph in bold.
    """
    above: list[int] = []
    shifted: list[Element] = []
    for block in blocks:
        if block.tag in HEADINGS:
            level = int(block.tag[1])
            while above and above[-1] >= level:
                above.pop()
            above.append(level)
            shifted.append(Element(f"h{min(first_level + len(above) - 1, _DEEPEST)}", block.children))
        else:
            shifted.append(block.holding(_without_headings(child) for child in block.children))
    return tuple(shifted)


def _without_headings(node: Node) -> Node:
    if isinstance(node, str):
        return node
    if node.tag in HEADINGS:
        return Element("p", (Element("strong", node.children),))
    return node.holding(_without_headings(child) for child in node.children)
