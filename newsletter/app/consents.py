"""The record of consents: sealed, and looked at."""

from datetime import datetime

from newsletter.app.project import Project
from subscribers.sealfile import SealFile
from subscribers.sealing import Verdict
from subscribers.storage import sealing


def seals(project: Project) -> SealFile:
    """Return the file of seals beside the database."""
    return SealFile(project.settings.var / "consent.seals")


def seal_consents(project: Project, now: datetime) -> int:
    """Seal what was recorded since the last time; return how many records.

    Raises SealsError when database and file do not agree about the seals that there are.
    """
    return sealing.seal(project.engine, seals(project), now)


def verify_consents(project: Project) -> Verdict:
    """Look whether every sealed consent is what it was, and name the first that is not. A million take a quarter of a minute."""
    return sealing.verify(project.engine, seals(project))
