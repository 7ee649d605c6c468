"""How much may leave in a second, an hour and a day, whatever number of processes send, and less in a sender's first days."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from newsletter.database import Connection
from newsletter.storage import allowances

#: What has no limit.
PLENTY = 1_000_000_000
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """The most in any stretch of time of this length."""

    span: timedelta
    most: int
    #: For people.
    name: str
    #: A try counts, although nothing of it was accepted: it is requests that the provider wants few of.
    counts_tries: bool = False

    @property
    def grain(self) -> timedelta:
        """What was given is remembered by stretches of this length: fine enough to lose a twentieth at most."""
        return self.span / 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """What one provider may be given; 0 is no limit."""

    provider: str
    max_per_second: int = 0
    max_per_hour: int = 0
    max_per_day: int = 0
    #: The most on each of the first days of sending through this provider.
    warm_up: Sequence[int] = ()
    #: When something first left through it; None: nothing yet.
    first_used_at: datetime | None = None

    def limits(self, now: datetime) -> list[Limit]:
        """Return the limits that hold at *now*."""
        day = (now - self.first_used_at) // _DAY if self.first_used_at else 0
        known = (
            Limit(span=timedelta(seconds=1), most=self.max_per_second, name="a second", counts_tries=True),
            Limit(span=timedelta(hours=1), most=self.max_per_hour, name="an hour"),
            Limit(span=_DAY, most=self.max_per_day, name="a day"),
            Limit(
                span=_DAY,
                most=self.warm_up[day] if day < len(self.warm_up) else 0,
                name=f"a day, on day {day + 1} of warming up",
            ),
        )
        return [limit for limit in known if limit.most]

    def smallest(self, now: datetime) -> int:
        """Return the size of a request that each limit has room for."""
        return min((limit.most for limit in self.limits(now)), default=PLENTY)

    def room(self, connection: Connection, now: datetime) -> int:
        """Return how many readers may be sent to at once, `PLENTY` without limits; nobody else takes them meanwhile.

        A limit of which nothing is used has room for any request, also for one larger than itself.
        """
        limits = self.limits(now)
        if not limits:
            return PLENTY
        allowances.lock(connection, self.provider)
        return min(self._room(connection, limit, now) for limit in limits)

    def use(self, connection: Connection, count: int, now: datetime) -> None:
        """Record that *count* readers are sent to."""
        # Of two limits of one length, one record.
        for span, grain in {(limit.span, limit.grain) for limit in self.limits(now)}:
            allowances.add(connection, self.provider, span, _begin(now, grain), count)
            allowances.forget(connection, self.provider, span, now - span - grain)

    def give_back(self, connection: Connection, count: int, used_at: datetime) -> None:
        """Take back what was recorded at *used_at* of *count* readers for whom nothing was accepted.

        It is free again where it was taken, whatever hour it is by now. The limit a second counts tries.
        """
        spans = {(limit.span, limit.grain) for limit in self.limits(used_at) if not limit.counts_tries}
        if not count or not spans:
            return
        # First, as in `room`: else two processes could wait for each other.
        allowances.lock(connection, self.provider)
        for span, grain in spans:
            allowances.subtract(connection, self.provider, span, _begin(used_at, grain), count)

    def free_at(self, connection: Connection, count: int, now: datetime) -> tuple[datetime, str]:
        """Return when there is room for *count* readers, and which limit that waits for, in words."""
        waits = [(self._free_at(connection, limit, count, now), limit) for limit in self.limits(now)]
        until, limit = max(waits, key=lambda wait: wait[0])
        return until, f"The limit of {limit.most:,} mails {limit.name} is reached"

    def _room(self, connection: Connection, limit: Limit, now: datetime) -> int:
        used = sum(count for _, count in self._used(connection, limit, now))
        return limit.most - used if used else PLENTY

    def _free_at(self, connection: Connection, limit: Limit, count: int, now: datetime) -> datetime:
        used = self._used(connection, limit, now)
        total, until = sum(amount for _, amount in used), now
        for began_at, amount in used:
            if total == 0 or total + count <= limit.most:
                break
            total, until = total - amount, began_at + limit.span + limit.grain
        return until

    def _used(self, connection: Connection, limit: Limit, now: datetime) -> list[tuple[datetime, int]]:
        """Return what counts against *limit*, oldest first: a grain counts whole until its end is out of the span."""
        return allowances.used(connection, self.provider, limit.span, now - limit.span - limit.grain)


def _begin(now: datetime, grain: timedelta) -> datetime:
    """Return the beginning of the stretch of time that *now* lies in."""
    return now - (now - datetime.fromtimestamp(0, now.tzinfo)) % grain
