"""What operators change about single readers: words of the command line become values, and the storage decides.

Each change raises UsageError for what cannot be asked for, AdministrationError for what does not fit where the reader
stands; then nothing was changed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from newsletter.app.account import account
from newsletter.app.cards import Card, card
from newsletter.app.erasing import journal
from newsletter.app.project import Project
from newsletter.app.readers import Imported, offer, suppression_keys
from newsletter.content.topics import TopicMatcher
from newsletter.delivery.words import printable, without_addresses
from newsletter.errors import UsageError
from newsletter.nearest import did_you_mean
from subscribers.addresses import Address, normalise
from subscribers.administering import HashedAddress, Wanted
from subscribers.audit import Errand
from subscribers.errors import AddressError
from subscribers.importing.run import new_refs
from subscribers.offers import match_language
from subscribers.requests import Choice
from subscribers.storage import AdministrationStorage, AuditStorage
from subscribers.storage.administration import Change
from subscribers.suppression import Suppression

#: What stands for every topic, future ones included.
ALL_TOPICS = "all"
#: What ends a pause at once.
NO_PAUSE = "off"
#: What the audit says of an import before its first row.
_IMPORT_BEGUN = "import-begun"


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """What came of a change."""

    #: The reader, masked; None: nothing but a hash was kept of the address.
    card: Card | None
    #: What is kept of the address, when that is only a hash.
    hashed: HashedAddress | None
    #: Nothing is other than it was.
    is_same: bool

    @classmethod
    def of(cls, change: Change) -> "Changed":
        """Return what a person is told of *change*."""
        before, after = change.before.subscriber, change.after.subscriber
        return cls(
            card=None if after is None else card(after, reveals=False),
            hashed=change.after.hashed,
            is_same=before == after,
        )


def errand(now: datetime, channel: str = "", note: str = "") -> Errand:
    """Return who does something now, and why; addresses in the note are left out, for it outlives its reader."""
    return Errand(actor=account(), at=now, channel=_kept(channel), note=_kept(note))


def known_address(text: str) -> Address:
    """Return an address to look for, of whatever kind was ever taken. Raises UsageError."""
    return _address(text, allow_international=True)


def add(
    project: Project,
    text: str,
    errand: Errand,
    *,
    lang: str | None,
    digests: Sequence[str],
    topics: Sequence[str],
    evidence: str,
) -> Changed:
    """Add a reader: active with *evidence* that they agreed, else pending, to be asked by mail.

    No *digests*: the first; no *topics*: all.
    """
    offered = offer(project)
    choice = Choice(
        digests=known_digests(project, digests) or (offered.default_digest,),
        topics=known_topics(project, topics),
    )
    change = storage(project).add(
        _address(text),
        choice,
        lang=known_language(project, lang) or offered.languages[0],
        evidence=_kept(evidence),
        errand=errand,
        new_ref=new_refs(1)[0],
    )
    return Changed.of(change)


def set_choices(
    project: Project,
    text: str,
    errand: Errand,
    *,
    lang: str | None,
    digests: Sequence[str],
    topics: Sequence[str],
    pause: str | None,
) -> Changed:
    """Change what a reader gets: digests are exactly *digests*, *topics* are of all of them; nothing named: stays.

    *pause*: until when, or "off".
    """
    ends_pause = pause == NO_PAUSE
    wanted = Wanted(
        lang=known_language(project, lang),
        digests=known_digests(project, digests) or None,
        topics=known_topics(project, topics),
        all_topics=list(topics) == [ALL_TOPICS],
        paused_until=moment(project, pause, "--paused-until") if pause and not ends_pause else None,
        ends_pause=ends_pause,
    )
    if wanted == Wanted():
        raise UsageError("What is to be set? Name --lang, --digests, --topics or --paused-until.")
    return Changed.of(storage(project).change(known_address(text).key, wanted, errand))


def move(project: Project, old: str, new: str, errand: Errand) -> Changed:
    """Give a reader another address. Raises UsageError without a note: it is the evidence."""
    if not errand.note:
        raise UsageError("Why is the address changed? Say with --note how the reader asked for it.")
    return Changed.of(storage(project).move(known_address(old).key, _address(new), errand))


def unsubscribe(project: Project, text: str, digest: str | None, errand: Errand) -> Changed:
    """End a reader's subscription to one digest, or to all (None)."""
    return Changed.of(storage(project).unsubscribe(known_address(text).key, digest, errand))


