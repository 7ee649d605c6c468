"""Holds rendered MJML against the schema, and notes what must come out at the other end of the pipeline."""

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from html import unescape

from newsletter.errors import TemplateError
from newsletter.rendering.pipeline.schema import COMMON_ATTRIBUTES, COMPONENTS, REFUSED, Component, Content

#: One pass over the source; `html.parser` does the same at ten times the cost. A tag comes with the mark before it, white
#: space between tags is passed over, and what none of these fits is a mistake.
_TOKEN = re.compile(
    r"""<!--(?P<comment>.*?)-->
    |(?:<\?at\ (?P<mark>[^?]*)\?>)?
     (?:</(?P<end>[a-zA-Z][\w:-]*)\s*>
     |<(?P<start>[a-zA-Z][\w:-]*)(?P<attributes>(?:\s+[^\s=<>"'/]+(?:\s*=\s*(?:"[^"]*"|'[^']*'))?)*)\s*(?P<closed>/?)>)
    |<\?at\ (?P<lost>[^?]*)\?>
    |(?P<text>[^<\s][^<]*)
    |(?P<stray><)""",
    re.VERBOSE | re.DOTALL,
)
_ATTRIBUTE = re.compile(r"""([^\s=<>"'/]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'))?""")

#: HTML elements without an end tag.
_VOID = frozenset({"br", "hr", "img", "meta", "wbr", "col", "area", "input", "source"})

#: Needed once each: a name for screen readers, a line for the inbox, a letter.
_ONCE = ("mj-title", "mj-preview", "mj-body")

_NO_COMPONENT = Component()


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """What a reader must find in the finished mail: the source's words, links and descriptions of pictures."""

    #: Without white space, like `text`.
    title: str
    #: Preview and body.
    text: str
    links: tuple[str, ...]
    alts: tuple[str, ...]


def lint(source: str, place: Callable[[str, int], str]) -> Outline:
    """Return the outline of the MJML *source*, as rendered, with marks.

    Raises `TemplateError` with every mistake, each beginning with the file and line that *place* makes of a mark.
    """
    reader = _Reader(place)
    for token in _TOKEN.finditer(source):
        reader.read(token)
    reader.finish()
    if reader.mistakes:
        raise TemplateError("\n".join(dict.fromkeys(reader.mistakes)))
    return Outline(
        title=_without_space(reader.texts["mj-title"]),
        text=_without_space([*reader.texts["mj-preview"], *reader.texts["body"]]),
        links=tuple(reader.links),
        alts=tuple(reader.alts),
    )


@dataclass(frozen=True, slots=True)
class _Element:
    name: str
    #: The innermost component: of HTML, the one that holds it.
    component: Component
    mark: str


