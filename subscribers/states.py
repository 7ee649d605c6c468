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


#: From (None: not known to us) → to → why that is legal. What is missing here never happens.
TRANSITIONS: Mapping[State | None, Mapping[State, str]] = {
    None: {
        State.PENDING: "signed up, or imported without evidence of consent",
        State.ACTIVE: "imported with evidence of consent",
        State.UNSUBSCRIBED: "imported only to be suppressed",
    },
    State.PENDING: {
        State.ACTIVE: "followed the link in the confirmation mail, or was imported with evidence",
        State.UNSUBSCRIBED: "does not want it after all",
    },
    State.ACTIVE: {
        State.PAUSED: "asked for quiet until a date",
        State.UNSUBSCRIBED: "left the last digest",
    },
    State.PAUSED: {
        State.ACTIVE: "asked for mail again",
        State.UNSUBSCRIBED: "left the last digest",
    },
    # Not to pending: who signs up again stays unsubscribed until they confirm. An import never brings anybody back.
    State.UNSUBSCRIBED: {
        State.ACTIVE: "confirmed a new sign-up, or took the leaving back within 30 minutes",
        State.PAUSED: "took the leaving back within 30 minutes, and the pause had not ended",
    },
}


def can_become(state: State | None, new: State) -> bool:
    """Whether a subscriber may get from *state* to *new*."""
    return new in TRANSITIONS.get(state, {})
