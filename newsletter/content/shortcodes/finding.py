"""Finds the tags of site generators in a text: Hugo's, Liquid's (Jekyll, Eleventy), Tera's (Zola), kramdown's.

They are only found here; `shortcodes` knows what becomes of them. The time grows with the text and nothing else,
whatever the text is.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from newsletter.content.shortcodes.code import Range, code_ranges, is_within


class TagKind(StrEnum):
    """Who understands a tag."""

    #: `{{< name … >}}` and `{{% name … %}}`, in code too: Hugo runs them there.
    HUGO = "hugo"
    #: `{% name … %}`, in code too: Liquid knows nothing of Markdown.
    LIQUID = "liquid"
    #: `{{ name … }}`; not in code, where it is more often an example of something else.
    VALUE = "value"
    #: `{: .class}`, `{#id}`: looks of the website.
    ATTRIBUTES = "attributes"
    #: Text that stands for itself (raw blocks, escaped shortcodes) or for nothing (comments).
    LITERAL = "literal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag:
    """One tag and the characters that it takes."""

    kind: TagKind
    start: int
    end: int
    #: In lower case, without the `/` or `end` of a closing tag; of a quoted value, its first filter.
    name: str = ""
    is_closing: bool = False
    #: What follows the name; of a quoted value all of it; of a literal, the text that it stands for.
    content: str = ""


#: Between two of these stands code.
CODE_NAMES = frozenset({"codeblock", "highlight"})

_CLOSERS = {"{{<": ">}}", "{{%": "%}}", "{{{": "}}}", "{{": "}}", "{%": "%}"}
#: What follows decides at once about most braces that open nothing.
_OPENER = re.compile(
    r"""\{\{[<%](?=[\s\w/])|\{%(?=[-+\s\w/])|\{\{\{?(?=[-\s\w"'.$/])|\{:(?=[\s\w.#:/])|\{[#.](?=\w)|\{#(?=[-\s])|\{(?=[a-z]{1,20}=["'])"""
)
_NAME = re.compile(r"[A-Za-z_][\w./-]*")
#: An identifier of Liquid, Tera or Go: alone, with arguments or with filters.
_IDENTIFIER = re.compile(r"[.$]?[A-Za-z_][\w.-]*(?=$|[\s|(\[])")
_QUOTED = re.compile(r"""(?:"[^"]*"|'[^']*')\s*(?:\|\s*(\w+)|$)""")
_ATTRIBUTE = re.compile(r"[.#:]*[^\W\d][\w:.-]*(?:=\S+)?")
_MAX_VALUE = 1_000
_MAX_ATTRIBUTES = 300


def find_tags(text: str, *, is_html: bool) -> Iterator[Tag]:
    """Yield the tags of *text* in their order; none overlaps another."""
    scanner = _Scanner(text=text, is_html=is_html)
    position = 0
    while opener := _OPENER.search(text, position):
        tag = scanner.tag_at(opener.start(), opener.group())
        position = tag.end if tag else opener.start() + 1
        if tag:
            yield tag


@dataclass(slots=True)
class _Scanner:
    text: str
    is_html: bool
    #: Where each closer comes next: looked up once for all openers before it.
    _next: dict[str, int] = field(default_factory=dict)
    #: Where each kind of raw block ends next.
    _ends: dict[str, re.Match[str] | None] = field(default_factory=dict)
    _code: list[Range] | None = None
    #: Where the code between two tags ends.
    _code_until: int = 0

    def tag_at(self, start: int, opener: str) -> Tag | None:
        """Return the tag that begins at *start* with *opener*, or None when it is only text."""
        if opener in {"{{<", "{{%", "{%"}:
            tag = self._liquid(start) if opener == "{%" else self._hugo(start, opener)
            if tag and tag.name in CODE_NAMES and not tag.is_closing:
                self._code_until = self._position(f"{'end' if opener == '{%' else '/'}{tag.name}", tag.end)
            return tag
        if self._is_code(start):
            return None
        if opener.startswith("{{"):
            return self._value(start, opener)
        return self._comment(start) or self._attributes(start, opener)

    def _hugo(self, start: int, opener: str) -> Tag | None:
        closer = _CLOSERS[opener]
        inner, end = self._until(closer, start, opener)
        if inner.startswith("/*"):
            shown = opener + inner[2:].removesuffix("*/") + closer
            return Tag(kind=TagKind.LITERAL, start=start, end=end, content=shown)
        return _command(TagKind.HUGO, start, end, inner)

    def _liquid(self, start: int) -> Tag | None:
        inner, end = self._until("%}", start, "{%")
        tag = _command(TagKind.LIQUID, start, end, inner.strip("-").strip())
        if tag and tag.name in {"raw", "verbatim", "comment"}:
            return tag if tag.is_closing else self._verbatim(tag)
        return tag

    def _verbatim(self, tag: Tag) -> Tag:
        """Return a raw block as the text that it shows, a comment as nothing; without an end only the tag goes."""
        closed = self._ends.get(tag.name)
        if tag.name not in self._ends or (closed and closed.start() < tag.end):
            pattern = re.compile(rf"\{{%-?\s*end{tag.name}\s*-?%\}}")
            closed = self._ends[tag.name] = pattern.search(self.text, tag.end)
        if closed is None:
            return tag
        shown = "" if tag.name == "comment" else self.text[tag.end : closed.start()]
        return Tag(kind=TagKind.LITERAL, start=tag.start, end=closed.end(), content=shown)

    def _value(self, start: int, opener: str) -> Tag | None:
        end = self.text.find(_CLOSERS[opener], start, start + _MAX_VALUE)
        if end < 0:
            return None
        inner = self.text[start + len(opener) : end].strip().removeprefix("-").removesuffix("-").strip()
        end += len(opener)
        if inner.startswith("/*"):
            return Tag(kind=TagKind.LITERAL, start=start, end=end)
        if quoted := _QUOTED.match(inner):
            name = quoted[1] or "text"
            return Tag(kind=TagKind.VALUE, start=start, end=end, name=name, content=inner)
        if identifier := _IDENTIFIER.match(inner):
            name, content = identifier.group().casefold(), inner[identifier.end() :]
            return Tag(kind=TagKind.VALUE, start=start, end=end, name=name, content=content)
        return None

    def _comment(self, start: int) -> Tag | None:
        """Return a comment of Jinja, Nunjucks or Tera: `{# … #}`, over several lines perhaps."""
        # `{#name}` is the name of a heading.
        is_comment = self.text.startswith(("{# ", "{#-", "{#\n", "{#\t"), start)
        end = self._position("#}", start + 2) if is_comment else -1
        return None if end < 0 else Tag(kind=TagKind.LITERAL, start=start, end=end + 2)

    def _attributes(self, start: int, opener: str) -> Tag | None:
        if self.text.startswith("{::comment}", start):
            closed = self.text.find("{:/comment}", start)
            end = closed + len("{:/comment}") if closed >= 0 else len(self.text)
            return Tag(kind=TagKind.LITERAL, start=start, end=end)
        closed = self.text.find("}", start, start + _MAX_ATTRIBUTES)
        if closed < 0:
            return None
        inner, rest = self.text[start + 1 : closed], self.text[closed + 1 : closed + _MAX_ATTRIBUTES]
        # Only kramdown's own form may stand inside a line, or be wrapped; the others are set after a heading.
        is_misplaced = self.is_html or "\n" in inner or bool(rest.partition("\n")[0].strip())
        if opener != "{:" and is_misplaced:
            return None
        words = re.sub(r"\"[^\"]*\"|'[^']*'", "text", inner.strip(":/ ")).split()
        if not all(_ATTRIBUTE.fullmatch(word) for word in words):
            return None
        name = "toc" if {"toc", ":toc"} & set(words) else ""
        return Tag(kind=TagKind.ATTRIBUTES, start=start, end=closed + 1, name=name)

    def _until(self, closer: str, start: int, opener: str) -> tuple[str, int]:
        """Return what stands before the next *closer*, and the place after it; ("", …) when it is not ours."""
        begin = start + len(opener)
        end = self._position(closer, begin)
        if end < 0 or self.text.find(opener, begin, end) >= 0:
            return "", begin
        return self.text[begin:end].strip(), end + len(closer)

    def _position(self, word: str, start: int) -> int:
        known = self._next.get(word)
        if known is None or 0 <= known < start:
            known = self._next[word] = self.text.find(word, start)
        return known

    def _is_code(self, position: int) -> bool:
        if position < self._code_until:
            return True
        if self._code is None:
            self._code = [] if self.is_html else code_ranges(self.text)
        return is_within(self._code, position)


def _command(kind: TagKind, start: int, end: int, inner: str) -> Tag | None:
    """Return the tag whose inside is *inner*, such as `figure src="…"`, `/highlight` or `endif`."""
    is_closing = inner.startswith("/")
    inner = inner.lstrip("/ ")
    found = _NAME.match(inner)
    if found is None:
        return None
    name = found.group().casefold()
    if kind is TagKind.LIQUID and name.startswith("end"):
        name, is_closing = name[3:], True
    content = inner[found.end() :].strip().removesuffix("/").strip()
    return Tag(kind=kind, start=start, end=end, name=name, is_closing=is_closing, content=content)
