"""What is concluded from a page's prose where the page itself does not say: kind, days, place; each with the words it rests on."""

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from newsletter.content.importing import kinds
from newsletter.content.importing.blocks import Block, Form
from newsletter.content.importing.dates import Precision, Span, find_dates
from newsletter.content.importing.eventdates import ENOUGH, Candidate, Passage, event_candidates, is_dateline
from newsletter.content.importing.facts import Facts, of_span
from newsletter.content.importing.places import When, find_place
from newsletter.content.importing.reading import Reading
from newsletter.content.importing.titles import made_title, without_dates
from newsletter.content.importing.wording import is_prose
from newsletter.content.items import Kind

_BEFORE_TODAY = re.compile(
    r"\b(?:last (?:week|month|weekend|monday|tuesday|wednesday|thursday|friday|saturday|sunday)|yesterday|this week|recently|the other day|(?:letzte|vergangene|vorige)[nr]? (?:woche|monat|wochenende)|gestern|kürzlich|hier\b(?= ,|,| matin| soir)|la semaine dernière|le mois dernier|récemment|la semana pasada|ayer|recientemente|la settimana scorsa|ieri|recentemente|vorige week|gisteren|onlangs|w zeszłym tygodniu|wczoraj)\b",
    re.IGNORECASE,
)
_DATED_ADDRESS = re.compile(r"/((?:19|20)\d\d)[/-](\d\d)[/-](\d\d)(?:/|-|$)")
_REGISTER = re.compile(
    r"\b(?:register|registration|sign up|apply|application|book (?:your|a)|enrol|anmeld\w+|inscri\w+|iscri\w+|aanmeld\w+|rejestr\w+)\b",
    re.IGNORECASE,
)
_URL = re.compile(r"https?://[^\s<>\"]+[^\s<>\".,;:!?)]")


#: In blocks: what stands further down is not what the page is about.
_PASSAGES = 60
#: Fewer points, and a month is that of something else.
_SOME = -3
#: Paragraphs that say what a page is about.
_FEW = 5
#: In characters.
_TEXT = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Conclusions:
    """The fields of the item, complete."""

    kind: Kind
    facts: Facts
    #: By field: what it was concluded from; a field that the page states is not among them.
    guesses: Mapping[str, str]


@dataclass(slots=True)
class _Concluding:
    reading: Reading
    zone: ZoneInfo
    today: date
    facts: Facts = field(default_factory=Facts)
    guesses: dict[str, str] = field(default_factory=dict)

    def conclude(self, name: str, value: object, why: str, line: int | None = None) -> None:
        """Take *value* for a field that the page does not state."""
        self.facts = self.facts.having(name, value, line)
        self.guesses[name] = why


def conclude(reading: Reading, *, zone: ZoneInfo, today: date, kind: Kind | None) -> Conclusions:
    """Return the fields of the item that *reading* makes; *kind*: what the editor says it is."""
    work = _Concluding(reading, zone, today, reading.facts, dict(reading.facts.guesses))
    work.facts = replace(work.facts, guesses={})
    _title(work)
    passages = _passages(work)
    candidates = event_candidates(passages, reading.language, work.facts.published or _lone_day(reading))
    best = candidates[0] if candidates and candidates[0].points >= ENOUGH else None
    found = kind or work.facts.kind or _kind(work, best or _month(candidates))
    if found is Kind.EVENT:
        _event(work, passages, best or _month(candidates))
    else:
        _news(work, passages)
    return Conclusions(kind=found, facts=work.facts, guesses=work.guesses)


def _lone_day(reading: Reading) -> date | None:
    """Return the day that stands alone beside the title: its year is that of dates without one."""
    days = (span.first for span, _ in reading.lone_dates if span.precision is Precision.DAY)
    return next(days, None)


def _is_when(span: Span) -> bool:
    """Whether a date on a line of its own is that of an event: days, or hours from and to; of a page it is a moment."""
    return span.last is not None or (span.clock is not None and span.clock.ends is not None)


def _title(work: _Concluding) -> None:
    reading = work.reading
    if reading.title:
        work.facts = replace(
            work.facts, title=reading.title, lines={"title": reading.title_line, **work.facts.lines}
        )
        if reading.is_guessed_title:
            work.guesses["title"] = "the likeliest of the lines above the text"
        return
    first = next((block for block in reading.blocks if is_prose(block.text)), reading.blocks[0])
    days = find_dates(first.text, reading.language)
    text = first.text[: days[0].begin].rstrip(" ,(") if days and days[0].begin >= 40 else first.text
    title = made_title(without_dates(text))
    work.conclude("title", title, "the page has no title; this is its first sentence", first.line)


