"""What one file gave, in a form that msgspec writes and reads by its types.

msgspec cannot tell a date from a datetime, so both are text here; a body that stands in the file as it is, is not
stored again.
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import msgspec

from newsletter.content.images.files import PictureReference
from newsletter.content.items import EventReport, NewsItem, Picture
from newsletter.errors import Problem

if TYPE_CHECKING:
    from newsletter.content.files.itemfile import ParsedFile


class StoredNews(msgspec.Struct, array_like=True, tag=True, gc=False):
    """A `NewsItem`; its picture is looked for anew each time."""

    key: str
    path: str
    lang: str
    title: str
    date: str | None
    date_problem: Problem | None
    updated: str | None
    summary: str
    link: str | None
    topics: tuple[str, ...]
    tags: tuple[str, ...]
    draft: bool
    expires: str | None
    featured: bool
    weight: int
    body: str
    body_line: int
    is_html: bool
    source_hash: str
    body_hash: str
    extra: dict[str, Any]
    lines: dict[str, int]


class StoredEvent(StoredNews, array_like=True, tag=True, gc=False):
    """An `EventReport`."""

    start: str | None
    end: str | None
    location: str
    timezone: str
    register: str | None
    register_by: str | None


class StoredFile(msgspec.Struct, array_like=True, gc=False):
    """A `ParsedFile`, and what it was read from."""

    digest: str
    item: StoredNews | StoredEvent | None
    #: Where in the file's bytes the item's body begins; None: it is another text than the file's, and stored.
    body_start: int | None
    picture: PictureReference | None
    problems: tuple[Problem, ...]


_NEWS_DATES = ("date", "updated", "expires")
_EVENT_DATES = (*_NEWS_DATES, "start", "end", "register_by")


def stored_file(parsed: "ParsedFile", data: bytes, digest: str) -> StoredFile:
    """Return *parsed*, which was read from *data*, as it is stored."""
    item = _stored_item(parsed.item) if parsed.item else None
    body_start = None
    if item and data.endswith(body := item.body.encode()):
        body_start = len(data) - len(body)
        item.body = ""
    return StoredFile(
        digest=digest, item=item, body_start=body_start, picture=parsed.picture, problems=parsed.problems
    )


def restored_item(stored: StoredFile, data: bytes, picture: Picture | None) -> NewsItem | EventReport | None:
    """Return the item of *stored* with *picture*; *data* are the same bytes as those it was read from."""
    if stored.item is None:
        return None
    body = stored.item.body if stored.body_start is None else data[stored.body_start :].decode()
    values = msgspec.structs.asdict(stored.item) | {"body": body, "picture": picture}
    is_event = isinstance(stored.item, StoredEvent)
    for name in _EVENT_DATES if is_event else _NEWS_DATES:
        text = values[name]
        if text is not None:
            values[name] = date.fromisoformat(text) if len(text) == 10 else datetime.fromisoformat(text)
    return EventReport(**values) if is_event else NewsItem(**values)


def _stored_item(item: NewsItem | EventReport) -> StoredNews | StoredEvent:
    if isinstance(item, EventReport):
        return StoredEvent(**_values(item, StoredEvent.__struct_fields__, _EVENT_DATES))
    return StoredNews(**_values(item, StoredNews.__struct_fields__, _NEWS_DATES))


def _values(item: NewsItem | EventReport, names: Iterable[str], dates: Iterable[str]) -> dict[str, Any]:
    values = {name: getattr(item, name) for name in names}
    return values | {name: values[name] and values[name].isoformat() for name in dates}
