"""The labelled lines of a page into facts: those that gave one are no part of the text any more."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from itertools import takewhile

from newsletter.content.importing.blocks import Block
from newsletter.content.importing.clocktimes import first_clock
from newsletter.content.importing.dates import Precision, Span, find_dates
from newsletter.content.importing.facts import Facts, of_span
from newsletter.content.importing.hashtags import split_tags
from newsletter.content.importing.labels import Label, Labelled, read_label
from newsletter.content.importing.months import weekdays
from newsletter.content.importing.wording import is_prose
from newsletter.content.items import When

_URL = re.compile(r"https?://[^\s<>\"]+[^\s<>\".,;:!?)]")
_STRONG_LABEL = re.compile(r"\*\*(?P<label>[^*:]{2,40})\*\*:?\s+\S.*")
#: Taken out of the text, because they tell nothing that a reader of a newsletter needs.
_NOISE = frozenset({Label.AUTHOR, Label.COUNT, Label.UPDATED, Label.KIND})
#: What stands beside a time of day.
_TIMES = """
    uur uhr heures heure ore ora horas hora hrs hours h am pm o clock noon midnight cet cest mez mesz hec utc gmt bst eet eest wet west
    central european eastern western summer time local tbc tbd kl klo klokken godz godzina hod timer fra from to until bis von à das às
    de les a all day ganztägig