def _passages(work: _Concluding) -> list[Passage]:
    texts = [block for block in work.reading.blocks if block.form is not Form.TABLE][:_PASSAGES]
    title = Passage(text=work.facts.title, line=work.reading.title_line, place=0)
    return [
        title,
        *(Passage(text=block.text, line=block.line, place=at) for at, block in enumerate(texts, start=1)),
    ]


def _kind(work: _Concluding, best: Candidate | None) -> Kind:
    facts, reading = work.facts, work.reading
    lone = any(_is_when(span) for span, _ in reading.lone_dates)
    prose = [block.text for block in reading.blocks if is_prose(block.text)] or [
        block.text for block in reading.blocks
    ]
    points = kinds.event_points(
        kinds.Telling(
            title=facts.title,
            lead=" ".join(prose[:4]),
            text=" ".join(block.text for block in reading.blocks)[:_TEXT],
            address=facts.link,
            has_day_and_place=_has_day_and_place(facts.title, reading.language),
            has_event_fields=bool(facts.start or facts.location or facts.register_by or lone),
            states_day_and_place=bool(facts.start and facts.location),
            date_points=best.points if best else 0,
            has_hours=isinstance(facts.start, datetime) or (best is not None and best.span.clock is not None),
        )
    )
    has_day = bool(facts.start or best or lone or facts.undecided)
    # `Last week a hundred of you came to Bergen`: no day, but a place.
    is_event = points >= kinds.ENOUGH and (has_day or find_place(_passages(work)[:_FEW], None) is not None)
    kind = Kind.EVENT if is_event else Kind.NEWS
    if kind is Kind.EVENT or points >= kinds.SOME:
        work.guesses["kind"] = "its title, its words and its dates read like that"
    return kind


def _has_day_and_place(title: str, language: str) -> bool:
    passage = Passage(text=title, line=1, place=0)
    return bool(find_dates(title, language)) and find_place([passage], None) is not None


def _month(candidates: Sequence[Candidate]) -> Candidate | None:
    """Return the month that an event's first paragraphs name: `It was late May 2023` says no day."""
    months = (
        each for each in candidates if each.span.precision is Precision.MONTH and each.passage.place <= _FEW
    )
    return next((each for each in months if each.points >= _SOME), None)


def _event(work: _Concluding, passages: Sequence[Passage], best: Candidate | None) -> None:
    _start(work, best)
    _published_of_event(work)
    facts = work.facts
    if not facts.location:
        found = _beside_days(work) or find_place(list(passages), _when(work, best))
        if found:
            work.conclude("location", found[0], "the text names this place beside the event", found[1])
    _register(work)


def _beside_days(work: _Concluding) -> tuple[str, int | None] | None:
    """Return the place that stands alone beside the days of the event; a press release names its own place and day."""
    start, end = work.facts.start, work.facts.end
    if not work.reading.lone_place or start is None:
        return None
    days = (_day(start), _day(end or start))
    line = next((line for span, line in work.reading.lone_dates if days[0] <= span.first <= days[1]), None)
    return (work.reading.lone_place, line) if line else None


def _when(work: _Concluding, best: Candidate | None) -> When | None:
    facts = work.facts
    if facts.start is None:
        return None
    days = (_day(facts.start), _day(facts.end or facts.start))
    if best is None or best.span.first != days[0]:
        return When(first=days[0], last=days[1])
    return When(first=days[0], last=days[1], place=best.passage.place, span=best.span)


def _start(work: _Concluding, best: Candidate | None) -> None:
    """Find out when the event is."""
    facts = work.facts
    if facts.start is not None:
        return
    lone = [
        (span, line)
        for span, line in work.reading.lone_dates
        if _is_when(span) or (span.clock and best is None)
    ]
    if lone and (best is None or best.span.precision is not Precision.DAY or not best.span.last):
        _set_days(work, lone[0][0], lone[0][1])
    elif best is not None:
        _set_days(work, best.span, best.passage.line)
        if best.has_other_year:
            work.guesses["start"] += ", and the year stands elsewhere"
    elif facts.undecided is not None:
        _set_days(work, facts.undecided, facts.lines.get("start"))
    elif work.reading.lone_dates and not _looks_back(work):
        _set_days(work, *work.reading.lone_dates[0])
    else:
        facts = work.facts = _with_published(work)
        day = facts.published or work.today
        why = (
            "the page names no day; this is the day of its publication"
            if facts.published
            else "the page names no day; this is today"
        )
        work.conclude("start", day, why)


def _looks_back(work: _Concluding) -> bool:
    """Whether the text tells of *last week*: the day beside its title is that of the publication, then."""
    return any(_BEFORE_TODAY.search(block.text) for block in work.reading.blocks[:_FEW])


