"""Where a subscriber stands, and how they may get from one state to another.

    none → pending → active ⇄ paused → unsubscribed

Beside it, and independent of it, an address may be suppressed (`suppression.py`): then nothing is mailed to it,
whatever its state.
"""

from collections.abc import Mapping
from enum import StrEnum


class State(StrEnum):
    """Where a subscriber stands."""

    #: Asked for, or imported without evidence of consent: gets a confirmation mail and nothing else.
    PENDING = "pending"
    #: Confirmed: gets what they chose.
    ACTIVE = "active"
    #: Wants nothing until a date, then counts as active without anybody's doing.
    PAUSED = "paused"
    #: Left every digest.
    UNSUBSCRIBED = "unsubscribed"


#: (From, to) → why that is legal; from None: not known to us. What is missing here never happens.
TRANSITIONS: Mapping[tuple[State | None, State], str] = {
    (None, State.PENDING): "signed up, or imported or added without evidence of consent",
    (None, State.ACTIVE): "imported, or added by an operator, with evidence of consent",
    (None, State.UNSUBSCRIBED): "known only to be suppressed",
    (
        State.PENDING,
        State.ACTIVE,
    ): "followed the link in the confirmation mail, or there is other evidence of consent",
    (State.PENDING, State.UNSUBSCRIBED): "does not want it after all",
    (State.ACTIVE, State.PAUSED): "asked for quiet until a date",
    (State.ACTIVE, State.UNSUBSCRIBED): "left the last digest",
    (State.PAUSED, State.ACTIVE): "asked for mail again",
    (State.PAUSED, State.UNSUBSCRIBED): "left the last digest",
    # Not to pending: who signs up again stays unsubscribed until they confirm. An import never brings anybody back.
    (
        State.UNSUBSCRIBED,
        State.ACTIVE,
    ): "confirmed a new sign-up, took the leaving back within 30 minutes, or told an operator, with evidence",
    (
        State.UNSUBSCRIBED,
        State.PAUSED,
    ): "took the leaving back within 30 minutes, and the pause had not ended",
}
