"""What was done with readers' data: by whom, when, which way they were asked to. Only ever added to, without addresses."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """Who does something with readers' data, when, and on whose word."""

    #: The account on this machine.
    actor: str
    at: datetime
    #: Which way the wish reached us: mail, phone, a letter; "" when nobody said.
    channel: str = ""
    #: What there is to show for it, without addresses.
    note: str = ""

    @property
    def evidence(self) -> dict[str, object]:
        """What a record of consent keeps of it."""
        return {"via": self.channel, "note": self.note}


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRecord:
    """One entry."""

    at: datetime
    actor: str
    #: The command's name, or a job's.
    action: str
    #: `Subscriber.ref`; None: it concerned many, or nobody in particular.
    ref: bytes | None
    people: int
    channel: str
    note: str
    details: Mapping[str, object] = field(default_factory=dict)
