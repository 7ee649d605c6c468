"""Who is told when something goes wrong."""

from collections.abc import Iterator

from newsletter.app.doctor.finding import Finding, Health
from newsletter.app.project import Project
from newsletter.app.telling.alarm import ways
from newsletter.app.telling.matters import Audience
from newsletter.app.telling.notices import recipients


def look_at_people(project: Project) -> Iterator[Finding]:
    """Look whether anybody hears of trouble: by mail, and where mail is what is broken."""
    has_mail = bool(recipients(project, Audience.OPERATORS))
    has_more = ways(project.settings.alerts) > 0
    if has_mail and has_more:
        yield _finding(Health.OK, "Somebody is told of trouble, also where mail is what is broken.")
    elif has_mail:
        yield _finding(
            Health.INFO, "Nobody is told where mail is what is broken.", "Set `command` or `url` in [alerts]."
        )
    elif has_more:
        yield _finding(Health.OK, "Trouble is told by [alerts].")
    else:
        yield _finding(
            Health.WARNING,
            "Nobody is told of trouble.",
            "Name somebody under `operators` in [newsletter], and set `command` or `url` in [alerts].",
        )


def _finding(level: Health, message: str, help_: str = "") -> Finding:
    return Finding(level=level, subject="people", message=message, help=help_)
