"""What is said to people: a matter, what it is about, and the facts."""

from dataclasses import dataclass

from newsletter.app.log import masked
from newsletter.app.telling.matters import Audience, Matter
from newsletter.delivery.words import without_addresses

#: As much of a name as the database keeps, with room for what tells one time from another.
_LONGEST = 170


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """Something that is wrong now, or worth knowing."""

    matter: Matter
    #: An issue, a domain, a job; "" where there is only one.
    about: str = ""
    #: What exactly, in a sentence or more.
    words: str

    @property
    def name(self) -> str:
        """What tells it from others."""
        return f"{self.matter.name} {self.about}".rstrip()[:_LONGEST]

    @property
    def title(self) -> str:
        """The subject of its mail."""
        return self.matter.title.format(about=self.about)

    @property
    def text(self) -> str:
        """What is wrong, and what to do."""
        return f"{self.facts}\n\n{self.matter.remedy.format(about=self.about)}".strip()

    @property
    def facts(self) -> str:
        """What is wrong, without addresses; an editor's may name long files, which look like tokens."""
        is_editorial = self.matter.audience is Audience.EDITORS
        return without_addresses(self.words) if is_editorial else _fit(self.words)


def _fit(text: str) -> str:
    """Return *text* without addresses and tokens: readers' are nobody's business."""
    return "\n".join(map(masked, text.splitlines()))
