"""Who may be written to, told by what people did and never by the database: what the database says is held against it."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum

from subscribers.requests import Kind


class No(IntEnum):
    """How far somebody does not want it: the further, the less takes it back."""

    #: Left one digest.
    DIGEST = 1
    #: Left everything; to be had back by a button, or by telling an operator.
    ALL = 2
    #: The mailbox refuses, or everything was erased; a confirmed sign-up of their own alone lifts it.
    SUPPRESSED = 3
    #: Complained, or asked never to be written to.
    FOREVER = 4


@dataclass(frozen=True)
class Refusal:
    """What somebody said, and when they said it last."""

    how: No
    at: datetime


@dataclass
class Wishes:
    """What everybody wants of one digest, by the unique form of their address."""

    #: Who gave their word and has not taken it back.
    willing: set[str] = field(default_factory=set)
    refusals: dict[str, Refusal] = field(default_factory=dict)
    erased_at: dict[str, datetime] = field(default_factory=dict)
    quiet_until: dict[str, datetime] = field(default_factory=dict)

    def may_get_issues(self, who: str, now: datetime) -> bool:
        return who in self.willing and self.end_of_pause(who, now) is None

    def end_of_pause(self, who: str, now: datetime) -> datetime | None:
        until = self.quiet_until.get(who, now)
        return until if until > now else None

    def may_get(self, kind: Kind, who: str, asked_at: datetime) -> bool:
        """Whether a mail may leave that was asked for then: nothing of what was before an erasure counts."""
        how = self.how_far_not(who)
        erased_at = self.erased_at.get(who)
        if how is No.FOREVER or (erased_at is not None and asked_at <= erased_at):
            return False
        # Anybody may ask that an address be asked; what nobody asked for is for those who are there.
        return kind not in {Kind.WELCOME, Kind.INVITATION} or how is None or how < No.ALL

    def how_far_not(self, who: str) -> No | None:
        refusal = self.refusals.get(who)
        return refusal.how if refusal else None

    def refuse(self, who: str, how: No, at: datetime) -> None:
        self.willing.discard(who)
        before = self.how_far_not(who)
        self.refusals[who] = Refusal(max(how, before or how), at)

    def erase(self, who: str, at: datetime) -> None:
        self.refuse(who, No.SUPPRESSED, at)
        self.quiet_until.pop(who, None)
        self.erased_at[who] = at

    def pause(self, who: str, until: datetime | None) -> None:
        self.quiet_until.pop(who, None)
        if until is not None:
            self.quiet_until[who] = until

    def confirm(self, who: str, asked_at: datetime) -> None:
        """Press the button of a mail: what was asked for since they refused brings them back; what is older does not."""
        refusal = self.refusals.get(who)
        if refusal is None:
            self.willing.add(who)
        elif refusal.how is not No.FOREVER and asked_at > refusal.at:
            self._welcome(who)

    def take_back(self, who: str) -> None:
        """Say otherwise, by a button of a page or to an operator."""
        how = self.how_far_not(who)
        if how is None or how <= No.ALL:
            self.refusals.pop(who, None)
            self.willing.add(who)

    def be_vouched_for(self, who: str) -> None:
        """Be on a list of people who are said to have agreed: who ever refused knows better."""
        if who not in self.refusals:
            self.willing.add(who)

    def _welcome(self, who: str) -> None:
        refusal = self.refusals.pop(who)
        if refusal.how > No.DIGEST:
            self.quiet_until.pop(who, None)
        self.willing.add(who)
