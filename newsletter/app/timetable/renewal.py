"""Settings that are changed while the scheduler runs: it goes by them as soon as they can be used."""

import logging
import os
import sys
from dataclasses import dataclass
from typing import NoReturn

from newsletter.app.failures import explained
from newsletter.app.letters import token_keys
from newsletter.app.project import Project, open_project
from newsletter.app.readers import suppression_keys
from newsletter.app.updating import is_under_way
from newsletter.files import changed_ns

_log = logging.getLogger(__name__)

Changes = tuple[int | None, ...]


def require_keys(project: Project) -> None:
    """Raise KeysError for a project whose scheduler would fail at each tick, while nobody may look."""
    token_keys(project)
    suppression_keys(project)


@dataclass(slots=True)
class Renewal:
    """Looks now and then whether there are other settings than those of *project*."""

    project: Project
    #: When their files were changed, as it was last looked at.
    _seen: Changes

    @classmethod
    def of(cls, project: Project) -> "Renewal":
        """Return one that takes the files as they are for those that were read."""
        return cls(project, _changes(project))

    def is_due(self) -> bool:
        """Whether there are others that can be used; of those that cannot be, the log has a line, once."""
        changes = _changes(self.project)
        # A command that brings them is not to be stopped half-way.
        if changes == self._seen or is_under_way(self.project):
            return False
        self._seen = changes
        try:
            require_keys(open_project(self.project.root))
        except Exception as error:  # whatever is wrong with them, the old ones do
            words = str(explained(error) or type(error).__name__)
            _log.error("changed settings cannot be used", extra={"fields": {"words": words}})
            return False
        return True


def start_anew() -> NoReturn:
    """Begin this process from its start, under its number."""
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606 - what it was started as


def _changes(project: Project) -> Changes:
    return tuple(changed_ns(file) for file in project.settings_files)
