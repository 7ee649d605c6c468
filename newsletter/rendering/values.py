"""What this stage hands on: finished bodies with slots still open, and what is needed to embed or serve images."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from html import escape

from newsletter.content.images.preparing import Image


class Slot(StrEnum):
    """A place in a finished body that differs from reader to reader.

    The value is what stands there until it is filled: an address that survives MJML, lxml and quoted-printable
    unchanged, and that no content can spell (`.invalid` is reserved, RFC 2606).
    """

    UNSUBSCRIBE = "https://slot.invalid/unsubscribe/"
    PREFERENCES = "https://slot.invalid/preferences/"

    # An enumeration's own is written in Python, and asked for several times a reader.
    __hash__ = str.__hash__


def slot_of(name: str) -> str:
    """Return what stands in a mail to one person where its link *name* goes, as `Slot` does in an issue."""
    return f"https://slot.invalid/{name}/"


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderedVariant:
    """One language and one list of items, rendered once; slots are filled per reader."""

    name: str
    lang: str
    items: tuple[str, ...]
    subject: str
    preheader: str
    #: With `Slot` values where links differ per reader and `public_url/media/NAME` where images stand.
    html: str
    text: str
    #: The same issue as a page on the public site: no slot, no personal link.
    web: str
    #: Of mail and page.
    images: tuple[Image, ...] = ()
    #: Items of which the mail has a summary instead of the whole text, or the headline alone, so that it is not clipped.
    summaries: int = 0
    headlines: int = 0
    #: The MJML that `html` was made of, with the marks of its templates' lines, for checks; "": it was not made just now.
    source: str = field(default="", compare=False, repr=False)

    @property
    def is_shortened(self) -> bool:
        """Whether the mail tells less than the page."""
        return bool(self.summaries or self.headlines)


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderedIssue:
    """All variants of an issue, ready to be frozen."""

    issue: str
    subject: str
    preheader: str
    hash: str
    items: tuple[str, ...]
    #: By name, default language first.
    variants: Mapping[str, RenderedVariant] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderedMail:
    """A mail to one person, rendered once for all who get the same words; `slot_of` its links is open."""

    lang: str
    subject: str
    preheader: str
    html: str
    text: str
    #: Names of its links.
    links: frozenset[str]
    images: tuple[Image, ...] = ()

    def filled(self, links: Mapping[str, str]) -> tuple[str, str]:
        """Return HTML and text with *links*, one for each name."""
        html, text = self.html, self.text
        for name in self.links:
            html = html.replace(slot_of(name), escape(links[name]))
            text = text.replace(slot_of(name), links[name])
        return html, text
