"""A page as the text of a content file: YAML front matter with its source in a comment, what to check beside each guess."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from newsletter.content.fields.titles import plain_title
from newsletter.content.importing.markdown import escaped
from newsletter.content.importing.page import Page
from newsletter.content.items import Kind, When

#: How the comment begins by which an import is recognised.
MARK = "# imported from "


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """Something that an editor is to check."""

    #: Line of the written file.
    line: int
    field: str
    message: str
    #: Line of the source.
    source_line: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenPage:
    """The text of a content file."""

    text: str
    doubts: tuple[Doubt, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Field:
    name: str
    #: As YAML; a comment when the name begins with `#`.
    value: str
    why: str = ""
    source_line: int | None = None


def source_comment(name: str, digest: str) -> str:
    """Return the comment that names the source; *digest* tells it from another file of that name."""
    return f"{MARK}{' '.join(name.split()) or 'standard input'} ({digest})"


def write_page(
    page: Page, *, comment: str, lang: str, topics: Sequence[str], tags: Sequence[str]
) -> WrittenPage:
    """Return the content file for *page*; *lang* is "" where it is the newsletter's first language."""
    fields = [*_fields(page, lang, topics, tags)]
    if any(field.why for field in fields):
        fields.append(
            _Field(name="draft", value="true    # remove this line when the lines with “check” are right")
        )
    lines, doubts = ["---", comment], []
    for field in fields:
        if field.why:
            name = field.name.lstrip("# ")
            message = _message(field)
            doubts.append(
                Doubt(line=len(lines) + 1, field=name, message=message, source_line=field.source_line)
            )
        remark = f"    # check: {field.why}" if field.why else ""
        lines.append(f"{field.name}: {field.value}{remark}")
    lines += ["---", ""]
    return WrittenPage(text="\n".join((*lines, page.body)), doubts=tuple(doubts))


def _message(field: _Field) -> str:
    name = field.name.lstrip("# ")
    if field.name.startswith("#"):
        return f"{name} is missing: {field.why}"
    return f"{name}: {field.why}" if name in {"title", "link"} else f"{name} {field.value}: {field.why}"


def _fields(page: Page, lang: str, topics: Sequence[str], tags: Sequence[str]) -> Iterator[_Field]:
    yield _field(page, "title", _yaml(_title(page.facts.title)))
    if page.kind is Kind.EVENT or "kind" in page.guesses:
        yield _field(page, "kind", page.kind)
    if page.kind is Kind.EVENT:
        yield from _event_fields(page)
    yield from _published(page)
    others = (("link", page.facts.link), ("topics", list(topics)), ("tags", list(tags)), ("lang", lang))
    for name, value in others:
        if value:
            yield _field(page, name, _yaml(value))


def _title(title: str) -> str:
    """Return *title* such that its reader, who takes Markdown's marks off, gets it as it is."""
    return title if plain_title(title) == title else escaped(title)


def _event_fields(page: Page) -> Iterator[_Field]:
    facts = page.facts
    for name, when in (("start", facts.start), ("end", facts.end)):
        if when is not None:
            yield _field(page, name, _when(when))
    if not facts.location:
        yield _Field(name="# location", value="Ghent", why="the page does not say where")
    for name in ("location", "timezone", "register", "register_by"):
        if value := getattr(facts, name):
            yield _field(page, name, _yaml(value) if isinstance(value, str) else str(value))


def _field(page: Page, name: str, value: str) -> _Field:
    return _Field(
        name=name, value=value, why=page.guesses.get(name, ""), source_line=page.facts.lines.get(name)
    )


def _published(page: Page) -> Iterator[_Field]:
    published = page.facts.published
    if published is not None:
        why, line = page.guesses.get("published", ""), page.facts.lines.get("published")
        yield _Field(name="date", value=str(published), why=why, source_line=line)
    elif page.facts.start is not None:
        day = _day(page.facts.end or page.facts.start)
        why = "the page does not say when it was published; without it the event is announced, not reported"
        yield _Field(name="# date", value=str(day), why=why)


def _day(when: When) -> date:
    return when.date() if isinstance(when, datetime) else when


def _when(when: When) -> str:
    return when.isoformat("T", "minutes") if isinstance(when, datetime) else str(when)


def _yaml(value: str | list[str]) -> str:
    """Return *value* on one line."""
    import yaml

    if isinstance(value, list):
        return yaml.safe_dump(value, allow_unicode=True, width=float("inf"), default_flow_style=True).strip()
    text = yaml.safe_dump({"_": value}, allow_unicode=True, width=float("inf"))
    return text.removeprefix("_:").strip()
