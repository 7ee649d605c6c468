"""Everything that is held of one reader, for that reader alone (row P-07)."""

from datetime import datetime

from newsletter.app.project import Project
from newsletter.database import writing
from newsletter.storage.mail_log import deliveries_to
from subscribers.storage.access import held_of
from subscribers.storage.audit import note


def personal_data(project: Project, ref: bytes, actor: str, now: datetime) -> dict[str, object] | None:
    """Return what is held of the reader whom links call *ref*, as JSON values; None when there is none. It is noted in the audit."""
    with writing(project.engine) as connection:
        found = held_of(connection, ref)
        if found is None:
            return None
        subscriber_id, held = found
        note(connection, at=now, actor=actor, action="access", people=1, ref=ref)
        return held | {"deliveries": deliveries_to(connection, subscriber_id)}
