"""Mail servers that seem to unsubscribe readers."""

from collections.abc import Iterator
from datetime import UTC, datetime

from newsletter.app.doctor.finding import Finding, Health
from newsletter.app.gateways import REMEDY, in_words, recent_gateways
from newsletter.app.project import Project


def look_at_gateways(project: Project) -> Iterator[Finding]:
    """Look at who left the issues of the last days, and how soon."""
    if not project.has_database:
        return
    for gateway in recent_gateways(project, datetime.now(UTC)):
        yield Finding(level=Health.WARNING, subject="gateways", message=in_words(gateway), help=REMEDY)
