"""A database that somebody put back without `restore` is told of: what has happened since, it does not know."""

import logging
from datetime import datetime

from newsletter.app.project import Project
from newsletter.app.restoring import PutBack
from newsletter.app.telling import matters
from newsletter.app.telling.message import Message
from newsletter.app.telling.notices import tell

_log = logging.getLogger(__name__)


def tell_of_put_back(project: Project, went_back: PutBack, now: datetime) -> None:
    """Tell that the database is an older one, and what is held for a person because of that; two that notice it tell once."""
    held = ", ".join(went_back.held)
    on_its_way = f"{held} was on its way, and is held." if held else "Nothing was on its way."
    words = (
        "It was put in place without `newsletter restore`. What was due in the time that it does not know is held for a person "
        f"when its turn comes. {on_its_way}"
    )
    message = Message(matter=matters.PUT_BACK, about=str(went_back.ticks), words=words)
    _log.warning("put back", extra={"fields": {"held": held or "nothing"}})
    tell(project, message, now)