@dataclass(slots=True)
class _Reader:
    """Walks through the source once; `mistakes` fills as it goes."""

    place: Callable[[str, int], str]
    mistakes: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    alts: list[str] = field(default_factory=list)
    texts: dict[str, list[str]] = field(
        default_factory=lambda: {"mj-title": [], "mj-preview": [], "body": []}
    )
    _mark: str = "email/issue.mjml:1"
    _open: list[_Element] = field(default_factory=list)
    _seen: dict[str, int] = field(default_factory=dict)
    _has_fonts: bool = False

    def read(self, token: re.Match[str]) -> None:
        """Take the next *token* in."""
        self._mark = token["mark"] or token["lost"] or self._mark
        match token.lastgroup:
            case "text":
                self._text(token["text"])
            case "closed":
                self._start(token["start"], token["attributes"], is_closed=bool(token["closed"]))
            case "end":
                self._end(token["end"])
            case "stray":
                self._note(
                    "`<` begins no tag that can be read. Values stand in quotes; write &lt; for the character."
                )

    def finish(self) -> None:
        """Note what is missing at the end."""
        for element in self._open:
            self._note(f"<{element.name}> has no end tag.", element.mark)
        for name in _ONCE:
            if self._seen.get(name, 0) != 1:
                self._note(f"<{name}> is there {self._seen.get(name, 0)} times, not once.")
        if not self._has_fonts:
            self._note(
                "<mj-attributes> needs <mj-all font-family>, or every reader asks another host for a font."
            )

    def _start(self, name: str, written: str, *, is_closed: bool) -> None:
        self._seen[name] = self._seen.get(name, 0) + 1
        parent = self._open[-1] if self._open else None
        component = COMPONENTS.get(name)
        attributes = _attributes(written) if component or "href" in written or "alt" in written else ()
        if name in REFUSED:
            self._note(f"<{name}> cannot be used. {REFUSED[name]}")
        elif component is not None:
            self._check_parent(name, parent)
            # What is set for all is not said again for each.
            is_default = parent is not None and parent.name == "mj-attributes"
            for mistake in _mistakes_in(name, attributes, is_default=is_default):
                self._note(mistake)
            self._has_fonts |= name == "mj-all" and "font-family" in dict(attributes)
        elif name.startswith("mj"):
            self._note(f"there is no component <{name}>.")
        elif parent is None or parent.component.content is not Content.HTML:
            self._note(f"<{name}> stands outside a component that holds HTML, such as <mj-text>.")
        self._remember(attributes)
        if not is_closed and name not in _VOID:
            holder = component or (parent.component if parent else _NO_COMPONENT)
            self._open.append(_Element(name, holder, self._mark))

    def _end(self, name: str) -> None:
        if self._open and self._open[-1].name == name:
            self._open.pop()
            return
        if name not in {element.name for element in self._open}:
            self._note(f"</{name}> ends nothing.")
            return
        while (element := self._open.pop()).name != name:
            self._note(f"<{element.name}> has no end tag.", element.mark)

    def _text(self, text: str) -> None:
        name = self._open[-1].name if self._open else ""
        content = self._open[-1].component.content if self._open else Content.NOTHING
        if name in self.texts:
            self.texts[name].append(text)
        elif name == "style" or content is Content.CSS:
            self._check_css(text)
        elif content is Content.HTML:
            self.texts["body"].append(text)
        else:
            self._note(f"the text `{text.strip()[:40]}` stands outside a component that holds text.")

    def _check_parent(self, name: str, parent: _Element | None) -> None:
        if parent is None:
            if name != "mjml":
                self._note(f"<{name}> stands outside <mjml>.")
        elif name not in parent.component.children:
            self._note(f"<{name}> cannot stand in <{parent.name}>.")

    def _check_css(self, css: str) -> None:
        if "@import" in css.lower():
            self._note("@import cannot be used: style sheets are never fetched.")
        if not css.isascii():
            self._note("a style sheet holds ASCII only: write \\2014 for a dash.")

    def _remember(self, attributes: Iterable[tuple[str, str]]) -> None:
        for name, value in attributes:
            if name == "href":
                self.links.append(value)
            elif name == "alt":
                self.alts.append(value)

    def _note(self, mistake: str, mark: str | None = None) -> None:
        name, _, line = (mark or self._mark).rpartition(":")
        self.mistakes.append(f"{self.place(name, int(line))}: {mistake}")


@lru_cache(maxsize=1024)
def _attributes(written: str) -> tuple[tuple[str, str], ...]:
    return tuple((name, unescape(double or single)) for name, double, single in _ATTRIBUTE.findall(written))


@lru_cache(maxsize=1024)
def _mistakes_in(name: str, attributes: tuple[tuple[str, str], ...], *, is_default: bool) -> tuple[str, ...]:
    """Return what is wrong with the *attributes* of the component *name*, which most letters repeat."""
    component = COMPONENTS[name]
    mistakes = []
    for attribute, value in attributes:
        values = component.attributes.get(attribute) or COMMON_ATTRIBUTES.get(attribute)
        if values is None:
            mistakes.append(f"<{name}> has no attribute `{attribute}`.")
        elif not values.fullmatch(value):
            mistakes.append(f'<{name}> cannot have {attribute}="{value}".')
    times = Counter(attribute for attribute, _ in attributes)
    mistakes += [f"<{name}> has `{attribute}` twice." for attribute, number in times.items() if number > 1]
    needed = component.required & {"name"} if is_default else component.required
    mistakes += [f"<{name}> needs `{attribute}`." for attribute in sorted(needed - times.keys())]
    return tuple(mistakes)


def _without_space(texts: Iterable[str]) -> str:
    return "".join(unescape("".join(texts)).split())
