"""One content file's bytes into an item: pure, so that the same bytes always give the same item and problems."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial
from hashlib import sha256

from newsletter.content.fields.bodytext import read_body
from newsletter.content.fields.eventfields import read_event
from newsletter.content.fields.linkfields import read_link
from newsletter.content.fields.newsfields import (
    read_draft,
    read_kind,
    read_language,
    read_line,
    read_published,
)
from newsletter.content.fields.picturefields import read_picture
from newsletter.content.fields.reader import FieldReader
from newsletter.content.fields.summaries import plain_text, summary_of, without_more
from newsletter.content.fields.titles import plain_title
from newsletter.content.fields.topicfields import read_topics
from newsletter.content.files.names import Place, place_of
from newsletter.content.frontmatter.rawfields import Value
from newsletter.content.frontmatter.splitting import read_front_matter
from newsletter.content.images.files import PictureReference
from newsletter.content.items import EventReport, Kind, NewsItem, When
from newsletter.content.rules import ContentRules
from newsletter.errors import Level, Problem


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
    is_draft = read_draft(reader, place)
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
        title=plain_title(read_line(reader, "title", rules)),
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
        reader.others()  # perhaps one of them was meant to be the title
        return None
    kind = read_kind(reader, place)
    build: Callable[..., NewsItem | EventReport] = NewsItem
    published = read_published(reader, place, rules, kind)
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
        lang=read_language(reader, place, rules),
        title=text.title,
        date=published,
        date_problem=reader.unread_dates.get("start" if kind is Kind.EVENT else "date"),
        updated=reader.when("updated", rules.timezone),
        summary=plain_text(read_line(reader, "summary", rules))
        or summary_of(text.body, is_html=place.is_html),
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


def _day(when: When | None) -> date | None:
    return when.date() if isinstance(when, datetime) else when


def _kept(value: Value) -> object:
    """Return an unknown field's *value* with dates as text, so that it can be stored anywhere."""
    if isinstance(value, dict):
        return {name: _kept(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_kept(each) for each in value]
    return value.isoformat() if isinstance(value, date) else value
