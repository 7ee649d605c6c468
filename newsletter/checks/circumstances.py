"""What checking needs to know besides the issue: the moment, the settings, the size of files."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from newsletter.content.topics import Topic

#: Where prepared pictures lie, relative to the project folder.
MEDIA = "var/media"


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """The same for every issue that is checked at one moment."""

    now: datetime
    #: The newsletter's.
    zone: ZoneInfo
    site_url: str
    public_url: str
    postal_address: str = ""
    topics: tuple[Topic, ...] = ()
    #: `[content.links]`: page of an item on the website, by kind.
    links: Mapping[str, str] = field(default_factory=dict)
    content_folder: str = "content"
    #: Returns the size in bytes of the file at a path relative to the project folder; None: there is no such file.
    bytes_of: Callable[[str], int | None] = lambda _: None
    #: Whether the fixed texts of a mail, such as “Unsubscribe”, are there in a language.
    has_texts: Callable[[str], bool] = lambda _: True
    #: Whether there is a file where the folder of overriding templates would be.
    templates_are_a_file: bool = False
    #: Templates in that folder that nothing uses, each with the built-in one that it may be meant for.
    idle_templates: Mapping[str, str | None] = field(default_factory=dict)
    #: The project's own templates and style sheets of the letter that are in use, by name.
    overriding: Mapping[str, str] = field(default_factory=dict)
