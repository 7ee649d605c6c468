"""Somebody outside is told that the scheduler lives: who hears nothing for too long knows that it does not."""

import logging

from newsletter.app.project import Project
from newsletter.app.telling.hooks import call

_log = logging.getLogger(__name__)


def beat_outside(project: Project) -> None:
    """Call `heartbeat_url`, if there is one. A failure is only logged: whoever waits for the call tells people."""
    if (url := project.settings.alerts.heartbeat_url) and (failure := call(url)):
        _log.warning("heartbeat", extra={"fields": {"failure": failure}})
