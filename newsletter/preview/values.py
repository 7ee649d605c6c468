"""What the page shows, as values, and what it asks for them."""

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from newsletter.errors import Level, Problem
from newsletter.preview.view import View


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueLine:
    """An issue in the list."""

    id: str
    #: As `newsletter issues` says it.
    state: str
    due: str
    #: How many, in words.
    items: str
    subject: str
    #: It went out, or never will.
    is_past: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FileFindings:
    """What is wrong in one file, or (without a path) in the issue as a whole."""

    path: str
    findings: tuple[Problem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class VariantLine:
    """A variant to choose."""

    name: str
    #: Whose it is, in words.
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryLine:
    """An item of the issue."""

    key: str
    title: str
    kind: str
    paths: tuple[str, ...]
    is_lead: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOutLine:
    """A file that is not in the issue."""

    path: str
    reason: str
    help: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """A variant as it is shown, whatever the files say by now."""

    #: Changes when, and only when, it looks different.
    stamp: str
    subject: str
    preheader: str
    text: str
    headers: str
    html_bytes: int
    text_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """The issue that is looked at."""

    id: str
    digest: str
    state: str
    reason: str
    due: str
    #: The files change nothing about it any more.
    is_frozen: bool
    #: The issue file, relative to the project folder.
    path: str
    has_file: bool
    variants: tuple[VariantLine, ...]
    variant: str
    #: None: there is nothing to show, and *reason* or the trouble says why.
    mail: Mail | None
    stories: tuple[StoryLine, ...]
    findings: tuple[FileFindings, ...]
    #: The findings are those of `newsletter check`; else some variants are still being rendered.
    is_checked: bool
    left_out: tuple[LeftOutLine, ...]
    #: How many files went out before, or are too old.
    settled: int
    #: How many variants no finding is of.
    unchecked: int = 0
    #: What an approval would be of: changes with everything editorial.
    seen: str = ""
    has_approval: bool = False
    has_hold: bool = False

    @property
    def grave(self) -> tuple[FileFindings, ...]:
        """The errors and warnings."""
        return _only(self.findings, {Level.ERROR, Level.WARNING})

    @property
    def remarks(self) -> tuple[FileFindings, ...]:
        """The rest."""
        return _only(self.findings, {Level.INFO})

    @property
    def counts(self) -> dict[str, int]:
        """How many findings there are by level."""
        levels = [str(finding.level) for file in self.findings for finding in file.findings]
        return {level: levels.count(level) for level in dict.fromkeys(levels)}


def _only(files: Iterable[FileFindings], levels: Container[Level]) -> tuple[FileFindings, ...]:
    chosen = (
        replace(file, findings=tuple(finding for finding in file.findings if finding.level in levels))
        for file in files
    )
    return tuple(file for file in chosen if file.findings)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Everything beside the mail."""

    newsletter: str
    issues: tuple[IssueLine, ...]
    shown: Shown | None
    #: What keeps the page from showing the files as they are: it shows the last good state.
    trouble: tuple[Problem, ...]
    #: To whom test mails go unless somebody says otherwise, and through what.
    editors: tuple[str, ...] = ()
    provider: str = ""
    #: Who works here, as the system calls them.
    user: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemLine:
    """A file of the content folder."""

    path: str
    #: "": it gave no item.
    title: str
    kind: str
    lang: str
    date: str
    #: The issue in which it went out.
    issue: str
    is_draft: bool
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemsPage:
    """A page of the list of files."""

    newsletter: str
    words: str
    lines: Sequence[ItemLine]
    #: Of all files, and of those that have the words.
    total: int
    found: int
    number: int
    last: int
    trouble: tuple[Problem, ...]


class Studio(Protocol):
    """What the page asks for. All of it may take a while, and may be asked by several threads at once."""

    @property
    def moment(self) -> str:
        """Changes with everything that may look different."""

    @property
    def media(self) -> Path | None:
        """The folder of prepared pictures; None: there is no project yet."""

    def page(self, view: View) -> Page:
        """Return what stands beside the mail. Never raises for anything that an editor can write."""

    def document(self, view: View) -> str | None:
        """Return the HTML of the mail or of its web version, its pictures under `media/`; None: there is none."""

    def items(self, words: str, number: int) -> ItemsPage:
        """Return the page *number* of the files that have all *words* in their path or title."""
