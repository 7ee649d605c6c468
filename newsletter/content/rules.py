"""What reading a content folder needs to know of the settings."""

import posixpath
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo

from newsletter.content.topics import TopicMatcher


@dataclass(frozen=True, slots=True, kw_only=True)
class ContentRules:
    """Where the content folder is, and how what stands in it is understood."""

    #: The project folder; every path in items and problems is relative to it.
    root: Path
    #: Relative to `root`, with forward slashes.
    folder: str = "content"
    #: The first is the default.
    languages: tuple[str, ...] = ("en",)
    #: Of a time that has no offset.
    timezone: ZoneInfo
    topics: TopicMatcher
    #: By kind, with placeholders {year} {month} {day} {slug} {kind}.
    links: Mapping[str, str] = field(default_factory=dict)
    #: The website; relative addresses resolve against it.
    site_url: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "folder", posixpath.normpath(self.folder))

    def inside(self, path: str) -> str:
        """Return *path*, relative to the project folder, as one that is relative to the content folder."""
        return path if self.folder == "." else path.removeprefix(f"{self.folder}/")

    def language(self, tag: str) -> str:
        """Return *tag* as the newsletter spells it: `FR`, `fr_FR` and `fr-FR` are `fr` where only that is known.

        Stepwise from its end (RFC 4647, section 3.4): `zh-Hant-TW` is `zh-Hant` before it is `zh`.
        """
        written = tag.strip().replace("_", "-")
        spelled = {language.casefold(): language for language in self.languages}
        wanted = written.casefold()
        while wanted:
            if wanted in spelled:
                return spelled[wanted]
            wanted = wanted.rpartition("-")[0]
        return written
