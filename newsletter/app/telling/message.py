"""What is said to people: a matter, what it is about, and the facts."""

from collections.abc import Iterator
from dataclasses import dataclass

from newsletter.app.log import masked
from newsletter.app.telling.matters import Audience, Matter, Step
from newsletter.delivery.words import without_addresses
from newsletter.rendering.blocks import commands_apart, literal

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
    #: The issue that commands are about; "" where that is what all is about.
    issue: str = ""
    #: What can be done, where it is not all that the matter names.
    steps: tuple[Step, ...] | None = None

    @property
    def name(self) -> str:
        """What tells it from others."""
        return f"{self.matter.name} {self.about}".rstrip()[:_LONGEST]

    @property
    def title(self) -> str:
        """The subject of its mail."""
        return self._about(self.matter.title)

    def text(self, *, noticed: str = "") -> str:
        """Return what is wrong, when that was *noticed*, and what to do, in the form of `blocks`."""
        return "\n\n".join(filter(None, (self.facts, noticed, *self._remedies())))

    @property
    def facts(self) -> str:
        """What is wrong, without addresses; an editor's may name long files, which look like tokens."""
        is_editorial = self.matter.audience is Audience.EDITORS
        return commands_apart(without_addresses(self.words) if is_editorial else _fit(self.words))

    def _remedies(self) -> Iterator[str]:
        yield self._about(self.matter.remedy)
        for step in self.matter.steps if self.steps is None else self.steps:
            if (command := self._about(step.command)) not in self.facts:
                yield literal(self._about(step.label), command)

    def _about(self, text: str) -> str:
        return text.format(about=self.about, issue=self.issue or self.about)


def _fit(text: str) -> str:
    """Return *text* without addresses and tokens: readers' are nobody's business."""
    return "\n".join(map(masked, text.splitlines()))
