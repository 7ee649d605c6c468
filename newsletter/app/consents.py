"""The record of consents: sealed, looked at, and shown."""

from datetime import datetime

from newsletter.app.project import Project
from newsletter.app.readers import suppression_keys
from newsletter.database import writing
from subscribers.addresses import normalise
from subscribers.audit import Errand
from subscribers.evidence import printed
from subscribers.sealfile import SealFile
from subscribers.sealing import Verdict
from subscribers.storage import evidence as stored
from subscribers.storage import sealing
from subscribers.storage.audit import note


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


def evidence_of(project: Project, text: str, errand: Errand) -> list[str]:
    """Return, line by line, what can be shown of the consent of whoever has the address that *text* spells.

    The look is noted in the audit. Of somebody whose profile was deleted as well, for as long as it is kept; nothing of who was erased or never known.
    Raises AddressError, KeysError.
    """
    address = normalise(text, allow_international=True)
    verdict = verify_consents(project)
    lines: list[str] = []
    refs = stored.references(project.engine, suppression_keys(project), address.key)
    with writing(project.engine) as connection:
        for ref in refs:
            note(connection, at=errand.at, actor=errand.actor, action="evidence", people=1, ref=ref)
    for ref in refs:
        found = stored.evidence(project.engine, ref)
        lines += [*printed(found, who=address.email, verdict=verdict, now=errand.at), ""]
    return lines
