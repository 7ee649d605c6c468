"""How a file is to be imported: what its rows are, and what the newsletter offers."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from subscribers.errors import ImportRulesError
from subscribers.importing.files import FIELDS
from subscribers.importing.standings import SUPPRESSIONS, Standing
from subscribers.offers import Offer

#: Tags → keys of the topics they name, and the tags that name none.
MatchTopics = Callable[[Iterable[str]], tuple[tuple[str, ...], tuple[str, ...]]]


class TreatAs(StrEnum):
    """What every row of a file is at least: a row that says worse of its person counts as what it says."""

    #: People who want the newsletter.
    ACTIVE = "active"
    UNSUBSCRIBED = "unsubscribed"
    BOUNCED = "bounced"
    COMPLAINED = "complained"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportRules:
    """What was asked for."""

    offer: Offer
    match_topics: MatchTopics
    #: None: what the file says; of a list that says nothing, people who want the newsletter.
    treat_as: TreatAs | None = None
    #: They agreed before, and `evidence` says how we know; otherwise each is asked by mail.
    is_confirmed: bool = False
    evidence: str = ""
    #: Column of the file → one of `FIELDS`.
    columns: Mapping[str, str] = field(default_factory=dict)

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
        if self.is_confirmed and self.standing in SUPPRESSIONS:
            raise ImportRulesError(
                f"Readers who are {self.treat_as} cannot be confirmed as well: choose one."
            )

    @property
    def standing(self) -> Standing | None:
        """How every person of a file stands at least; None: as the file says."""
        return None if self.treat_as is None else Standing(self.treat_as)
