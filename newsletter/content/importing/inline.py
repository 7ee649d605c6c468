"""What stands inside a paragraph of HTML as Markdown: words, emphasis, links, line breaks."""

import re
from dataclasses import dataclass, field, replace
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

from lxml.html import HtmlElement

from newsletter.content.importing.blocks import Link
from newsletter.content.importing.markdown import escaped, link
from newsletter.content.importing.plaintext import tidy

#: Between pieces of text: a line break of the page's writer.
BREAK = "\x01"
_STRONG = frozenset({"strong", "b"})
_EMPHASIS = frozenset({"em", "i", "cite"})
_CODE = frozenset({"code", "kbd", "samp", "tt"})
_BOLD = re.compile(r"font-weight\s*:\s*(?:bold|bolder|[6-9]00)", re.IGNORECASE)
_TRACKING = re.compile(r"utm_\w+|fbclid|gclid|mc_[ce]id|mtm_\w+|pk_\w+|xtor", re.IGNORECASE)


@dataclass(slots=True)
class Inline:
    """Text, and the same as Markdown, as they are gathered."""

    #: What relative addresses are relative to; "": nobody knows.
    base: str
    text: list[str] = field(default_factory=list)
    markdown: list[str] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    #: Characters that are not strong.
    plain: int = 0
    #: The last thing added was an element: another one right after it stands apart on the screen.
    is_after_element: bool = False

    def add_text(self, text: str | None) -> None:
        """Add words."""
        if text:
            clean = re.sub(r"\s+", " ", tidy(text.replace("\n", " ")))
            self.text.append(clean)
            self.markdown.append(escaped(clean))
            self.plain += len(clean.strip())
            self.is_after_element = False

    def _touches(self, inner: "Inline") -> bool:
        before, after = "".join(self.text[-1:]), "".join(inner.text)
        return self.is_after_element and before[-1:].isalpha() and after[:1].isalnum() and len(after) > 1

    def add_break(self) -> None:
        """Add a line break."""
        self.text.append(BREAK)
        self.markdown.append(BREAK)

    def add_marked(self, element: HtmlElement, inner: "Inline") -> None:
        """Add what stands in *element*, with the marks that it stands for."""
        tag = str(element.tag)
        if tag == "a":
            inner = inner.on_one_line()
        if self._touches(inner):
            self.add_text(" ")
        self.text += inner.text
        self.links += inner.links
        self.is_after_element = True
        markdown = "".join(inner.markdown)
        if tag in _STRONG or _BOLD.search(element.get("style") or ""):
            markdown = _wrapped(markdown, "**")
        else:
            self.plain += inner.plain
        if tag in _EMPHASIS:
            markdown = _wrapped(markdown, "*")
        words = "".join(inner.text)
        if tag in _CODE and words.strip() and "`" not in words and BREAK not in words:
            markdown = f"`{words.strip()}`"
        if tag == "a":
            markdown = self._linked(element, inner, markdown)
        self.markdown.append(markdown)

    def on_one_line(self) -> "Inline":
        """Return the same without line breaks."""
        text = [each.replace(BREAK, " ") for each in self.text]
        markdown = [each.replace(BREAK, " ") for each in self.markdown]
        return replace(self, text=text, markdown=markdown)

    def _linked(self, element: HtmlElement, inner: "Inline", markdown: str) -> str:
        address = absolute(element.get("href") or "", self.base)
        words = " ".join("".join(inner.text).split())
        if not address or not words:
            return markdown
        self.links.append(Link(address=address, words=words))
        if words == address:
            return words
        before, after = _edges(markdown)
        return f"{before}{link(markdown.strip(), address)}{after}"


def _wrapped(markdown: str, mark: str) -> str:
    """Return *markdown* between *mark*s, which must touch a word; what has some already stays."""
    words = markdown.strip()
    if not words.strip(f"*{BREAK} ") or BREAK in words or words.startswith("*") or words.endswith("*"):
        return markdown
    before, after = _edges(markdown)
    return f"{before}{mark}{words}{mark}{after}"


def _edges(markdown: str) -> tuple[str, str]:
    stripped = markdown.lstrip()
    return markdown[: len(markdown) - len(stripped)], stripped[len(stripped.rstrip()) :]


def absolute(href: str, base: str) -> str:
    """Return the address of a link without what only counts its readers; "" when it leads to no page."""
    href = (
        re.sub(r"[\x00-\x20]+", "", href.strip())
        if href.strip().lower().startswith("javascript")
        else href.strip()
    )
    if not href or href.startswith("#"):
        return ""
    try:
        address = urljoin(base, href) if base else href
        parts = urlsplit(address)
    except ValueError:
        return ""
    if parts.scheme not in {"http", "https", "mailto", "tel", ""}:
        return ""
    if base and parts.fragment and urlunsplit(parts._replace(fragment="")) == base.partition("#")[0]:
        return ""
    if _TRACKING.search(parts.query):
        kept = [
            (name, value)
            for name, value in parse_qsl(parts.query, keep_blank_values=True)
            if not _TRACKING.fullmatch(name)
        ]
        parts = parts._replace(query=urlencode(kept))
    return urlunsplit(parts).replace(" ", "%20")
