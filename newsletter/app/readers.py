"""Readers: importing them, and how many there are."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

from newsletter.app.project import Project
from newsletter.content.topics import TopicMatcher
from newsletter.errors import NewsletterError, UsageError
from newsletter.issues.digests import PeriodLength
from subscribers.errors import ColumnError, ImportRulesError
from subscribers.importing.archives import unpacked
from subscribers.importing.findings import FindingsFile, ImportReport
from subscribers.importing.rules import ImportRules, TreatAs
from subscribers.importing.run import check_file, import_file, preview_file
from subscribers.offers import Offer
from subscribers.storage import ImportStorage, SubscriberStorage
from subscribers.suppression import SuppressionKeys
from subscribers.values import Statistics

#: As messages of the catalogues.
_FREQUENCIES: Mapping[PeriodLength, str] = {
    PeriodLength.DAY: "once a day",
    PeriodLength.WEEK: "once a week",
    PeriodLength.MONTH: "once a month",
    PeriodLength.QUARTER: "once a quarter",
    PeriodLength.YEAR: "once a year",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What came of an import."""

    report: ImportReport
    #: The file that names every refused or noted row; None when there was none.
    findings: Path | None


def offer(project: Project) -> Offer:
    """Return what can be chosen."""
    settings = project.settings
    return Offer(
        digests={key: digest.title for key, digest in settings.digests.items()},
        frequencies={key: _FREQUENCIES[digest.period] for key, digest in settings.digests.items()},
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


def import_rules(
    project: Project,
    *,
    treat_as: str | None = None,
    is_confirmed: bool = False,
    evidence: str = "",
    columns: Mapping[str, str] | None = None,
) -> ImportRules:
    """Return the rules of an import; `ImportRules` says what each of them means.

    Raises UsageError when they do not fit together.
    """
    with _in_words_of_the_command():
        return ImportRules(
            offer=offer(project),
            match_topics=TopicMatcher(tuple(project.settings.topics.values())).match,
            treat_as=TreatAs(treat_as) if treat_as else None,
            is_confirmed=is_confirmed,
            evidence=evidence,
            columns=columns or {},
        )


def import_readers(
    project: Project,
    files: Sequence[Path],
    rules: ImportRules,
    *,
    now: datetime,
    is_dry_run: bool = False,
    on_begin: Callable[[], None] = lambda: None,
    on_progress: Callable[[Path, int], None] = lambda path, rows: None,
) -> Imported:
    """Import *files*, or only say what would come of it. Nothing is written unless all of them can be imported.

    A .zip counts as the CSV files in it. *on_begin* is called before the first row is written, *on_progress* gets the number of
    rows done. Raises UsageError when *rules* do not fit a file, NewsletterError when
    a file cannot be imported.
    """
    storage = ImportStorage(project.engine, suppression_keys(project))
    findings = FindingsFile(project.settings.var / "imports" / f"{now:%Y-%m-%d-%H%M%S}-findings.csv")
    do = partial(preview_file, remembered={}) if is_dry_run else partial(import_file, at=now)
    report = ImportReport()
    with _in_words_of_the_command(), unpacked(files) as lists:
        for path in lists:
            check_file(path, rules)
        if not is_dry_run:
            storage.check_keys()
            on_begin()
        for path in lists:
            done = do(
                path,
                rules=rules,
                storage=storage,
                on_findings=partial(findings.write, path),
                on_progress=partial(on_progress, path),
            )
            report = report.plus(done)
    return Imported(report=report, findings=findings.path if findings.is_written else None)


@contextmanager
def _in_words_of_the_command() -> Iterator[None]:
    """Say what is wrong as somebody expects it who typed `newsletter subscribers import`."""
    try:
        yield
    except ImportRulesError as error:
        raise UsageError(str(error)) from error
    except ColumnError as error:
        raise NewsletterError(f"{error} Say which it is with: --map COLUMN={error.field}") from error


def stats(project: Project) -> Statistics:
    """Return how many readers there are in each state."""
    return SubscriberStorage(project.engine).statistics()
