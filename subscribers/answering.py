"""What is mailed for a request: decided from what is known of the address and its mailbox, by values alone.

The site answers everybody alike and writes the same row; what may be known of an address shows here, in a mail to it or
in none.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from subscribers.requests import PATIENCE, Kind, Request
from subscribers.states import State
from subscribers.suppression import LIFTED_BY_SIGN_UP, Suppression

#: Between two mails of this kind to one mailbox.
PAUSE = timedelta(minutes=15)
DAY = timedelta(days=1)
#: One mailbox gets so many in this time.
LONG, MOST_IN_LONG = timedelta(days=30), 5
#: A mailbox that bounced is asked again once in this time.
BOUNCED_PAUSE = timedelta(days=30)

#: Whose mail anybody can cause for any address: these wait for the limits of a domain and of all, and then lapse.
ASKED_BY_STRANGERS = frozenset({Kind.SIGN_UP, Kind.MANAGE, Kind.NEW_ADDRESS})
#: What one mailbox gets only so often; the rest answers who has just proved that the mailbox is theirs.
COUNTED = ASKED_BY_STRANGERS | {Kind.INVITATION}


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known of a request's address."""

    #: None: no subscriber.
    state: State | None = None
    #: Of the subscriber, or of the hash that an erased one left.
    suppressed: Suppression | None = None
    #: A later request of the same kind waits for the same address.
    is_superseded: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """Mail it now."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Not yet."""

    until: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Drop:
    """Nothing is mailed."""

    reason: str


Decision = Answer | Wait | Drop


def decide(
    request: Request, known: Known, mailed: Iterable[datetime], *, per_address_day: int, now: datetime
) -> Decision:
    """Return what becomes of *request*. *mailed*: when such mails left to the mailbox in the last 30 days.

    *per_address_day*: 0 is no limit at all for a mailbox.
    """
    reason = _reason_against(request.kind, known)
    if reason:
        return Drop(reason)
    if request.kind not in COUNTED or not per_address_day:
        return Answer()
    pause = BOUNCED_PAUSE if known.suppressed is Suppression.BOUNCE else PAUSE
    until = max(_free_again(sorted(mailed, reverse=True), pause, per_address_day), default=now)
    if until <= now:
        return Answer()
    if until - request.created_at > PATIENCE and request.kind in ASKED_BY_STRANGERS:
        return Drop("this mailbox got enough mails of this kind")
    return Wait(until, "this mailbox got a mail a moment ago")


def _reason_against(kind: Kind, known: Known) -> str:
    # A welcome answers a confirmation; whoever was suppressed after that gets none.
    is_lifted = known.suppressed in LIFTED_BY_SIGN_UP and kind is not Kind.WELCOME
    if known.suppressed and not is_lifted and kind is not Kind.ADDRESS_CHANGED:
        return f"suppressed: {known.suppressed}"
    if kind is Kind.INVITATION and (known.suppressed or known.state is not State.PENDING):
        return "no longer pending"
    if kind is Kind.MANAGE and known.state is None:
        return "no such subscriber"
    return "asked for again" if known.is_superseded else ""


def _free_again(times: list[datetime], pause: timedelta, per_day: int) -> Iterable[datetime]:
    """Yield when each rule lets a mail go; *times*: newest first."""
    if times:
        yield times[0] + pause
    if len(times) >= per_day:
        yield times[per_day - 1] + DAY
    if len(times) >= MOST_IN_LONG:
        yield times[MOST_IN_LONG - 1] + LONG
