"""A page as it was saved or pasted into what goes into a content file, with a list of what an editor is to check."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from newsletter.content.importing.blocks import Block, LeftOut
from newsletter.content.importing.conclusions import Conclusions, conclude
from newsletter.content.importing.facts import Facts, in_pair
from newsletter.content.importing.labelled import says_how_to_register
from newsletter.content.importing.languages import language_of
from newsletter.content.importing.markdown import to_markdown
from newsletter.content.importing.pastedtext import read_text
from newsletter.content.importing.reading import Reading
from newsletter.content.importing.source import MAX_CHARACTERS, Source
from newsletter.content.items import Kind, When
from newsletter.errors import NewsletterError

#: In characters: less is a login form, or a page that a script would have filled.
_LEAST = 60
#: Paragraphs, headings and entries of lists.
_MOST_BLOCKS = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportRules:
    """What an import needs to know of the newsletter, and of the person who asked for it."""

    zone: ZoneInfo
    today: date
    #: None: the page says which.
    kind: Kind | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What a page gives: the fields of an item, its text, and what was concluded or left out."""

    source: str
    kind: Kind
    facts: Facts
    #: Markdown.
    body: str
    #: By field: what was concluded, and from what.
    guesses: Mapping[str, str]
    #: What an editor should look at, and where: lines of the source.
    remarks: tuple[tuple[str, int | None], ...] = ()
    left_out: tuple[LeftOut, ...] = ()


def read_page(source: Source, rules: ImportRules) -> Page:
    """Return what the page *source* gives. Raises NewsletterError when it has no text."""
    reading = _read(source, rules.zone)
    _check_length(source, reading)
    if (not reading.title and not reading.blocks) or sum(
        len(block.text) for block in reading.blocks
    ) < _LEAST:
        raise NewsletterError(_no_text(source, reading))
    conclusions = conclude(reading, zone=rules.zone, today=rules.today, kind=rules.kind)
    return _page(source, reading, conclusions, rules)


def _read(source: Source, zone: ZoneInfo) -> Reading:
    if not source.is_html:
        return read_text(source)
    # What understands HTML takes a third of a second to import.
    from newsletter.content.importing.webpage import read_html

    return read_html(source, zone)


def _check_length(source: Source, reading: Reading) -> None:
    length = sum(len(block.text) for block in reading.blocks)
    if len(reading.blocks) > _MOST_BLOCKS or length > MAX_CHARACTERS:
        raise NewsletterError(
            f"{source.name or 'standard input'} has {len(reading.blocks):,} paragraphs and {length:,} characters of text, "
            "more than a page has. Copy what belongs together into a file, and import that."
        )


def _no_text(source: Source, reading: Reading) -> str:
    shown = source.name or "standard input"
    if not source.is_html:
        return f"{shown} has no text that an item could be made of. Paste the page's text into it."
    what = "only a form to log in" if reading.has_login else "no text: perhaps a script fills it in a browser"
    return f"{shown} has {what}. Open the page in a browser, copy its text into a file, and import that."


def _page(source: Source, reading: Reading, conclusions: Conclusions, rules: ImportRules) -> Page:
    facts = conclusions.facts
    start, end = in_pair(facts.start, facts.end, rules.zone)
    zone = "" if _is_same_clock(facts.timezone, start, rules.zone) else facts.timezone
    facts = replace(
        facts, start=start, end=end, timezone=zone, lang=facts.lang or language_of(_texts(reading.blocks))
    )
    blocks = reading.blocks
    if facts.register or facts.register_by:
        blocks = [block for block in blocks if not says_how_to_register(block)]
    return Page(
        source=source.name,
        kind=conclusions.kind,
        facts=facts,
        body=to_markdown(blocks),
        guesses=conclusions.guesses,
        remarks=(*_encoding(source), *reading.remarks, *_place_of_news(reading, conclusions)),
        left_out=tuple(reading.left_out),
    )


def _place_of_news(reading: Reading, conclusions: Conclusions) -> list[tuple[str, int | None]]:
    """Tell of a place that the page names beside a label: a piece of news has no field for it."""
    place = reading.facts.location
    if conclusions.kind is not Kind.NEWS or not place:
        return []
    words = f"The page names a place, “{place}”, which is left out: news has none. Write it into the text, or import with `--kind event`."
    return [(words, reading.facts.lines.get("location"))]


def _is_same_clock(zone: str, when: When | None, ours: ZoneInfo) -> bool:
    if not zone or not isinstance(when, datetime):
        return True
    return when.replace(tzinfo=ZoneInfo(zone)).utcoffset() == when.replace(tzinfo=ours).utcoffset()


def _texts(blocks: Sequence[Block]) -> list[str]:
    return [block.text for block in blocks]


def _encoding(source: Source) -> list[tuple[str, int | None]]:
    if not source.is_guessed_encoding:
        return []
    return [
        (
            "The file does not say how its letters are encoded, and was read as Windows-1252: look at accents.",
            None,
        )
    ]
