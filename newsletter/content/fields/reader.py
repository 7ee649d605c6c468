"""Reads fields under all their names, as the types they must have, and keeps what is wrong with them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo

from newsletter.content.fields.aliases import EXTRAS, folded, meanings, nearest_name
from newsletter.content.fields.dates import DateError, Moment, at_time, read_time, read_when
from newsletter.content.frontmatter.rawfields import Value
from newsletter.content.frontmatter.splitting import FrontMatter
from newsletter.content.items import When
from newsletter.errors import Level, Problem

_TRUE = frozenset({"true", "yes", "on", "y", "1"})
_FALSE = frozenset({"false", "no", "off", "n", "0"})
#: Unknown fields that are named in a problem.
_MOST_NAMED = 20


@dataclass(frozen=True, slots=True)
class Found:
    """A field that the file has."""

    #: As the file writes it.
    name: str
    value: Value
    line: int | None
    #: Of the alias that it is under; lower comes first.
    rank: int


@dataclass(slots=True)
class FieldReader:
    """The fields of one file, by our names; problems are collected on the way."""

    front: FrontMatter
    path: str
    problems: list[Problem] = field(default_factory=list)
    #: Line of each field that was found, by our name.
    lines: dict[str, int] = field(default_factory=dict)
    #: Why a date that the file has could not be read, by our name of the field.
    unread_dates: dict[str, Problem] = field(default_factory=dict)
    #: By our name, in the order of its aliases.
    _found: dict[str, list[Found]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for written, value in self.front.fields.items():
            for meaning in meanings().get(folded(written), ()):
                inner = _inside(value, meaning.inside)
                if inner is not None and inner != []:
                    line = self.front.lines.get(written)
                    found = Found(written, inner, line, meaning.rank)
                    self._found.setdefault(meaning.name, []).append(found)
        for several in self._found.values():
            several.sort(key=lambda found: found.rank)

    def report(
        self, level: Level, rule: str, message: str, *, line: int | None = None, help: str | None = None
    ) -> None:
        """Keep a problem of this file."""
        self.problems.append(
            Problem(level=level, rule=rule, message=message, path=self.path, line=line, help=help)
        )

    def every(self, name: str) -> Sequence[Found]:
        """Return what the file has under our *name* and its aliases, in their order."""
        return self._found.get(name, ())

    def find(self, name: str) -> Found | None:
        """Return the first that says something of what the file has under our *name*, or None."""
        for found in self.every(name):
            if found.value != "":
                return self._noted(name, found)
        return None

    def text(self, name: str) -> str:
        """Return the field as one line of text, or ""."""
        found = self.find(name)
        if found is None:
            return ""
        text = as_text(found.value)
        if text is None:
            self.wrong_type(found, "text")
        return text or ""

    def flag(self, name: str) -> bool:
        """Return whether the field says yes; one that is absent says no."""
        found = self.find(name)
        if found is None:
            return False
        flag = as_flag(found.value)
        if flag is None:
            self.wrong_type(found, "true or false")
        return flag or False

    def number(self, name: str) -> int:
        """Return the field as a whole number, or 0."""
        found = self.find(name)
        if found is None:
            return 0
        try:
            return int(str(found.value).strip()[:18])
        except ValueError:
            self.wrong_type(found, "a whole number")
            return 0

    def when(self, name: str, zone: tzinfo, *, day: date | None = None) -> When | None:
        """Return the field as a date or an aware datetime, or None; a time alone is one of *day*.

        `published: true` and `expires: false` are no dates and count as absent.
        """
        for found in self.every(name):
            if found.value != "" and as_flag(found.value) is None:
                try:
                    return self._when_of(_read(found.value, zone, day), self._noted(name, found))
                except DateError as error:
                    self._unreadable(found, error, Level.ERROR)
                    self.unread_dates[name] = self.problems[-1]
                    return None
        return None

    def with_time(self, when: When, zone: tzinfo) -> When:
        """Return *when*, which has no time yet, at the `time` that the file has beside it."""
        found = self.find("time")
        if found is None:
            return when
        try:
            at = read_time(found.value)
        except DateError as error:
            self._unreadable(found, error, Level.WARNING)
            return when
        if not isinstance(when, datetime):
            return self._when_of(at_time(when, at, zone), found)
        if at != when.time():
            self.report(
                Level.WARNING,
                "wrong-type",
                f"`{found.name}` is left out: the date beside it has a time of its own, {when:%H:%M}.",
                line=found.line,
                help="Write one of the two.",
            )
        return when

    def _when_of(self, moment: Moment, found: Found) -> When:
        """Return the moment itself, after keeping what its writer should know."""
        if moment.note:
            self.report(Level.WARNING, "skipped-time", f"`{found.name}`: {moment.note}", line=found.line)
        return moment.when

    def _noted(self, name: str, found: Found) -> Found:
        if found.line:
            self.lines[name] = found.line
        return found

    def _unreadable(self, found: Found, error: DateError, level: Level) -> None:
        self.report(level, error.rule, f"`{found.name}`: {error}", line=found.line, help=error.help)

    def wrong_type(self, found: Found, wanted: str) -> None:
        """Keep that a field is not what it must be; it is read as if it were absent."""
        self.report(
            Level.WARNING,
            "wrong-type",
            f"`{found.name}` is not {wanted} and is left out.",
            line=found.line,
            help=f"Write {wanted}.",
        )

    def others(self) -> dict[str, Value]:
        """Return the fields that have no meaning here, after one line of information about those nobody knows."""
        others = {name: value for name, value in self.front.fields.items() if folded(name) not in meanings()}
        self.lines |= {
            name: self.front.lines[name] for name in others.keys() & EXTRAS & self.front.lines.keys()
        }
        unknown = [name for name in others if name not in EXTRAS]
        if unknown:
            self._report_unknown(unknown)
        return others

    def _report_unknown(self, names: Sequence[str]) -> None:
        named = names[:_MOST_NAMED]
        more = f" and {len(names) - len(named)} more" if len(names) > len(named) else ""
        hints = [f"`{name}`: did you mean `{near}`?" for name in named if (near := nearest_name(name))]
        self.report(
            Level.INFO,
            "unknown-field",
            f"Not used here: {', '.join(named)}{more}.",
            line=self.front.lines.get(named[0]),
            help=" ".join(hints) or None,
        )


def as_text(value: Value) -> str | None:
    """Return a single value as one line of text, a table's texts joined by commas; None for a list."""
    if isinstance(value, list) or value is None:
        return None
    if isinstance(value, dict):
        return ", ".join(text for each in value.values() if (text := as_text(each))) or None
    if isinstance(value, bool):
        return "true" if value else "false"
    return " ".join(str(value).split())


def as_flag(value: Value) -> bool | None:
    """Return whether *value* says yes or no, in any of YAML's spellings; None when it says neither."""
    word = str(value).strip().casefold()
    return True if word in _TRUE else False if word in _FALSE else None


def _read(value: Value, zone: tzinfo, day: date | None) -> Moment:
    if day is not None and isinstance(value, str) and ":" in value[:3]:
        return at_time(day, read_time(value), zone)
    return read_when(value, zone)


def _inside(value: Value, path: tuple[str, ...]) -> Value:
    for name in path:
        if not isinstance(value, dict):
            return None
        value = next((each for key, each in value.items() if folded(key) == name), None)
    return value
