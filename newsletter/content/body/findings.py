"""What is wrong in the body of a file, each with the line on which it stands."""

from dataclasses import dataclass, field

from newsletter.errors import Level, Problem


@dataclass(slots=True)
class Findings:
    """Collects the problems of one body while it is rendered."""

    #: The body as written, and the line of the file on which it starts.
    source: str
    path: str
    first_line: int = 1
    _problems: dict[Problem, None] = field(default_factory=dict)

    @property
    def problems(self) -> tuple[Problem, ...]:
        """The problems so far, in the order of their lines, each once."""
        return tuple(sorted(self._problems, key=lambda problem: problem.line or 0))

    def add(
        self, level: Level, rule: str, message: str, *, at: str | None = None, help: str | None = None
    ) -> None:
        """Keep a problem of what the body spells *at*.

        The tree that is rendered no longer knows its lines, so the first line that has the same text is named.
        """
        problem = Problem(
            level=level, rule=rule, message=message, path=self.path or None, line=self._line(at), help=help
        )
        self._problems[problem] = None

    def _line(self, text: str | None) -> int | None:
        place = self.source.lower().find(text.lower()) if text else -1
        return None if place < 0 else self.first_line + self.source.count("\n", 0, place)
