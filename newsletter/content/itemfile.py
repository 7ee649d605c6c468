"""One content file's bytes into an item: pure, so that the same bytes always give the same item and problems."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial
from hashlib import sha256

from newsletter.content.fields import FieldReader, as_flag
from newsletter.content.frontmatter import read_front_matter
from newsletter.content.items import EventReport, Kind, NewsItem, When
from newsletter.content.names import Place, date_in_path, place_of
from newsletter.content.rawfields import Value
from newsletter.content.reading.bodytext import read_body
from newsletter.content.reading.dates import at_time
from newsletter.content.reading.eventfields import read_event
from newsletter.content.reading.linkfields import read_link
from newsletter.content.reading.picturefields import PictureReference, read_picture
from newsletter.content.reading.summaries import plain_text, summary_of, without_more
from newsletter.content.reading.titles import plain_title
from newsletter.content.reading.topicfields import read_topics
from newsletter.content.rules import ContentRules
from newsletter.errors import Level, Problem

#: Pelican's words for pages that nobody is led to.
_UNPUBLISHED = frozenset({"draft", "hidden", "skip"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedFile:
    """What one file gives."""

    #: None: the file cannot be used, and a problem says why. Its picture is still to be looked for.
    item: NewsItem | EventReport | None = None
    picture: PictureReference | None = None
    problems: tuple[Problem, ...] = ()


def parse_item(path: str, data: bytes, rules: ContentRules, siblings: Collection[str] = ()) -> ParsedFile:
    """Return the item in *data*, the bytes of the file *path* (relative to the project folder); never raises.

    *siblings*: see `place_of`.
    """
    place = place_of(path, rules, siblings)
    front = read_front_matter(data)
    reader = FieldReader(front, path)
    reader.problems.extend(replace(problem, path=path) for problem in front.problems)
    if not front.is_readable:
        return ParsedFile(problems=tuple(reader.problems))
    if not front.fields and not front.body.strip():
        reader.report(Level.ERROR, "empty-file", "The file is empty.", help="Write it, or remove it.")
        return ParsedFile(problems=tuple(reader.problems))
    is_draft = _is_draft(reader, place)
    item = _item(reader, place, rules, data, is_draft=is_draft)
    picture = read_picture(reader)
    # What is not finished stops no issue.
    problems = (
        replace(problem, level=Level.WARNING) if is_draft and problem.level is Level.ERROR else problem
        for problem in reader.problems
    )
    return ParsedFile(item=item, picture=picture if item else None, problems=tuple(problems))


def _item(
    reader: FieldReader, place: Place, rules: ContentRules, data: bytes, *, is_draft: bool
) -> NewsItem | EventReport | None:
    text = read_body(
        reader.front,
        rules,
        path=place.path,
        title=plain_title(reader.text("title")),
        is_html=place.is_html,
    )
    reader.problems.extend(text.problems)
    if not text.title:
        reader.report(
            Level.ERROR,
            "no-title",
            "The file has no title.",
            line=1,
            help="Add `title: …` to its front matter, or a heading.",
        )
        return None
    kind = _kind(reader, place)
    build: Callable[..., NewsItem | EventReport] = NewsItem
    published = _published(reader, place, rules, kind)
    happens = published
    if kind is Kind.EVENT:
        event = read_event(reader, place, rules)
        happens = event.start or published
        build = partial(
            EventReport,
            start=event.start,
            end=event.end,
            location=event.location,
            timezone=event.timezone,
            register=event.register,
            register_by=event.register_by,
        )
    topics, tags = read_topics(reader, rules.topics)
    return build(
        key=reader.text("id") or place.key,
        path=place.path,
        lang=_language(reader, place, rules),
        title=text.title,
        date=published,
        updated=reader.when("updated", rules.timezone),
        summary=plain_text(reader.text("summary")) or summary_of(text.body, is_html=place.is_html),
        link=read_link(reader, rules, kind=kind, slug=reader.text("slug") or place.slug, day=_day(happens)),
        topics=topics,
        tags=tags,
        draft=is_draft,
        expires=reader.when("expires", rules.timezone),
        featured=reader.flag("featured"),
        weight=reader.number("weight"),
        body=without_more(text.body),
        body_line=reader.front.body_line,
        is_html=place.is_html,
        source_hash=sha256(data).hexdigest(),
        body_hash=sha256(reader.front.body.strip().encode()).hexdigest(),
        extra={name: _kept(value) for name, value in reader.others().items()},
        lines=reader.lines,
    )


def _is_draft(reader: FieldReader, place: Place) -> bool:
    draft = reader.find("draft")
    flag = as_flag(draft.value) if draft else False
    if draft and flag is None:
        reader.report(
            Level.ERROR,
            "bad-draft",
            f"`draft: {draft.value}` says neither yes nor no.",
            line=draft.line,
            help="Write true or false.",
        )
    published = reader.find("published")
    is_unpublished = published is not None and as_flag(published.value) is False
    return place.is_draft or bool(flag) or is_unpublished or reader.text("status").casefold() in _UNPUBLISHED


def _kind(reader: FieldReader, place: Place) -> Kind:
    written = reader.text("kind").casefold()
    if not written:
        return place.kind
    try:
        return Kind(written)
    except ValueError:
        reader.report(
            Level.WARNING,
            "bad-kind",
            f"There is no kind `{written}`; the folder says {place.kind}.",
            line=reader.lines.get("kind"),
            help="Write news or event.",
        )
        return place.kind


def _published(reader: FieldReader, place: Place, rules: ContentRules, kind: Kind) -> When | None:
    problems = len(reader.problems)
    published = reader.when("date", rules.timezone)
    clock = reader.find("time")
    if clock and isinstance(published, date) and not isinstance(published, datetime):
        at = reader.time("time")
        return published if at is None else reader.when_of(at_time(published, at, rules.timezone), clock)
    if published or kind is Kind.EVENT or len(reader.problems) > problems:
        return published
    written = (date_in_path(str(found.value)) for name in ("link", "slug") for found in reader.every(name))
    published = place.date or next((day for day in written if day), None)
    if published is None:
        reader.report(
            Level.WARNING,
            "no-date",
            "It is not known when this was published, so it is in no issue.",
            help="Add `date: 2026-11-03`, or begin the file's name with 2026-11-03-.",
        )
    return published


def _language(reader: FieldReader, place: Place, rules: ContentRules) -> str:
    written = reader.text("lang")
    lang = rules.language(written) if written else place.lang or rules.languages[0]
    if written and place.lang and lang != place.lang:
        reader.report(
            Level.WARNING,
            "lang-conflict",
            f"`lang: {written}` and the file's name ({place.lang}) contradict each other; the field counts.",
            line=reader.lines.get("lang"),
            help="Change one of the two.",
        )
    if lang not in rules.languages:
        reader.report(
            Level.INFO,
            "unknown-language",
            f"`{lang}` is not a language of the newsletter ({', '.join(rules.languages)}).",
            line=reader.lines.get("lang"),
            help="Add it to `languages` in newsletter.toml if readers should get it.",
        )
    return lang


def _day(when: When | None) -> date | None:
    return when.date() if isinstance(when, datetime) else when


def _kept(value: Value) -> object:
    """Return an unknown field's *value* with dates as text, so that it can be stored anywhere."""
    if isinstance(value, dict):
        return {name: _kept(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_kept(each) for each in value]
    return value.isoformat() if isinstance(value, date) else value
