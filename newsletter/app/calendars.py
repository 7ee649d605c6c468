"""Events of public issues, for readers' calendars."""

from urllib.parse import urlsplit

from newsletter.app.project import Project, collect
from newsletter.content.items import EventReport
from newsletter.errors import ContentError
from newsletter.storage.archive import public_items
from newsletter.web.calendar import Appointment


def find_event(project: Project, key: str) -> Appointment | None:
    """Return the event *key*, with or without its folder; None unless it stands in a public issue, and its file still has a start."""
    if project.settings.site.archive == "off":
        return None
    wanted = {key, f"events/{key}"} & public_items(project.engine, is_rehearsal=project.is_rehearsal)
    if not wanted:
        return None
    try:
        items = collect(project).items
    except ContentError:  # the site may be on a machine that has no content
        return None
    languages = project.settings.newsletter.languages
    events = [item for item in items if item.key in wanted and isinstance(item, EventReport)]
    # One calendar entry, in the newsletter's first language that the event has.
    for item in sorted(events, key=lambda item: languages.index(item.lang)):
        if item.start is not None and not item.draft:
            return Appointment(
                uid=f"{item.key}@{urlsplit(project.public_url).hostname}",
                title=item.title,
                start=item.start,
                end=item.end,
                location=item.location,
                summary=item.summary,
                link=item.link or "",
            )
    return None
