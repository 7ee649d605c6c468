"""Everything that can go wrong, as one tree, and `Problem`, the line an editor reads.

NewsletterError
├── UsageError            a command that was misused (exit status 2)
├── SettingsError         newsletter.toml, .env or the environment: all mistakes at once
├── ContentError          content files that cannot be used, or a folder that cannot be read
├── IssueError            an issue that cannot be made, approved, sent or found
├── TemplateError         a mistake in a template, with its file and line
├── RenderingError        a stage of the pipeline broke its promise (never the editor's fault)
├── StorageError          the database is missing, locked, too new or damaged
├── ForgedEventError      a webhook request that cannot be shown to come from the provider
│   └── ReplayedEventError    its signature was used before
├── UnreadableEventError  a webhook request in no form that the provider documents
└── DeliveryError         what a provider answered, or did not
    ├── TemporaryError        nothing was accepted; the same batch may be sent again later
    ├── RefusedError          these readers were refused for good
    ├── AccountError          the provider refuses us altogether: stop and tell a person
    └── OutcomeUnknownError   the request may have been accepted: never sent again on silence
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How much a problem matters."""

    #: The issue is not sent until it is mended.
    ERROR = "error"
    #: The issue is sent; readers may notice.
    WARNING = "warning"
    #: Worth knowing.
    INFO = "info"


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Something that is wrong in a file, and what to do about it."""

    level: Level
    #: A short stable name such as `missing-alt`, for scripts and for looking it up in the docs.
    rule: str
    message: str
    #: Relative to the project folder, with forward slashes.
    path: str | None = None
    #: Counted from 1.
    line: int | None = None
    help: str | None = None

    def __str__(self) -> str:
        where = ":".join(str(part) for part in (self.path, self.line) if part is not None)
        return " ".join(
            part for part in (f"{where}:" if where else "", self.message, self.help or "") if part
        )


class NewsletterError(Exception):
    """A failure that a person can do something about; its text says what."""


class UsageError(NewsletterError):
    """A command was given something it cannot work with."""


class _ProblemsError(NewsletterError):
    """An error that carries every problem found, so that all are mended in one go."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class SettingsError(_ProblemsError):
    """The settings cannot be used."""


class ContentError(_ProblemsError):
    """Content files cannot be used."""


class IssueError(NewsletterError):
    """An issue cannot be made, approved, sent or found."""


class TemplateError(NewsletterError):
    """Templates have mistakes; each line of the text is one, and begins with its file and line."""

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Each mistake with the project's file that it is in; one in a built-in template has none."""
        return tuple(_template_problem(line) for line in str(self).splitlines())


#: The line is missing where the whole file cannot be read.
_IN_TEMPLATE = re.compile(r"(?P<path>templates/[^:]+):(?:(?P<line>\d+):)? (?P<message>.+)")


def _template_problem(text: str) -> Problem:
    found = _IN_TEMPLATE.fullmatch(text)
    if found is None:
        return Problem(level=Level.ERROR, rule="rendering", message=text)
    line = int(found["line"]) if found["line"] else None
    return Problem(
        level=Level.ERROR, rule="rendering", path=found["path"], line=line, message=found["message"]
    )


class RenderingError(NewsletterError):
    """A rendering stage returned something that must not be mailed."""


class StorageError(NewsletterError):
    """The database cannot be used."""


class ForgedEventError(NewsletterError):
    """A webhook request that cannot be shown to come from the provider.

    *is_forbidden*: no other password would help, because it is not of now, or not meant for us.
    """

    def __init__(self, message: str, *, is_forbidden: bool = False) -> None:
        super().__init__(message)
        self.is_forbidden = is_forbidden


class ReplayedEventError(ForgedEventError):
    """A webhook request whose signature, which does not cover the body, came before."""


class UnreadableEventError(NewsletterError):
    """A webhook request in no form that the provider documents."""


class DeliveryError(NewsletterError):
    """A provider did not accept a batch, or did not say."""


class TemporaryError(DeliveryError):
    """Nothing was accepted. *retry_after_s*: the provider's own wish, in seconds."""

    def __init__(self, message: str, *, retry_after_s: float | None = None) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class RefusedError(DeliveryError):
    """The provider refused the request for good; sending it again would change nothing."""


class AccountError(DeliveryError):
    """The provider refuses the account: bad key, no credit, suspended, quota."""


class OutcomeUnknownError(DeliveryError):
    """The connection ended before the answer: the request may have been accepted."""
