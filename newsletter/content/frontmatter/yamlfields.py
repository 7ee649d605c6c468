"""YAML front matter, read from the parser's events so that a value stays what its writer typed.

PyYAML's constructors would make `title: No` False, `version: 1.10` 1.1 and `time: 12:30` 750, and would run or
multiply what a hostile file asks for. Here every scalar is text (or None), an alias or a foreign tag is refused
where it stands, and nesting is limited before anything grows.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NoReturn

import yaml
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from newsletter.content.frontmatter.rawfields import (
    MAX_DEPTH,
    RawFields,
    Value,
    clean_value,
    duplicate_field,
    front_matter_error,
)
from newsletter.content.frontmatter.yamladvice import advise, hidden_texts
from newsletter.errors import Problem

_STANDARD_TAGS = frozenset(
    {"!"}
    | {
        f"tag:yaml.org,2002:{name}"
        for name in ("str", "int", "float", "bool", "null", "timestamp", "seq", "map")
    }
)
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})


def read_yaml(text: str, *, first_line: int) -> RawFields:
    """Return the fields of *text*, whose first line is line *first_line* of the file."""
    builder = _Builder(first_line=first_line)
    try:
        for event in _events(text):
            builder.add(event)
    except _RefusedError as refused:
        return RawFields(problems=(refused.problem,))
    except yaml.YAMLError as error:
        return RawFields(problems=(advise(error, text, first_line=first_line),))
    problems = (*builder.problems, *hidden_texts(text, first_line=first_line))
    return RawFields(values=builder.root, lines=builder.lines, problems=problems)


def _events(text: str) -> Iterator[Event]:
    # libyaml's parser is 20 times as fast; PyYAML may have been built without it.
    parser = getattr(yaml, "CSafeLoader", yaml.SafeLoader)(text)
    try:
        while not isinstance(event := parser.get_event(), StreamEndEvent):
            yield event
    finally:
        parser.dispose()


class _RefusedError(Exception):
    """YAML that is well-formed and not allowed here."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem


@dataclass(slots=True)
class _Table:
    values: dict[str, Value] = field(default_factory=dict)
    #: The name whose value comes next.
    name: str | None = None


@dataclass(slots=True)
class _List:
    values: list[Value] = field(default_factory=list)


@dataclass(slots=True)
class _Builder:
    """Turns events into nested values on a stack of its own: depth never reaches Python's or C's stack."""

    first_line: int
    root: dict[str, Value] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    _open: list[_Table | _List] = field(default_factory=list)
    _documents: int = 0

    def add(self, event: Event) -> None:
        """Take in the next event; raises `_RefusedError`."""
        match event:
            case ScalarEvent():
                self._add_scalar(event)
            case MappingStartEvent():
                self._begin(event, _Table())
            case SequenceStartEvent():
                self._begin(event, _List())
            case MappingEndEvent() | SequenceEndEvent():
                self._end()
            case AliasEvent():
                self._refuse(
                    event,
                    f"`*{event.anchor}` repeats another value, which is not allowed here.",
                    "Write the value out, or put the text in quotes if the * belongs to it.",
                )
            case DocumentStartEvent():
                self._documents += 1
                if self._documents > 1:
                    self._refuse(event, "A second YAML document begins inside the front matter.", None)

    def _add_scalar(self, event: ScalarEvent) -> None:
        self._check_tag(event)
        table = self._open[-1] if self._open else None
        if isinstance(table, _Table) and table.name is None:
            self._add_name(event, table)
        else:
            is_null = not event.style and event.tag is None and event.value in _NULLS
            self._place(event, None if is_null else clean_value(event.value))

    def _add_name(self, event: ScalarEvent, table: _Table) -> None:
        name = clean_value(event.value)
        line = self._line(event)
        if name in table.values:
            self.problems.append(duplicate_field(name, line=line))
        if len(self._open) == 1:
            self.lines[name] = line
        table.name = name

    def _begin(self, event: MappingStartEvent | SequenceStartEvent, opened: _Table | _List) -> None:
        self._check_tag(event)
        outer = self._open[-1] if self._open else None
        if isinstance(outer, _Table) and outer.name is None:
            self._refuse(
                event, "A field's name must be a word, not a list or a table.", "Put the name in quotes."
            )
        if len(self._open) >= MAX_DEPTH:
            self._refuse(event, f"Lists and tables are nested more than {MAX_DEPTH} deep.", "Flatten them.")
        if outer is None:
            if isinstance(opened, _List):
                self._refuse(event, "The front matter is a list.", "Write lines such as `title: …`.")
            self.root = opened.values
        self._open.append(opened)

    def _end(self) -> None:
        closed = self._open.pop()
        if self._open:
            self._store(closed.values)

    def _place(self, event: ScalarEvent, value: Value) -> None:
        if self._open:
            self._store(value)
        elif value is not None:
            self._refuse(
                event,
                "The front matter is not a list of fields.",
                "Write lines such as `title: …`, with a space after the colon.",
            )

    def _store(self, value: Value) -> None:
        outer = self._open[-1]
        if isinstance(outer, _List):
            outer.values.append(value)
        elif outer.name is not None:
            outer.values[outer.name] = value
            outer.name = None

    def _check_tag(self, event: ScalarEvent | MappingStartEvent | SequenceStartEvent) -> None:
        if event.tag is not None and event.tag not in _STANDARD_TAGS:
            self._refuse(
                event,
                f"`{_short(event.tag)}` is a YAML tag, which is not allowed here.",
                "Remove it, or put the text in quotes if the ! belongs to it.",
            )

    def _refuse(self, event: Event, message: str, help: str | None) -> NoReturn:
        raise _RefusedError(front_matter_error(message, line=self._line(event), help=help))

    def _line(self, event: Event) -> int:
        return self.first_line + (event.start_mark.line if event.start_mark else 0)


def _short(tag: str) -> str:
    """Return *tag* as it was probably typed."""
    return tag.replace("tag:yaml.org,2002:", "!!")[:60]
