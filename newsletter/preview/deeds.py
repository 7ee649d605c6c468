"""What an editor does from the page, as values, and who does it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from newsletter.errors import Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """An item in the form."""

    key: str
    title: str
    path: str
    is_lead: bool = False
    is_out: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FileForm:
    """The issue file's form, as it is shown and as it comes back."""

    issue: str
    #: Of the file as it was when the form was opened; "": there was none.
    base: str = ""
    #: By language; "" stands for every language.
    subjects: Mapping[str, str] = field(default_factory=dict)
    preheaders: Mapping[str, str] = field(default_factory=dict)
    introduction: str = ""
    corrections: tuple[str, ...] = ()
    #: The issue is exactly the items that are not out, in this order.
    is_fixed: bool = False
    rows: tuple[Row, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FormPage:
    """The form with what stands around it."""

    newsletter: str
    form: FileForm
    path: str
    has_file: bool
    #: Of the newsletter, and others in which the file has a text; none: one text is for everybody.
    languages: tuple[str, ...]
    #: In which the introduction is.
    language: str
    #: Why an item that the file lists is not in the issue, by key.
    absent: Mapping[str, str]
    is_approved: bool
    #: Files of other languages, which are changed by hand.
    siblings: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What would be written."""

    path: str
    #: As `diff -u` prints it; empty: nothing would change.
    diff: str
    #: What would be wrong with the file then.
    problems: tuple[Problem, ...] = ()


class Hands(Protocol):
    """What the page has done. Each returns in words what was done, or raises NewsletterError."""

    def approve(self, issue: str, variant: str, seen: str, by: str) -> str:
        """Approve exactly what was *seen*, as long as *variant* is shown as the files make it."""

    def unapprove(self, issue: str) -> str:
        """Take the approval back."""

    def hold(self, issue: str, reason: str) -> str:
        """Have the issue wait."""

    def release(self, issue: str) -> str:
        """Let it go."""

    def addresses(self, to: str) -> tuple[str, ...]:
        """Return the addresses in *to*, each once; none: the editors."""

    @property
    def provider(self) -> str:
        """Through what a test mail goes, in words."""

    def test(self, issue: str, variant: str, to: tuple[str, ...]) -> str:
        """Send a test mail."""

    def form(self, issue: str) -> FormPage:
        """Return the form of the issue's file as it is now."""

    def around(self, form: FileForm) -> FormPage:
        """Return *form*, which somebody is filling in, with what stands around it."""

    def draft(self, form: FileForm) -> Draft:
        """Return what *form* would change. Raises IssueError when the file is another one by now."""

    def write(self, form: FileForm) -> str:
        """Write it. Raises IssueError when the file is another one by now."""
