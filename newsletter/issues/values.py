"""What this stage hands on: an issue, its stories and variants, and what was left out and why."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from newsletter.content.items import Item, When
from newsletter.issues.digests import Digest


class IssueState(StrEnum):
    """Where an issue stands; `issues/states.py` has the legal transitions."""

    #: Made from the files anew each time; nothing is stored but perhaps an issue file.
    DRAFT = "draft"
    #: An editor approved exactly these items.
    APPROVED = "approved"
    #: Readers are being written into the ledger; no request has left.
    FREEZING = "freezing"
    #: Waits for a person; `reason` says why.
    HELD = "held"
    SENDING = "sending"
    #: A person or the automatic stop halted it between two batches.
    PAUSED = "paused"
    CANCELLED = "cancelled"
    #: Too few items, or the issue file says so.
    SKIPPED = "skipped"
    #: Held until the next period's issue took its items over.
    SUPERSEDED = "superseded"
    #: Nothing is queued or sending; doubts may remain.
    SENT = "sent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """An item of an issue: the same news in one or more languages."""

    key: str
    #: By language, the default language first where it exists.
    versions: Mapping[str, Item]
    #: False for an announcement of an upcoming event, which is not in the ledger and may come again.
    is_counted: bool = True

    @property
    def item(self) -> Item:
        """The version that decides dates, topics and order: the first."""
        return next(iter(self.versions.values()))

    def in_language(self, lang: str) -> Item:
        """Return the version in *lang*, else the first that exists."""
        return self.versions.get(lang, self.item)


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """A file that is not in the issue, and why."""

    key: str
    path: str
    reason: str
    help: str = ""
    #: Went out before, or lies before `since`: nothing that an editor needs to look at.
    is_settled: bool = False
    #: The issue in which it went out before.
    issue: str = ""
    #: Nothing is against it but that the issue file lists others.
    is_unlisted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Included:
    """A row of the inclusion ledger: an item that went out, or is about to, in one language."""

    digest: str
    key: str
    lang: str
    issue: str
    title: str
    date: When | None
    body_hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """A dated newsletter: which items, in which order, under which subject. Nothing is rendered yet."""

    id: str
    digest: Digest
    #: `2026-11`; for a special, its name.
    period: str
    #: Of a special that a person sends: the moment of sending, and before that the day of its newest item, so that
    #: the same files give the same mail.
    due_at: datetime
    #: Items published after this wait for the next issue.
    cut_off: datetime
    #: In the order of the mail: lead, news, reports, upcoming.
    stories: tuple[Story, ...]
    #: Keys of the stories that lead; the first one that a reader gets is set large.
    leads: tuple[str, ...] = ()
    #: By language; "" stands for every language that has no text of its own.
    subjects: Mapping[str, str] = field(default_factory=dict)
    preheaders: Mapping[str, str] = field(default_factory=dict)
    #: Markdown, by language.
    introductions: Mapping[str, str] = field(default_factory=dict)
    #: By language: what an earlier issue said wrongly, a text of one line each.
    corrections: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    #: The newsletter's languages, or fewer when the issue file says so; the first is the default.
    languages: tuple[str, ...]
    is_special: bool = False
    #: False: a special whose items may come again in a regular issue.
    counts: bool = True
    #: Path of the issue file relative to the project folder, when there is one.
    path: str | None = None

    @property
    def counted_keys(self) -> tuple[str, ...]:
        """Keys of the stories that enter the inclusion ledger."""
        return tuple(story.key for story in self.stories if story.is_counted) if self.counts else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What one group of readers asked for."""

    #: A language of the newsletter; a reader's unknown language counts as the default one.
    lang: str
    #: Keys of topics; None: all, also future ones.
    topics: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """One language and one list of items of an issue; every choice that leads to the same list shares it."""

    #: `en`, or `en-` and 8 hex digits of a hash of the keys.
    name: str
    lang: str
    stories: tuple[Story, ...]
    choices: tuple[Choice, ...] = ()
