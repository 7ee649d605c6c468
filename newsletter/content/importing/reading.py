"""What both kinds of source are read into: the text in blocks, and what the page says of itself."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from newsletter.content.importing.blocks import Block, LeftOut
from newsletter.content.importing.dates import Span
from newsletter.content.importing.facts import Facts


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A page, read; nothing is concluded from its prose yet."""

    #: "": it has none.
    title: str
    title_line: int = 1
    #: Nobody said that this line is the title.
    is_guessed_title: bool = False
    #: The text, without title and furniture.
    blocks: Sequence[Block]
    facts: Facts
    #: Dates that stand alone near the title: of the event, or of the publication.
    lone_dates: Sequence[tuple[Span, int]] = ()
    #: A place that stands beside one of them.
    lone_place: str = ""
    #: Links beside the text that may lead to registering.
    buttons: Sequence[Block] = ()
    language: str = ""
    left_out: Sequence[LeftOut] = ()
    remarks: Sequence[tuple[str, int | None]] = field(default=())
    has_login: bool = False
