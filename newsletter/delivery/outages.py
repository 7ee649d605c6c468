"""A time in which the provider takes nothing: when it is tried again, and when a person has to know."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from newsletter.delivery.retries import retry_at

#: For so long a provider may take nothing at all before sending ends with an error.
PATIENCE_S = 600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Outage:
    """What is known of it."""

    since: datetime
    tries: int
    #: When the provider is tried again.
    until: datetime
    #: What it said last, or what the system said of it.
    words: str
    #: Whether the last request may have been accepted all the same.
    leaves_doubt: bool = False

    def is_hopeless(self, next_try: datetime) -> bool:
        """Whether patience would end before the next try."""
        return next_try - self.since > timedelta(seconds=PATIENCE_S)


def after_failure(
    outage: Outage | None,
    words: str,
    wish_s: float | None,
    *,
    leaves_doubt: bool = False,
    now: datetime,
    jitter: float,
) -> Outage:
    """Return the outage that a failure begins or prolongs.

    What fails before the next try is due is another connection that ran into the same wall: no further try.
    """
    if outage is None:
        until = retry_at(1, wish_s, now, jitter)
        return Outage(since=now, tries=1, until=until, words=words, leaves_doubt=leaves_doubt)
    outage = replace(outage, words=words, leaves_doubt=leaves_doubt)
    if now < outage.until:
        return outage
    tries = outage.tries + 1
    return replace(outage, tries=tries, until=retry_at(tries, wish_s, now, jitter))
