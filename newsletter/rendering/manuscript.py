"""A variant made ready for the templates: every text in its language, every date in words, every picture prepared.

The three templates (mail, plain text, web) read the same values, and decide nothing but the looks.
"""

from dataclasses import dataclass
from enum import StrEnum

from markupsafe import Markup

from newsletter.content.images.preparing import Image


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A picture as it stands in a mail or page."""

    src: str
    #: "" is decorative.
    alt: str
    #: CSS pixels; None: unknown, of a picture on another host.
    width: int
    height: int | None
    #: The prepared file; None: the picture stays on another host.
    image: Image | None
    #: One line of safe HTML (`Markup`), or "".
    caption: str = ""
    #: Where a click on it leads; "" nowhere.
    link: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """An address and words that make sense without their surroundings."""

    url: str
    text: str


#: What a body consists of: HTML without pictures, and pictures between.
Block = Markup | Figure


@dataclass(frozen=True, slots=True, kw_only=True)
class Prose:
    """A body, in its language, as HTML and as plain text."""

    lang: str
    dir: str
    blocks: tuple[Block, ...]
    #: Paragraphs with blank lines between; links as references below.
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrections:
    """What an earlier issue said wrongly, in their language."""

    lang: str
    dir: str
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DateBlock:
    """The day an event begins, as a small calendar leaf."""

    day: str
    month: str
    #: Both, as one short date.
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One item."""

    #: Unique in the letter, for links within a page.
    anchor: str
    lang: str
    dir: str
    headline: str
    #: Place and dates, or date and topics; "" when there is nothing to say.
    kicker: str
    summary: str
    figure: Figure | None = None
    #: The whole text, of an item that has no page of its own.
    prose: Prose | None = None
    links: tuple[Link, ...] = ()
    #: Where the headline itself leads; "" for most, which have a link of their own below.
    url: str = ""
    #: Of events that lie ahead.
    date_block: DateBlock | None = None
    #: The headline is all that is told of it.
    is_brief: bool = False


class SectionName(StrEnum):
    """The parts of a letter, in their order."""

    #: The one story that is set large.
    LEAD = "lead"
    NEWS = "news"
    REPORTS = "reports"
    UPCOMING = "upcoming"


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A part of the letter; it has at least one entry."""

    name: SectionName
    title: str
    entries: tuple[Entry, ...]

    @property
    def full(self) -> tuple[Entry, ...]:
        """Those that are told with more than their headline."""
        return tuple(entry for entry in self.entries if not entry.is_brief)

    @property
    def brief(self) -> tuple[Entry, ...]:
        """Those of which there is no room for more."""
        return tuple(entry for entry in self.entries if entry.is_brief)


@dataclass(frozen=True, slots=True, kw_only=True)
class Manuscript:
    """One variant of an issue."""

    id: str
    variant: str
    lang: str
    dir: str
    subject: str
    preheader: str
    #: The digest and its period, the same for all languages but for the words.
    title: str
    #: The digest as readers know it.
    digest: str
    #: When it goes out.
    date: str
    introduction: Prose | None
    sections: tuple[Section, ...]
    corrections: Corrections | None = None
    #: "": there is no archive.
    web_url: str

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Every item, in the order of the letter."""
        return tuple(entry for section in self.sections for entry in section.entries)

    @property
    def told(self) -> tuple[Entry, ...]:
        """News and reports but for the lead: what can be told shorter."""
        shortened = (SectionName.NEWS, SectionName.REPORTS)
        return tuple(
            entry for section in self.sections if section.name in shortened for entry in section.entries
        )

    @property
    def proses(self) -> tuple[Prose, ...]:
        """The introduction and every item that is printed whole."""
        return tuple(filter(None, (self.introduction, *(entry.prose for entry in self.entries))))

    @property
    def images(self) -> tuple[Image, ...]:
        """The prepared pictures of entries and proses, each once."""
        figures = [entry.figure for entry in self.entries]
        figures += [block for prose in self.proses for block in prose.blocks if isinstance(block, Figure)]
        return tuple(dict.fromkeys(figure.image for figure in figures if figure and figure.image))
