"""The whole round: what is looked at, in which order, and what rests on settings that are wrong."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from newsletter.app.doctor.consents import look_at_consents
from newsletter.app.doctor.database import look_at_database
from newsletter.app.doctor.files import look_at_content, look_at_folders, look_at_templates
from newsletter.app.doctor.finding import Finding, Health
from newsletter.app.doctor.gateways import look_at_gateways
from newsletter.app.doctor.keys import look_at_keys
from newsletter.app.doctor.people import look_at_people
from newsletter.app.doctor.publicsite import look_at_public_site
from newsletter.app.doctor.service import look_at_provider, look_at_transactional
from newsletter.app.doctor.webhooks import look_at_webhooks
from newsletter.app.failures import explained
from newsletter.app.project import Project, survey_project
from newsletter.settings import Survey


@dataclass(frozen=True, slots=True)
class _Look:
    subject: str
    at: Callable[[Project], Iterator[Finding]]
    #: Sections of the settings without which it would see something else than what runs.
    rests_on: frozenset[str] = frozenset()


_LOOKS = (
    _Look("keys", look_at_keys),
    _Look("database", look_at_database, frozenset({"database"})),
    _Look("consents", look_at_consents, frozenset({"database"})),
    _Look("folders", look_at_folders, frozenset({"database"})),
    _Look("content", look_at_content, frozenset({"newsletter", "content", "topics"})),
    _Look("templates", look_at_templates),
    _Look("public site", look_at_public_site, frozenset({"newsletter"})),
    _Look("provider", look_at_provider, frozenset({"provider"})),
    _Look("transactional", look_at_transactional, frozenset({"transactional"})),
    _Look("people", look_at_people, frozenset({"newsletter", "alerts"})),
    _Look("gateways", look_at_gateways, frozenset({"database", "provider"})),
    _Look("webhooks", look_at_webhooks, frozenset({"provider", "transactional", "webhooks"})),
)


def examine(directory: Path) -> Iterator[Finding]:
    """Look at the project at or above *directory*; yield each finding as soon as it is made.

    What fails keeps nothing else from being looked at. Raises UsageError when there is no project.
    """
    survey = survey_project(directory)
    yield from _settings(survey)
    if survey.settings is None:
        return
    project = Project(survey.settings)
    for look in _LOOKS:
        if wrong := look.rests_on & survey.unsound:
            sections = ", ".join(f"[{section}]" for section in sorted(wrong))
            yield Finding(
                level=Health.INFO, subject=look.subject, message=f"Not looked at: {sections} has mistakes."
            )
        else:
            yield from _guarded(look, project)


def _settings(survey: Survey) -> Iterator[Finding]:
    for problem in survey.problems:
        place = ":".join(str(part) for part in (problem.path, problem.line) if part is not None)
        message = f"{place}: {problem.message}"
        yield Finding(level=Health.ERROR, subject="settings", message=message, help=problem.help or "")
    if not survey.problems:
        yield Finding(
            level=Health.OK, subject="settings", message="newsletter.toml and its variables fit together."
        )


def _guarded(look: _Look, project: Project) -> Iterator[Finding]:
    try:
        yield from look.at(project)
    except Exception as error:
        if (told := explained(error)) is None:
            raise
        yield Finding(level=Health.ERROR, subject=look.subject, message=str(told))
