"""A line of text and inline elements as plain text; links become numbers."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import unquote

from newsletter.content.body.elements import Element, Node, text_of

#: Not the no-break space, which the writer put there on purpose.
_SPACE = re.compile(r"[ \t\n]+")
_RAISED = str.maketrans("0123456789+-=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿ")
_LOWERED = str.maketrans("0123456789+-=()", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎")


@dataclass(frozen=True, slots=True)
class LinkNumbers:
    """The addresses of a text in the order in which they are met; the same address keeps its number."""

    first: int
    _numbers: dict[str, int] = field(default_factory=dict)

    @property
    def addresses(self) -> tuple[str, ...]:
        """The addresses, in the order of their numbers."""
        return tuple(self._numbers)

    def mark(self, address: str) -> str:
        """Return `[3]` for *address*."""
        number = self._numbers.setdefault(address, self.first + len(self._numbers))
        return f"[{number}]"


def line_of(nodes: Iterable[Node], links: LinkNumbers) -> str:
    """Return *nodes* as text; a line feed in it is a line break that the writer wanted."""
    lines = "".join(_text(node, links) for node in nodes).split("\v")
    return "\n".join(_SPACE.sub(" ", line).strip(" ") for line in lines)


def _text(node: Node, links: LinkNumbers) -> str:
    if isinstance(node, str):
        return node
    match node.tag:
        case "br":
            # Told from the line feeds of the source, which are spaces; no text holds one (`clean_text`).
            return "\v"
        case "a":
            return _link(node, links)
        case "sup":
            return _moved(text_of(node.children), _RAISED, "^")
        case "sub":
            return _moved(text_of(node.children), _LOWERED, "_")
    inner = "".join(_text(child, links) for child in node.children)
    return f"~{inner}~" if node.tag == "del" else inner


def _link(node: Element, links: LinkNumbers) -> str:
    text = "".join(_text(child, links) for child in node.children)
    address = node.attributes.get("href", "")
    scheme, _, rest = address.partition(":")
    if scheme in {"mailto", "tel"}:
        return text if unquote(rest) in text else f"{text} <{rest}>"
    is_spelled_out = text.strip() in {address, unquote(address), rest.strip("/")}
    return text if is_spelled_out or not address else f"{text} {links.mark(address)}"


def _moved(text: str, table: dict[int, int], otherwise: str) -> str:
    is_known = all(ord(character) in table for character in text)
    return text.translate(table) if is_known else f"{otherwise}{text}"
