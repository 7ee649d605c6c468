"""What commands write for a person to go on with: a project, a content file, a key."""

from datetime import date, datetime
from pathlib import Path

from newsletter.app.project import Project
from newsletter.content.items import Kind, When
from newsletter.layout.blanks import new_item as write_item
from newsletter.layout.project import lay_out as write_project
from newsletter.rendering.pipeline.environment import built_in_templates
from subscribers.keys import new_key

__all__ = ["lay_out", "new_item", "new_key"]


def lay_out(folder: Path, *, today: date, is_empty: bool = False) -> None:
    """Lay out a project in *folder*, with sample content unless *is_empty*, and with keys of its own.

    Raises UsageError when something of a project is there already, NewsletterError when the disk refuses.
    """
    write_project(
        folder,
        source=built_in_templates() / "project",
        today=today,
        keys=(new_key(), new_key()),
        empty=is_empty,
    )


def new_item(
    project: Project, kind: Kind, title: str, *, now: datetime, published: date | None, start: When | None
) -> Path:
    """Write a content file to fill in, and return its path.

    Raises UsageError when there is no title, or a file of that name already.
    """
    settings = project.settings
    return write_item(
        settings.content_root,
        kind,
        title,
        today=now.astimezone(settings.newsletter.timezone).date(),
        published=published,
        start=start,
        topics=tuple(settings.topics),
    )
