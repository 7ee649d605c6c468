"""What rendering needs to know besides the issue: who writes, where things are, how it looks."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote
from zoneinfo import ZoneInfo

from newsletter.content.topics import Topic
from newsletter.rendering.theme import Theme


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One newsletter's, the same for each of its issues."""

    #: The newsletter's name, as readers know it.
    newsletter: str
    #: The organisation's website; links in content are resolved against it.
    site_url: str
    #: Where the archive, the pictures and the subscription pages are.
    public_url: str
    postal_address: str = ""
    #: "": there is no such page.
    privacy_url: str = ""
    imprint_url: str = ""
    #: False: there is no public archive, so the mail has no link to a web version.
    has_archive: bool = True
    timezone: ZoneInfo
    #: By key, for kickers.
    topics: Mapping[str, Topic] = field(default_factory=dict)
    theme: Theme = field(default_factory=Theme)
    #: Relative to the project folder.
    content_folder: str = "content"
    #: Page of each content file by its path, for links between files; None: it has no page.
    pages: Mapping[str, str | None] = field(default_factory=dict)
    #: The project folder, outside of which no picture is read.
    root: Path
    #: Prepared pictures are written here.
    media: Path
    #: Overrides the built-in templates, file by file.
    templates: Path | None = None
    #: Compiled templates are kept here for the next process; None: they are not.
    compiled_templates: Path | None = None

    def image_url(self, name: str) -> str:
        """Return where the prepared picture *name* is served."""
        return f"{self.public_url.rstrip('/')}/media/{name}"

    def calendar_url(self, key: str) -> str:
        """Return the calendar entry of the event *key*."""
        return f"{self.public_url.rstrip('/')}/events/{quote(key.removeprefix('events/'))}.ics"

    def issue_url(self, issue: str, lang: str) -> str:
        """Return the web version of *issue* in *lang*."""
        return f"{self.public_url.rstrip('/')}/issues/{issue}?lang={lang}"
