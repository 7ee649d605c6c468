"""Taking a leaving back: for how long, what it gives back, and which state."""

from datetime import datetime, timedelta

from subscribers.states import State
from subscribers.suppression import WITHDRAWALS
from subscribers.values import Subscriber

#: Afterwards only a new sign-up brings somebody back.
UNDO_TIME = timedelta(minutes=30)


def reopenable(subscriber: Subscriber, *, digest: str | None, since: datetime) -> set[str]:
    """Return the digests that "undo" gives back: *digest*, when it ended at *since* or later, and what ended after it.

    Nothing of who complained or blocked us: that was said elsewhere, and is not taken back by this button.
    """
    if subscriber.suppressed in WITHDRAWALS:
        return set()
    ended = {each.digest: each.ended_at for each in subscriber.subscriptions if each.ended_at is not None}
    start = since if digest is None else ended.get(digest)
    if start is None or start < since:
        return set()
    return {key for key, ended_at in ended.items() if ended_at >= start}


def state_after_undo(
    *, confirmed_at: datetime | None, paused_until: datetime | None, now: datetime
) -> State | None:
    """Return the state that taking the leaving back restores; None for who had never confirmed."""
    if confirmed_at is None:
        return None
    return State.PAUSED if paused_until is not None and paused_until > now else State.ACTIVE
