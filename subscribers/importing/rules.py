"""How a file is to be imported: what its rows are, and what the newsletter offers."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from subscribers.errors import ImportRulesError
from subscribers.importing.files import FIELDS
from subscribers.offers import Offer
from subscribers.suppression import Suppression

#: Tags → keys of the topics they name, and the tags that name none.
MatchTopics = Callable[[Iterable[str]], tuple[tuple[str, ...], tuple[str, ...]]]


class TreatAs(StrEnum):
    """What every row of a file is, whatever the file says."""

    #: People who want the newsletter.
    ACTIVE = "active"
    UNSUBSCRIBED = "unsubscribed"
    BOUNCED = "bounced"
    COMPLAINED = "complained"


SUPPRESSIONS: Mapping[TreatAs, Suppression] = {
    TreatAs.UNSUBSCRIBED: Suppression.UNSUBSCRIBED,
    TreatAs.BOUNCED: Suppression.BOUNCE,
    TreatAs.COMPLAINED: Suppression.COMPLAINT,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportRules:
    """What was asked for."""

    offer: Offer
    match_topics: MatchTopics
    #: None: people who want the newsletter, as long as no column says more of them.
    treat_as: TreatAs | None = None
    #: They agreed before, and `evidence` says how we know; otherwise each is asked by mail.
    is_confirmed: bool = False
    evidence: str = ""
    #: Column of the file → `email`, `lang`, `topics` or `digests`.
    columns: Mapping[str, str] = field(default_factory=dict)
    #: The provider sends to local parts outside ASCII.
    allow_international: bool = False

    def __post_init__(self) -> None:
        if self.is_confirmed and not self.evidence.strip():
            raise ImportRulesError(
                "Readers are confirmed only with evidence: say how they agreed (where, when, with which text)."
            )
        for column, field_name in self.columns.items():
            if field_name not in FIELDS:
                raise ImportRulesError(
                    f"The column {column} cannot be {field_name}: the fields are {', '.join(FIELDS)}."
                )
        if self.is_confirmed and self.suppression is not None:
            raise ImportRulesError(
                f"Readers who are {self.treat_as} cannot be confirmed as well: choose one."
            )

    @property
    def suppression(self) -> Suppression | None:
        """Why every row is suppressed; None when rows are people who want the newsletter."""
        return None if self.treat_as is None else SUPPRESSIONS.get(self.treat_as)
