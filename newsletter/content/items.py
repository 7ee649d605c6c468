"""An item: one content file, as everything after this stage sees it.

Structs, which are made ten times as fast as dataclasses: there are thousands of items. They hold no cycles, hence `gc`.
"""

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum

from msgspec import Struct, field

from newsletter.errors import Problem

#: A date without a time stays a date; a datetime is always aware.
When = date | datetime


class Kind(StrEnum):
    """What a file tells."""

    NEWS = "news"
    EVENT = "event"


class Picture(Struct, frozen=True, kw_only=True, gc=False):
    """An item's image as the file names it."""

    #: Relative to the project folder when it is a file of ours, else a web address.
    source: str
    #: "" means decorative; None: nobody wrote one, which `check` reports.
    alt: str | None = None


class Item(Struct, frozen=True, kw_only=True, gc=False):
    """One content file in one language.

    `NewsItem` and `EventReport` are the two kinds; translations share a `key`.
    """

    #: The same in every language: `id`, else the path under the content folder without extension and suffix.
    key: str
    #: Relative to the project folder, with forward slashes.
    path: str
    lang: str
    title: str
    #: Published; None for an event that was only announced.
    date: When | None = None
    #: Why the date, of an event the start, is not known although the file has one.
    date_problem: Problem | None = None
    updated: When | None = None
    #: Plain text, one paragraph.
    summary: str = ""
    #: Absolute, or None: the item is printed whole.
    link: str | None = None
    picture: Picture | None = None
    #: Keys of known topics; empty: the item goes to everybody.
    topics: tuple[str, ...] = ()
    #: Tags that name no known topic, as written.
    tags: tuple[str, ...] = ()
    draft: bool = False
    expires: When | None = None
    featured: bool = False
    #: Lower comes first; 0: no wish.
    weight: int = 0
    #: Markdown without front matter, shortcodes and the heading that is the title; a `.html` file's body is HTML.
    body: str = ""
    #: The line of the file on which the body starts.
    body_line: int = 1
    is_html: bool = False
    #: SHA-256 of the file's bytes, and of the body alone (for recognising a renamed file).
    source_hash: str
    body_hash: str
    #: Front matter that means nothing to us, kept.
    extra: Mapping[str, object] = field(default_factory=dict)
    #: Line of the file on which a field stands, by our name of the field.
    lines: Mapping[str, int] = field(default_factory=dict)

    @property
    def kind(self) -> Kind:
        """News or event."""
        return Kind.NEWS


class NewsItem(Item, frozen=True, kw_only=True, gc=False):
    """Something that was published."""


class EventReport(Item, frozen=True, kw_only=True, gc=False):
    """An event: announced while it lies ahead, reported once it is over."""

    start: When | None = None
    #: Of the same form as `start`; None: the end of the start's day.
    end: When | None = None
    location: str = ""
    #: The event's own time zone; "" is the newsletter's.
    timezone: str = ""
    register: str | None = None
    register_by: When | None = None

    @property
    def kind(self) -> Kind:
        """News or event."""
        return Kind.EVENT


class SourceFile(Struct, frozen=True, kw_only=True):
    """A file under the content folder that is not an item: an issue file, kept as read."""

    #: Relative to the project folder.
    path: str
    data: bytes


class Collection(Struct, frozen=True, kw_only=True):
    """What a content folder holds."""

    #: In the order of their paths.
    items: tuple[Item, ...]
    problems: tuple[Problem, ...] = ()
    #: The files in `issues/`, translations included, in the order of their paths.
    issue_files: tuple[SourceFile, ...] = ()

    def translations(self) -> dict[str, dict[str, Item]]:
        """Return key → language → item, in the order of the paths."""
        grouped: dict[str, dict[str, Item]] = {}
        for item in self.items:
            grouped.setdefault(item.key, {})[item.lang] = item
        return grouped
