"""An issue that was made, and held for what was found in it, is not made again each minute.

To render it and to ask the site for all its pictures is dear. Until a file of it was changed, ten minutes have to pass.
"""

import hashlib
from datetime import datetime
from pathlib import Path

from newsletter.app.project import Project
from newsletter.app.updating import OFTEN, stamps
from newsletter.files import changed_ns, write_whole


def note_try(project: Project, issue: str, now: datetime) -> None:
    """Note that *issue* is made now, of the files as they are."""
    write_whole(_file(project, issue), f"{now.isoformat()} {_files(project)}".encode(), is_durable=False)


def was_tried_lately(project: Project, issue: str, now: datetime) -> bool:
    """Whether *issue* was made a short while ago, of the same files."""
    try:
        at, _, files = _file(project, issue).read_text(encoding="ascii").partition(" ")
        was_lately = abs(now - datetime.fromisoformat(at)) < OFTEN
    except (OSError, ValueError):
        # It is there or whole no more, as any cache may be.
        return False
    return was_lately and files == _files(project)


def _file(project: Project, issue: str) -> Path:
    return project.settings.var / "cache" / "tries" / issue


def _files(project: Project) -> str:
    """Return what tells the files, the settings among them, from what they were or will be."""
    changes = (sorted(stamps(project)), [changed_ns(file) for file in project.settings_files])
    return hashlib.blake2b(repr(changes).encode(), digest_size=16).hexdigest()