"""
_TIME_WORDS = frozenset(_TIMES.split())
#: Words that may be lost.
_FEW = 2
#: Of a text, counted in lines: bylines stand above it or below.
_NEAR_EDGE = 6


@dataclass(slots=True)
class _Reading:
    facts: Facts = field(default_factory=Facts)
    spans: dict[Label, Span] = field(default_factory=dict)
    taken: set[int] = field(default_factory=set)
    #: What stands beside a day, and its line: the place where no line says it.
    places: list[tuple[str, int]] = field(default_factory=list)

    def note(self, name: str, value: object, line: int) -> bool:
        """Keep the *value* of a field that has none yet; return whether it is kept."""
        if not value or getattr(self.facts, name):
            return False
        self.facts = self.facts.having(name, value, line)
        return True


@dataclass(frozen=True, slots=True, kw_only=True)
class _Labelled:
    """A label, and what stands beside it."""

    label: Label
    value: str
    #: Where its first link leads.
    address: str
    line: int
    spans: tuple[Span, ...]
    #: Near the beginning or the end of the text.
    is_at_edge: bool
    #: The value is on a line of its own.
    is_below: bool

    @property
    def day(self) -> date | None:
        """The first whole date."""
        return next((span.first for span in self.spans if span.precision is Precision.DAY), None)


def read_labelled(blocks: Sequence[Block], language: str, *, is_menu: bool = False) -> tuple[Facts, set[int]]:
    """Return what labelled lines among *blocks* say, and the indices of the blocks that are used up.

    In a menu (*is_menu*) a label says nothing of the line below it.
    """
    reading = _Reading()
    for index, block in enumerate(blocks):
        found = _label_of(block) if index not in reading.taken else None
        if found is None:
            continue
        value, used, links = found.value, {index}, block.links
        if not value and is_menu:
            continue
        # `Register here` that leads there says nothing of the line below it.
        is_link = found.label is Label.REGISTER and bool(links)
        if not value and not is_link and index + 1 < len(blocks):
            after = blocks[index + 1]
            if len(after.text) > 120 or is_prose(after.text) or read_label(after.text):
                continue
            value, used, links = after.text, {index, index + 1}, after.links
            if found.label is Label.TAGS:
                entries = list(takewhile(lambda at: blocks[at].is_entry, range(index + 1, len(blocks))))
                value, used = ", ".join(blocks[at].text for at in entries) or value, used | set(entries)
        line = _Labelled(
            label=found.label,
            value=value,
            address=next((link.address for link in links), ""),
            line=block.line,
            spans=find_dates(value, language),
            is_at_edge=min(index, len(blocks) - 1 - index) < _NEAR_EDGE,
            is_below=not found.value and not is_link,
        )
        if _take(reading, line):
            reading.taken |= used
    for place, at in reading.places:
        reading.note("location", place, at)
    return _with_times(reading), reading.taken


def says_how_to_register(block: Block) -> bool:
    """Whether *block* is a line that only says where to register, or until when: an event that is over has no such field."""
    found = _label_of(block)
    if found is None or found.label not in {Label.REGISTER, Label.REGISTER_BY}:
        return False
    rest = _URL.sub("", found.value)
    for span in reversed(find_dates(rest)[:1]):
        rest = rest[: span.begin] + rest[span.end :]
    return len(rest.split()) <= _FEW


def _label_of(block: Block) -> Labelled | None:
    """Return what *block* is labelled as; a label may be known by its strong letters in place of a colon."""
    if strong := _STRONG_LABEL.fullmatch(block.markdown):
        words = f"{strong['label']}: {block.text[len(strong['label']) :].lstrip(' :')}"
        return read_label(words)
    return read_label(block.text)


def _take(reading: _Reading, line: _Labelled) -> bool:
    """Read a labelled *line*; return whether it is used up."""
    read = _READERS.get(line.label)
    if read is not None:
        return read(reading, line)
    return line.label in _NOISE and line.is_at_edge and len(line.value) <= 80


def _published(reading: _Reading, line: _Labelled) -> bool:
    return reading.note("published", line.day, line.line)


def _register_by(reading: _Reading, line: _Labelled) -> bool:
    is_used = reading.note("register_by", line.day, line.line)
    return is_used and line.is_below


def _days(reading: _Reading, line: _Labelled) -> bool:
    """Read when an event is, or begins, or ends."""
    value, label = line.value, line.label
    clock = first_clock(value)
    is_end = label is Label.ENDS
    span = next((each for each in line.spans if each.precision is Precision.DAY), None)
    if span is None and line.spans and not is_end:
        span = line.spans[0]
    if span is None:
        if clock and label in {Label.BEGINS, Label.ENDS}:
            reading.spans.setdefault(Label.TIME, _of_clock(value))
        return clock is not None
    if label in reading.spans:
        return True
    reading.spans[label] = span
    reading.facts = replace(
        reading.facts, lines={"end" if is_end else "start": line.line, **reading.facts.lines}
    )
    rest = (value[: span.begin] + value[span.end :]).strip(" ,|–-·")
    if re.fullmatch(r"[^\W\d_][^\d:]{2,60}", rest) and not _is_time(rest):
        reading.places.append((_place(rest), line.line))
    return True


def _is_time(rest: str) -> bool:
    """Whether what stands beside a day says more of when: a day of the week, `09.30 - 16.30 uur`, `Central European Time`."""
    words = re.findall(r"\w+", rest.casefold())
    return first_clock(rest) is not None or all(word in weekdays() or word in _TIME_WORDS for word in words)


def _time(reading: _Reading, line: _Labelled) -> bool:
    if first_clock(line.value) is None:
        return False
    reading.spans.setdefault(Label.TIME, _of_clock(line.value))
    return True


def _where(reading: _Reading, line: _Labelled) -> bool:
    return reading.note("location", _place(line.value), line.line)


def _town(reading: _Reading, line: _Labelled) -> bool:
    town, known = _place(line.value), reading.facts.location
    if not (known and town):
        return reading.note("location", town, line.line)
    if town not in known:
        reading.facts = replace(reading.facts, location=f"{known}, {town}")
    return True


def _register(reading: _Reading, line: _Labelled) -> bool:
    address = line.address or next(iter(_URL.findall(line.value)), "")
    is_used = reading.note("register", address, line.line)
    return is_used and line.is_below


def _tags(reading: _Reading, line: _Labelled) -> bool:
    tags = split_tags(line.value)
    reading.facts = replace(reading.facts, tags=(*reading.facts.tags, *tags))
    return bool(tags)


def _source(reading: _Reading, line: _Labelled) -> bool:
    url = next(iter(_URL.findall(line.value)), "") or line.address
    return url == line.value.strip() and reading.note("link", url, line.line)


_READERS: Mapping[Label, Callable[[_Reading, _Labelled], bool]] = {
    Label.PUBLISHED: _published,
    Label.WHEN: _days,
    Label.DATE: _days,
    Label.BEGINS: _days,
    Label.ENDS: _days,
    Label.TIME: _time,
    Label.WHERE: _where,
    Label.TOWN: _town,
    Label.REGISTER: _register,
    Label.REGISTER_BY: _register_by,
    Label.TAGS: _tags,
    Label.SOURCE: _source,
}


def _place(value: str) -> str:
    """Return a place without an address on the web, and nothing for a sentence."""
    place = " ".join(_URL.sub("", value).split()).strip(" ,;|–-")
    return place if 1 < len(place) <= 120 and not re.search(r"[.!?]\s+[A-Z]", place) else ""


def _of_clock(value: str) -> Span:
    return replace(_NOWHEN, clock=first_clock(value), text=value)


_NOWHEN = Span(first=date(2000, 1, 1), begin=0, end=0, text="")


def _with_times(reading: _Reading) -> Facts:
    """Return the facts, with what several lines say together of when the event is."""
    spans = reading.spans
    first = spans.get(Label.WHEN) or spans.get(Label.BEGINS)
    last = spans.get(Label.ENDS)
    if first is None and Label.DATE in spans:
        date_span = spans[Label.DATE]
        is_event = date_span.last is not None or Label.TIME in spans or bool(reading.facts.location)
        if not is_event and date_span.clock is None:
            return replace(reading.facts, undecided=date_span)
        first = date_span
    if first is None:
        return reading.facts
    if first.clock is None and Label.TIME in spans:
        first = replace(first, clock=spans[Label.TIME].clock)
    when = of_span(first)
    start, end, zone = when.start, when.end, when.timezone
    if last is not None:
        end = _at_end(last, start)
    return replace(reading.facts, start=start, end=end, timezone=zone)


def _at_end(last: Span, start: When | None) -> When:
    if isinstance(start, datetime) and last.clock:
        return datetime.combine(last.until, last.clock.begins)
    return last.until
