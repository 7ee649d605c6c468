"""The record of consents: sealed, looked at, and shown."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from newsletter.app.administration import known_address
from newsletter.app.project import Project
from newsletter.app.readers import suppression_keys
from newsletter.database import writing
from subscribers.audit import Errand
from subscribers.evidence import Evidence, as_value, printed
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What can be shown of the consent of whoever has, or had, one address."""

    who: str
    at: datetime
    verdict: Verdict
    #: Of each reference under which there is something.
    found: Sequence[Evidence]

    @property
    def lines(self) -> list[str]:
        """For a person."""
        return [
            line
            for evidence in self.found
            for line in (*printed(evidence, who=self.who, verdict=self.verdict, now=self.at), "")
        ]

    @property
    def value(self) -> dict[str, object]:
        """For a program: JSON values."""
        evidence = [as_value(each, self.verdict) for each in self.found]
        return {"email": self.who, "printed_at": self.at, "seals": str(self.verdict), "evidence": evidence}


def evidence_of(project: Project, text: str, errand: Errand) -> Shown:
    """Return what can be shown of the consent of whoever has the address that *text* spells.

    The look is noted in the audit. Of somebody whose profile was deleted as well, for as long as it is kept; nothing of who was erased or never known.
    Raises UsageError, KeysError.
    """
    address = known_address(text)
    verdict = verify_consents(project)
    refs = stored.references(project.engine, suppression_keys(project), address.key)
    with writing(project.engine) as connection:
        for ref in refs:
            note(connection, at=errand.at, actor=errand.actor, action="evidence", people=1, ref=ref)
    found = [stored.evidence(project.engine, ref) for ref in refs]
    return Shown(who=address.email, at=errand.at, verdict=verdict, found=found)
