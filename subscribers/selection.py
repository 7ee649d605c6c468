"""Some of the readers: which ones a list or an export is about."""

from dataclasses import dataclass
from enum import StrEnum


class Group(StrEnum):
    """What a reader counts as, as in the statistics: a suppressed address is nothing else."""

    PENDING = "pending"
    ACTIVE = "active"
    PAUSED = "paused"
    UNSUBSCRIBED = "unsubscribed"
    SUPPRESSED = "suppressed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which readers; what is None or "" does not matter."""

    group: Group | None = None
    #: Who gets this digest.
    digest: str = ""
    #: Who gets this topic, with all topics or by name.
    topic: str = ""
    #: Whose address has exactly this domain, in ASCII and lower case.
    domain: str = ""

    @property
    def as_details(self) -> dict[str, object]:
        """What a record of deeds says of it."""
        return {
            name: str(value)
            for name, value in (
                ("state", self.group),
                ("digest", self.digest),
                ("topic", self.topic),
                ("domain", self.domain),
            )
            if value
        }
