"""What somebody looks at, as the page's address says it: a reload, a bookmark and the back button keep it."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from typing import TypeVar
from urllib.parse import urlencode


class Part(StrEnum):
    """What of a mail is shown."""

    MAIL = "mail"
    TEXT = "text"
    HEADERS = "headers"
    #: The web version, as in the archive.
    WEB = "web"


class Width(StrEnum):
    """How wide the mail's window is."""

    PHONE = "phone"
    DESKTOP = "desktop"


class Scheme(StrEnum):
    """What the reader's system asks for."""

    LIGHT = "light"
    DARK = "dark"


class Images(StrEnum):
    """Whether the reader's program shows them."""

    ON = "on"
    OFF = "off"


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """One look at one issue."""

    #: "": the next one.
    issue: str = ""
    #: "": the first.
    variant: str = ""
    part: Part = Part.MAIL
    width: Width = Width.DESKTOP
    scheme: Scheme = Scheme.LIGHT
    images: Images = Images.ON

    @classmethod
    def of(cls, query: Mapping[str, str]) -> "View":
        """Return what *query* asks for; a word that means nothing is passed over."""
        return cls(
            issue=query.get("issue", ""),
            variant=query.get("variant", ""),
            part=_one_of(Part, query.get("part"), Part.MAIL),
            width=_one_of(Width, query.get("width"), Width.DESKTOP),
            scheme=_one_of(Scheme, query.get("scheme"), Scheme.LIGHT),
            images=_one_of(Images, query.get("images"), Images.ON),
        )

    def at(self, issue: str, variant: str) -> "View":
        """Return this view of *variant* of *issue*."""
        return replace(self, issue=issue, variant=variant)

    @property
    def has_frame(self) -> bool:
        """Whether what is shown is a page of its own."""
        return self.part in {Part.MAIL, Part.WEB}

    def query(self, **changes: str) -> str:
        """Return the query of this view with *changes*; what is usual is left out."""
        changed = replace(self, **changes)  # type: ignore[arg-type]  # every field is a text
        values = {field.name: getattr(changed, field.name) for field in fields(View)}
        return urlencode({name: value for name, value in values.items() if value != _USUAL[name]})

    def is_like(self, **changes: str) -> bool:
        """Whether *changes* would change nothing."""
        return replace(self, **changes) == self  # type: ignore[arg-type]  # every field is a text

    def address(self, **changes: str) -> str:
        """Return the relative address of this view with *changes*."""
        return f"?{self.query(**changes)}"


_Word = TypeVar("_Word", bound=StrEnum)
_USUAL = {field.name: field.default for field in fields(View)}


def _one_of(kind: type[_Word], text: str | None, usual: _Word) -> _Word:
    try:
        return kind(text or usual)
    except ValueError:
        return usual
