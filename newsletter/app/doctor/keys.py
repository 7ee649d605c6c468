"""The keys of links, and those that recognise erased addresses."""

from collections.abc import Callable, Iterator

from newsletter.app.doctor.finding import Finding, Health
from newsletter.app.letters import token_keys
from newsletter.app.project import Project
from newsletter.app.readers import suppression_keys
from subscribers.errors import KeysError


def look_at_keys(project: Project) -> Iterator[Finding]:
    """Look whether both lists of keys are there and strong."""
    settings = project.settings
    yield _checked("keys of links", lambda: token_keys(project), len(settings.secret_keys))
    yield _checked("keys of erased", lambda: suppression_keys(project), len(settings.suppression_keys))


def _checked(subject: str, read: Callable[[], object], count: int) -> Finding:
    try:
        read()
    except KeysError as error:
        return Finding(level=Health.ERROR, subject=subject, message=str(error))
    return Finding(
        level=Health.OK, subject=subject, message="1 strong key." if count == 1 else f"{count} strong keys."
    )
