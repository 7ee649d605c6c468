"""What holds for every issue of a newsletter: the part of the settings that this stage needs."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from newsletter.issues.digests import Digest


@dataclass(frozen=True, slots=True, kw_only=True)
class Newsroom:
    """The digests, and the common ground on which their issues are made."""

    digests: Mapping[str, Digest]
    #: The first is the default.
    languages: tuple[str, ...]
    zone: ZoneInfo
    #: Items dated earlier count as already sent.
    since: date | None = None
    #: Keys of the topics that readers can choose.
    topics: tuple[str, ...] = ()
    #: Relative to the project folder.
    content_folder: str = "content"

    def issue_path(self, name: str) -> str:
        """Return where the issue file *name* belongs, relative to the project folder."""
        return f"{self.content_folder}/issues/{name}.md"
