"""What a run waits for when nothing can be sent at the moment."""

from dataclasses import dataclass
from datetime import datetime

from newsletter.database import reading
from newsletter.delivery.allowance import PLENTY
from newsletter.delivery.keys import Keys
from newsletter.delivery.outages import PATIENCE_S, Outage
from newsletter.delivery.post import Post
from newsletter.storage import remaining


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """Until when, and why."""

    #: None: until another sender has done with what it holds.
    until: datetime | None = None
    #: A sentence without its full stop.
    words: str = ""
    #: A later run does the rest: this one would sit there for nothing.
    is_too_long: bool = False


def next_wait(
    post: Post, keys: Keys, *, outage: Outage | None, resting_until: datetime | None, now: datetime
) -> Wait | None:
    """Return what to wait for; None when there is nothing to wait for. *resting_until*: no connection takes anything before."""
    number = post.issue.number
    unfinished, retry_at = remaining.next_retry(post.engine, number)
    repeat_at = keys.next_repeat(post.engine, number, now)
    if not unfinished and repeat_at is None:
        return None
    why = _failed(outage) if outage else _put_off(remaining.waiting_for(post.engine, number))
    if resting_until is not None:
        return Wait(until=resting_until, words=why)
    if limited := _limit(post, now):
        return limited
    if repeat_at is not None and (retry_at is None or repeat_at < retry_at):
        return Wait(until=repeat_at, words="A request in doubt goes again under its key")
    return Wait(until=retry_at, words=why)


def _failed(outage: Outage) -> str:
    if not outage.leaves_doubt:
        return _put_off(outage.words)
    words = outage.words.rstrip(".") or "no answer came"
    return f"The last request may have been accepted, so its readers are in doubt: {words}"


def _put_off(words: str) -> str:
    return f"Not accepted yet: {words.rstrip('.')}" if words else "Nothing can be sent yet"


def _limit(post: Post, now: datetime) -> Wait | None:
    """Return the wait for room, when there are readers who could be sent to but for a limit."""
    with reading(post.engine) as connection:
        count = remaining.smallest_due(connection, post.issue.number, now)
        room = post.allowance.room(connection, now)
        if count is None or room == PLENTY or count <= room:
            return None
        until, words = post.allowance.free_at(connection, count, now)
    return Wait(until=until, words=words, is_too_long=(until - now).total_seconds() > PATIENCE_S)
