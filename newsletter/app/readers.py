"""Readers: importing them, and how many there are."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from newsletter.app.project import Project
from newsletter.content.topics import TopicMatcher
from subscribers.importing.findings import FindingsFile, ImportReport
from subscribers.importing.rules import ImportRules, TreatAs
from subscribers.importing.run import import_file, preview_file
from subscribers.offers import Offer
from subscribers.storage import ImportStorage, SubscriberStorage
from subscribers.suppression import SuppressionKeys
from subscribers.values import Statistics


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportWish:
    """What a person asked `subscribers import` for."""

    dry_run: bool
    treat_as: TreatAs | None
    is_confirmed: bool
    evidence: str
    #: Column of the file → our field.
    columns: Mapping[str, str]


def offer(project: Project) -> Offer:
    """Return what can be chosen."""
    settings = project.settings
    return Offer(
        digests={key: digest.title for key, digest in settings.digests.items()},
        topics={key: topic.labels for key, topic in settings.topics.items()},
        languages=settings.newsletter.languages,
    )


def suppression_keys(project: Project) -> SuppressionKeys:
    """Return the keys that recognise erased addresses.

    Raises KeysError for missing or weak ones.
    """
    return SuppressionKeys.from_secrets([key.reveal() for key in project.settings.suppression_keys])


def check_suppression_keys(project: Project) -> None:
    """Raise KeysError when an erased address could not be recognised: then nothing is sent, served or imported."""
    ImportStorage(project.engine, suppression_keys(project)).check_keys()


def import_readers(
    project: Project,
    path: Path,
    wish: ImportWish,
    *,
    now: datetime,
    findings: FindingsFile,
    on_progress: Callable[[int], None],
) -> ImportReport:
    """Import the file *path*, or only say what would come of it; *findings* gets every refused row."""
    rules = ImportRules(
        offer=offer(project),
        match_topics=TopicMatcher(tuple(project.settings.topics.values())).match,
        treat_as=wish.treat_as,
        is_confirmed=wish.is_confirmed,
        evidence=wish.evidence,
        columns=wish.columns,
    )
    return (preview_file if wish.dry_run else import_file)(
        path,
        rules=rules,
        storage=ImportStorage(project.engine, suppression_keys(project)),
        at=now,
        on_findings=lambda found: findings.write(path, found),
        on_progress=on_progress,
    )


def stats(project: Project) -> Statistics:
    """Return how many readers there are in each state."""
    return SubscriberStorage(project.engine).statistics()