def _with_published(work: _Concluding) -> Facts:
    facts = work.facts
    days = [(span, line) for span, line in work.reading.lone_dates if _is_one_day(span)]
    if facts.published is not None or not days:
        return facts
    span, line = days[0]
    return facts.having("published", _published_on(span, None, facts.lang), line)


def _set_days(work: _Concluding, span: Span, line: int | None) -> None:
    when = of_span(span)
    why = f"the page says “{span.text}”"
    if span.precision is Precision.MONTH:
        why += ": write the day"
    elif span.is_ambiguous:
        why += ", which can be read in two ways"
    work.conclude("start", when.start, why, line)
    if when.end is not None:
        work.facts = replace(work.facts, end=when.end)
    if when.timezone:
        work.conclude("timezone", when.timezone, why, line)


def _published_of_event(work: _Concluding) -> None:
    """Take a lone date that is not the event's own for that of the publication."""
    facts = work.facts
    if facts.published is not None or facts.start is None:
        return
    first, last = _day(facts.start), _day(facts.end or facts.start)
    others = [(span, line) for span, line in work.reading.lone_dates if span.precision is Precision.DAY]
    if facts.undecided is not None:
        others.append((facts.undecided, facts.lines.get("start", 1)))
    for span, line in others:
        day = _published_on(span, last, facts.lang)
        if not _is_when(span) and not first <= day <= last:
            work.conclude("published", day, f"“{span.text}” stands alone beside the title", line)
            return
    if facts.saved is not None:
        work.conclude("published", facts.saved, "the page's markup names this day")


def _is_one_day(span: Span) -> bool:
    """Whether *span* may be the day of a publication: several in a row are none."""
    return span.precision is Precision.DAY and span.last is None


def _published_on(span: Span, event: date | None, lang: str) -> date:
    """Return the day of *span*, which may be read in two ways: as in America, or such that it lies soon after *event*."""
    day = span.first
    if not span.is_ambiguous or span.last or day.day > 12:
        return day
    other = date(day.year, day.day, day.month)
    if event is not None and (other >= event) and (day < event or other < day):
        return other
    return other if lang == "en-US" else day


def _news(work: _Concluding, passages: Sequence[Passage]) -> None:
    facts = replace(work.facts, start=None, end=None, location="", timezone="", register="", register_by=None)
    work.facts = facts
    if facts.published is not None:
        return
    lone = [(span, line) for span, line in work.reading.lone_dates if _is_one_day(span)]
    undecided = [(facts.undecided, facts.lines.get("start", 1))] if facts.undecided else []
    for span, line in (*undecided, *lone):
        # Beside the title of a piece of news it can hardly be anything else.
        work.facts = facts.having("published", _published_on(span, None, facts.lang), line)
        if span.is_ambiguous:
            work.guesses["published"] = f"“{span.text}” can be read in two ways"
        return
    if facts.saved is not None:
        work.conclude("published", facts.saved, "the page's markup names this day")
        return
    months = [(span, line) for span, line in work.reading.lone_dates if span.precision is Precision.MONTH]
    if months:
        span, line = months[0]
        work.conclude("published", span.first, f"the page says “{span.text}”: write the day", line)
        return
    _from_prose(work, passages)


def _from_prose(work: _Concluding, passages: Sequence[Passage]) -> None:
    if found := _DATED_ADDRESS.search(work.facts.link):
        with suppress(ValueError):
            day = date(int(found[1]), int(found[2]), int(found[3]))
            work.conclude("published", day, "its address says so")
            return
    for passage in passages[1:6]:
        for candidate in event_candidates([passage], work.reading.language, None):
            span = candidate.span
            if span.precision is Precision.DAY and span.until <= work.today:
                how = "begins with" if is_dateline(span, passage.text) else "tells of"
                why = f"the text {how} “{span.text}”"
                work.conclude("published", span.until, why, passage.line)
                return
    work.conclude("published", work.today, "the page does not say when it was published; this is today")


def _register(work: _Concluding) -> None:
    """Find where to register, for an event that lies ahead."""
    facts = work.facts
    if facts.start is None or _day(facts.end or facts.start) < work.today:
        work.facts = replace(facts, register="", register_by=None)
        return
    if facts.register:
        return
    for block in (*work.reading.blocks, *work.reading.buttons):
        address = _register_address(block)
        if address:
            work.conclude("register", address, "the link that leads to registering", block.line)
            return


def _register_address(block: Block) -> str:
    for link in block.links:
        if _REGISTER.search(link.words) and link.address.startswith("http"):
            return link.address
    if _REGISTER.search(block.text):
        urls = _URL.findall(block.text) or [
            link.address for link in block.links if link.address.startswith("http")
        ]
        return urls[0] if len(urls) == 1 else ""
    return ""


def _day(when: date) -> date:
    return date(when.year, when.month, when.day)
