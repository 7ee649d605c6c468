"""The record of consents: whether it is what was sealed."""

from collections.abc import Iterator

from newsletter.app.consents import verify_consents
from newsletter.app.doctor.finding import Finding, Health
from newsletter.app.project import Project


def look_at_consents(project: Project) -> Iterator[Finding]:
    """Look whether every sealed consent is what it was. A database that is not there yet is not made."""
    from newsletter.database import open_database
    from newsletter.storage import schema

    if not project.has_database:
        return
    engine = open_database(project.settings.database.url, root=project.root)
    try:
        is_usable = schema.usable_revision(engine) == schema.HEAD
    finally:
        engine.dispose()
    if is_usable:
        verdict = verify_consents(project)
        yield Finding(
            level=Health.OK if verdict.holds else Health.ERROR,
            subject="consents",
            message=str(verdict),
            help=""
            if verdict.holds
            else "Compare with a backup: `newsletter restore` keeps the database of now aside.",
        )
