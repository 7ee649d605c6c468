"""The issue file: what an editor decided about one issue, as values.

`content/issues/NAME.md`, and `NAME.fr.md` for what is said in another language. A file named after a regular issue
(`monthly-2026-11`) changes that issue; any other name makes a special.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import PurePosixPath

from newsletter.content.items import Collection, SourceFile
from newsletter.errors import Problem

_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """An item that an editor named, and where."""

    key: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalNote:
    """What `approve` wrote down."""

    hash: str
    by: str = ""
    at: str = ""
    #: What went into the hash: name → beginning of its own hash, to say what changed since.
    parts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueFile:
    """An editor's decisions on one issue; without a file, none."""

    name: str
    #: Relative to the project folder; None: there is no file.
    path: str | None = None
    #: The files of the other languages.
    siblings: tuple[str, ...] = ()
    #: By language; "" stands for every language that has no text of its own.
    subjects: Mapping[str, str] = field(default_factory=dict)
    preheaders: Mapping[str, str] = field(default_factory=dict)
    #: Markdown, by language.
    introductions: Mapping[str, str] = field(default_factory=dict)
    #: By language: what an earlier issue said wrongly.
    corrections: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    #: When given, the issue is exactly these, in this order.
    items: tuple[Reference, ...] | None = None
    lead: tuple[Reference, ...] = ()
    include: tuple[Reference, ...] = ()
    exclude: tuple[Reference, ...] = ()
    #: Key of the digest; a special must name it.
    digest: str = ""
    #: Instead of the digest's.
    topics: tuple[str, ...] = ()
    #: Fewer than the newsletter's; empty: all.
    languages: tuple[str, ...] = ()
    send_at: datetime | None = None
    send_at_line: int | None = None
    #: Why it waits; empty: it does not.
    hold: str = ""
    skip: bool = False
    #: False: a special whose items may come again in a regular issue.
    counts: bool = True
    approval: ApprovalNote | None = None
    problems: tuple[Problem, ...] = ()

    @property
    def paths(self) -> tuple[str, ...]:
        """The files there are, in every language."""
        return (() if self.path is None else (self.path,)) + self.siblings


def name_of(path: str) -> tuple[str, str]:
    """Return the name and the language ("" for the issue file itself) that the *path* of an issue file says."""
    pure = PurePosixPath(path)
    stem, language = pure.stem, ""
    before, dot, suffix = stem.rpartition(".")
    if dot and _LANGUAGE.fullmatch(suffix):
        stem, language = before, suffix
    return (pure.parent.name if stem == "index" else stem), language


def files_of(name: str, collection: Collection) -> list[tuple[str, SourceFile]]:
    """Return the files of the issue *name* with their languages, the issue file itself ("") first."""
    found = [
        (language, file)
        for file in collection.issue_files
        for stem, language in [name_of(file.path)]
        if stem == name
    ]
    return sorted(found, key=lambda pair: (pair[0], pair[1].path))


def issue_file_names(collection: Collection) -> tuple[str, ...]:
    """Return the names of all issue files, in the order of their paths."""
    return tuple(dict.fromkeys(name_of(file.path)[0] for file in collection.issue_files))