def suppress(project: Project, text: str, reason: str, errand: Errand) -> Changed:
    """Never mail an address again, whoever's it is."""
    change = storage(project).suppress(
        known_address(text),
        Suppression(reason),
        lang=offer(project).languages[0],
        errand=errand,
        new_ref=new_refs(1)[0],
        remember=journal(project).append,
    )
    return Changed.of(change)


def unsuppress(project: Project, text: str, errand: Errand) -> Changed:
    """Let an address be mailed again. Raises UsageError without a note: it is the evidence."""
    if not errand.note:
        raise UsageError("Why may this address be mailed again? Say with --note what shows it.")
    return Changed.of(storage(project).unsuppress(known_address(text).key, errand))


def record_import_begun(project: Project, files: Sequence[Path], errand: Errand) -> None:
    """Record that *files* are about to be imported: what is killed before its end has changed readers, too."""
    details = {"files": [_kept(file.name) for file in files]}
    AuditStorage(project.engine).add(_IMPORT_BEGUN, errand, people=0, details=details)


def record_import(project: Project, imported: Imported, errand: Errand) -> None:
    """Record that files were imported; their evidence is kept with the import itself."""
    report = imported.report
    people = report.added + report.updated
    AuditStorage(project.engine).add("import", errand, people=people, details=report.counts)


def storage(project: Project) -> AdministrationStorage:
    """Return what operators work with. Raises KeysError when erased addresses could not be recognised."""
    return AdministrationStorage(project.engine, suppression_keys(project))


def known_digests(project: Project, digests: Sequence[str]) -> tuple[str, ...]:
    """Return *digests* once each. Raises UsageError for one that the settings do not have."""
    known = project.settings.digests
    for digest in digests:
        if digest not in known:
            raise UsageError(f"No digest is called {digest}. {did_you_mean(digest, known)}")
    return tuple(dict.fromkeys(digests))


def known_topics(project: Project, topics: Sequence[str]) -> tuple[str, ...] | None:
    """Return the keys of *topics*, named by key, label or alias; None for no names, and for "all".

    Raises UsageError for what names none.
    """
    if list(topics) == [ALL_TOPICS] or not topics:
        return None
    keys, unknown = TopicMatcher(tuple(project.settings.topics.values())).match(topics)
    if unknown:
        raise UsageError(
            f"No topic is called {unknown[0]}. {did_you_mean(unknown[0], project.settings.topics)}"
        )
    return tuple(sorted(keys))


def known_language(project: Project, lang: str | None) -> str | None:
    """Return the language of the newsletter that *lang* is. Raises UsageError when it has none such."""
    if lang is None:
        return None
    languages = project.settings.newsletter.languages
    known = match_language(lang, languages)
    if known is None:
        raise UsageError(f"The newsletter has no language {lang}; it has {', '.join(languages)}.")
    return known


def moment(project: Project, text: str, option: str) -> datetime:
    """Return the moment that *text* names; a date is its midnight, in the newsletter's time zone.

    Raises UsageError, which names *option*.
    """
    try:
        named = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{option} {text}: write 2026-12-01 or 2026-12-01T09:30.") from None
    return named if named.tzinfo else named.replace(tzinfo=project.settings.newsletter.timezone)


def _kept(text: str) -> str:
    """Return *text* on one line, as it may be kept and shown."""
    return printable(" ".join(without_addresses(text).split()))


def _address(text: str, *, allow_international: bool = False) -> Address:
    try:
        return normalise(text, allow_international=allow_international)
    except AddressError as error:
        raise UsageError(printable(f"{text}: {error}")) from error
