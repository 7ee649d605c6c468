"""Holds rendered MJML against the schema, and notes what must come out at the other end of the pipeline."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html.parser import HTMLParser

from newsletter.errors import TemplateError
from newsletter.rendering.environment import MARK
from newsletter.rendering.schema import COMMON_ATTRIBUTES, COMPONENTS, REFUSED, Component, Content

#: HTML elements without an end tag.
_VOID = frozenset({"br", "hr", "img", "meta", "wbr", "col", "area", "input", "source"})

#: Required once each, or the mail is unreadable for somebody: a name for screen readers, a line for the inbox.
_ONCE = ("mj-title", "mj-preview", "mj-body")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """What a reader must find in the finished mail: the source's words, links and pictures' descriptions."""

    #: Title, preview and body, without white space.
    title: str
    text: str
    links: tuple[str, ...]
    alts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Element:
    name: str
    component: Component | None
    place: str


def lint(source: str, place: Callable[[str, int], str]) -> Outline:
    """Return the outline of the MJML *source*, as rendered, with marks.

    Raises `TemplateError` with every mistake, each beginning with the file and line that *place* makes of a mark.
    """
    reader = _Reader(place)
    reader.feed(source)
    reader.close()
    reader.finish()
    if reader.mistakes:
        raise TemplateError("\n".join(dict.fromkeys(reader.mistakes)))
    return reader.outline()


class _Reader(HTMLParser):
    """Walks through the source once; `mistakes` fills as it goes."""

    def __init__(self, place: Callable[[str, int], str]) -> None:
        super().__init__(convert_charrefs=True)
        self.mistakes: list[str] = []
        self._place = place
        self._here = "email/issue.mjml"
        self._open: list[_Element] = []
        self._seen: dict[str, int] = {}
        self._has_fonts = False
        self._title: list[str] = []
        self._preview: list[str] = []
        self._body: list[str] = []
        self._links: list[str] = []
        self._alts: list[str] = []

    def outline(self) -> Outline:
        """Return what was read."""
        return Outline(
            title=_without_space(self._title),
            text=_without_space([*self._preview, *self._body]),
            links=tuple(self._links),
            alts=tuple(self._alts),
        )

    def finish(self) -> None:
        """Note what is missing at the end."""
        for element in self._open:
            self.mistakes.append(f"{element.place}: <{element.name}> has no end tag.")
        for name in _ONCE:
            if self._seen.get(name, 0) != 1:
                self._note(f"there are {self._seen.get(name, 0)} <{name}>, one is needed.")
        if not self._has_fonts:
            self._note(
                "<mj-attributes> needs <mj-all font-family>, or every reader asks another host for a font."
            )

    def handle_pi(self, data: str) -> None:
        if match := MARK.fullmatch(f"<?{data}>"):
            self._here = self._place(match[1], int(match[2]))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self.handle_endtag(tag)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._seen[tag] = self._seen.get(tag, 0) + 1
        component = COMPONENTS.get(tag)
        if tag in REFUSED:
            self._note(f"<{tag}> cannot be used. {REFUSED[tag]}")
        elif component is not None:
            self._check_parent(tag)
            self._check_attributes(tag, component, attrs)
        elif tag.startswith("mj"):
            self._note(f"there is no component <{tag}>.")
        elif not self._holds(Content.HTML):
            self._note(f"<{tag}> stands outside a component that holds HTML, such as <mj-text>.")
        self._remember(attrs)
        if tag not in _VOID:
            self._open.append(_Element(tag, component, self._here))

    def handle_endtag(self, tag: str) -> None:
        if self._open and self._open[-1].name == tag:
            self._open.pop()
        elif any(element.name == tag for element in self._open):
            while (element := self._open.pop()).name != tag:
                self.mistakes.append(f"{element.place}: <{element.name}> has no end tag.")
        else:
            self._note(f"</{tag}> ends nothing.")

    def handle_data(self, data: str) -> None:
        name = self._open[-1].name if self._open else ""
        if name == "mj-title":
            self._title.append(data)
        elif name == "mj-preview":
            self._preview.append(data)
        elif name in {"mj-style", "style"}:
            self._check_css(data)
        elif self._holds(Content.HTML):
            self._body.append(data)
        elif data.strip():
            self._note(f"the text `{data.strip()[:40]}` stands outside a component that holds text.")

    def _check_parent(self, tag: str) -> None:
        parent = self._open[-1] if self._open else None
        if parent is None:
            if tag != "mjml":
                self._note(f"<{tag}> stands outside <mjml>.")
        elif parent.component is None or tag not in parent.component.children:
            self._note(f"<{tag}> cannot stand in <{parent.name}>.")

    def _check_attributes(
        self, tag: str, component: Component, attributes: Sequence[tuple[str, str | None]]
    ) -> None:
        is_default = any(element.name == "mj-attributes" for element in self._open)
        names = [name for name, _ in attributes]
        for name in {name for name in names if names.count(name) > 1}:
            self._note(f"<{tag}> has `{name}` twice.")
        for name, value in attributes:
            values = component.attributes.get(name) or COMMON_ATTRIBUTES.get(name)
            if values is None:
                self._note(f"<{tag}> has no attribute `{name}`.")
            elif value is None or not values.fullmatch(value):
                self._note(f'<{tag}> cannot have `{name}="{value or ""}"`.')
        if not is_default:
            for name in sorted(component.required.difference(names)):
                self._note(f"<{tag}> needs `{name}`.")
        self._has_fonts |= tag == "mj-all" and "font-family" in names

    def _check_css(self, css: str) -> None:
        if re.search(r"@import", css, re.IGNORECASE):
            self._note("@import cannot be used: style sheets are never fetched.")
        if not css.isascii():
            self._note("a style sheet holds ASCII only: write \\2014 for a dash.")

    def _remember(self, attributes: Sequence[tuple[str, str | None]]) -> None:
        for name, value in attributes:
            if name == "href" and value:
                self._links.append(value)
            elif name == "alt":
                self._alts.append(value or "")

    def _holds(self, content: Content) -> bool:
        holder = next((element.component for element in reversed(self._open) if element.component), None)
        return holder is not None and holder.content is content

    def _note(self, mistake: str) -> None:
        self.mistakes.append(f"{self._here}: {mistake}")


def _without_space(texts: Sequence[str]) -> str:
    return "".join("".join(texts).split())
