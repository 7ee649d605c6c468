"""Years of virtual time for the scheduler's pure rules, held against a calendar that is made another way.

A digest in a zone is looked at as the scheduler looks at it: around each due time and each transition of the clocks,
with outages and kills in between. All that lasts from one look to the next is what the database would hold: the states of
issues, and since when due times count.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby
from random import Random
from zoneinfo import ZoneInfo

from newsletter.issues.assembly import plan
from newsletter.issues.calendar.backlog import Due, backlog
from newsletter.issues.calendar.sightings import Sighting, look
from newsletter.issues.digests import Digest, PeriodLength
from newsletter.issues.newsroom import Newsroom
from newsletter.issues.values import IssueState
from newsletter.issues.verdict import Facts, Kind, decide
from tests.issues.making import collection, digest, news, newsroom

#: Zones with everything that clocks do: an hour at the end of a day is skipped (Nuuk) or a midnight (Sao Paulo), four
#: changes a year (Casablanca), changed rules (Pyongyang, Istanbul, Dhaka), half an hour (Lord Howe), a day (Apia).
ZONES = (
    *("Europe/Brussels", "America/New_York", "America/Nuuk", "America/Sao_Paulo", "Africa/Casablanca"),
    *("Asia/Pyongyang", "Europe/Istanbul", "Australia/Lord_Howe", "Pacific/Apia", "Asia/Dhaka"),
)
#: An ordinary hour, and those that clocks skip or repeat somewhere.
HOURS = (time(9), time(0), time(2, 30), time(23, 30))

#: The first Tuesday of a period, and its last day; of a year, the last day of February.
_FIRST: Mapping[PeriodLength, Mapping[str, str]] = {
    PeriodLength.DAY: {},
    PeriodLength.WEEK: {"day_of_week": "tue"},
    PeriodLength.MONTH: {"day": "1st tue"},
    PeriodLength.QUARTER: {"month": "1,4,7,10", "day": "1st tue"},
    PeriodLength.YEAR: {"month": "1", "day": "1st tue"},
}
_LAST: Mapping[PeriodLength, Mapping[str, str]] = {
    PeriodLength.DAY: {},
    PeriodLength.WEEK: {"day_of_week": "sun"},
    PeriodLength.MONTH: {"day": "last"},
    PeriodLength.QUARTER: {"month": "3,6,9,12", "day": "last"},
    PeriodLength.YEAR: {"month": "2", "day": "last"},
}

_HOUR, _MINUTE, _SECOND = timedelta(hours=1), timedelta(minutes=1), timedelta(seconds=1)
_SOMETHING_NEW = collection(news("news/a", "2000-01-01"))
_READERS = Facts(readers=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm:
    """When issues are due: the first Tuesday of each period or its last day, at an hour of the wall clock."""

    length: PeriodLength
    hour: time
    is_last: bool = False

    @property
    def digest(self) -> Digest:
        """The digest with this schedule."""
        days = (_LAST if self.is_last else _FIRST)[self.length]
        clock = {"hour": str(self.hour.hour), "minute": str(self.hour.minute)}
        return digest("digest", self.length, schedule={**days, **clock})

    def expected(self, zone: ZoneInfo, first: date, until: date) -> list[Due]:
        """Return what is to be due, in order, by nothing but the dates of the periods that lie within."""
        days = [first + timedelta(days=count) for count in range((until - first).days)]
        whole = [list(group) for _, group in groupby(days, self._period)]
        return [
            Due(issue=f"digest-{period}", period=period, due_at=due)
            for group in whole[1:-1]
            if (period := self._period(group[0])) and _is_there(group, zone)
            for due in [datetime.combine(self._day(group), self.hour, zone).astimezone(UTC)]
        ]

    def _period(self, day: date) -> str:
        year, week, _ = day.isocalendar()
        return {
            PeriodLength.DAY: day.isoformat(),
            PeriodLength.WEEK: f"{year}-W{week:02}",
            PeriodLength.MONTH: day.isoformat()[:7],
            PeriodLength.QUARTER: f"{day.year}-Q{(day.month - 1) // 3 + 1}",
            PeriodLength.YEAR: str(day.year),
        }[self.length]

    def _day(self, days: Sequence[date]) -> date:
        if self.length is PeriodLength.DAY:
            return days[0]
        if not self.is_last:
            return next(day for day in days if day.strftime("%a") == "Tue")
        return [day for day in days if self.length is not PeriodLength.YEAR or day.month == 2][-1]


def _is_there(days: Sequence[date], zone: ZoneInfo) -> bool:
    """Whether the zone has any of *days*: the noon of one that it skips lies in the next."""
    noons = (datetime.combine(day, time(12), zone).astimezone(UTC).astimezone(zone) for day in days)
    return any(noon.date() == day for noon, day in zip(noons, days, strict=True))


def transitions(zone: ZoneInfo, first: date, until: date) -> Iterator[datetime]:
    """Yield the second at which each transition of the zone's clocks ends."""
    before = datetime.combine(first, time(), UTC)
    while before.date() < until:
        after = before + timedelta(days=1)
        if before.astimezone(zone).utcoffset() != after.astimezone(zone).utcoffset():
            yield _turn(zone, before, after)
        before = after


def _turn(zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    while after - before > _SECOND:
        middle = before + (after - before) // 2
        if middle.astimezone(zone).utcoffset() == before.astimezone(zone).utcoffset():
            before = middle
        else:
            after = middle
    return after.replace(microsecond=0)


def moments(expected: Iterable[Due], turns: Iterable[datetime]) -> list[datetime]:
    """Return when the scheduler looks: hourly around each due time and each transition, and a second beside them."""
    looks = set()
    for instant, hours in [(due.due_at, 3) for due in expected] + [(turn, 26) for turn in turns]:
        looks |= {instant + count * _HOUR for count in range(-hours, hours + 1)}
        looks |= {instant - _SECOND, instant + _SECOND}
    return sorted(looks)


@dataclass(slots=True, kw_only=True)
class World:
    """A digest over the years. What a crash leaves is what stands here."""

    newsroom: Newsroom
    digest: Digest
    past: dict[str, IssueState] = field(default_factory=dict)
    seen: Sighting | None = None
    #: Every issue that went, and when.
    sent: list[tuple[Due, datetime]] = field(default_factory=list)
    looks: int = 0

    def look(self, now: datetime, *, is_killed: bool = False) -> None:
        """Do what is due; killed, everything was decided and nothing written."""
        self.looks += 1
        zone = self.newsroom.zone
        seen = look(self.seen, self.digest, zone, now)
        missed = backlog(self.digest, self.newsroom, {}, self.past, counts_from=seen.counts_from, now=now)
        kind = self._decided(missed.open, now)
        if is_killed:
            return
        self.seen = seen
        if missed.open is None or kind is None:
            return
        for due in missed.overtaken:
            self.past[due.issue] = IssueState.SUPERSEDED
        self.past[missed.open.issue] = IssueState.SENT if kind is Kind.GO else IssueState.HELD
        if kind is Kind.GO:
            self.sent.append((missed.open, now))

    def _decided(self, due: Due | None, now: datetime) -> Kind | None:
        if due is None:
            return None
        return decide(plan(due.issue, self.newsroom, _SOMETHING_NEW, now=now), due, _READERS, now).kind


def with_mishaps(looks: Iterable[datetime], chance: Random) -> Iterator[tuple[datetime, bool]]:
    """Yield when the scheduler really looks, and whether it is killed before it has written anything.

    One look in twenty is in vain: half of those who look then are killed and there again a minute later, half are down for
    some of the next twenty hours. Who starts looks at once.
    """
    back_at = datetime.min.replace(tzinfo=UTC)
    for now in looks:
        if now < back_at:
            continue
        if chance.random() < 0.95:
            yield now, False
            continue
        is_killed = chance.random() < 0.5
        if is_killed:
            yield now, True
        back_at = now + (_MINUTE if is_killed else chance.random() * 20 * _HOUR)
        yield back_at, False


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What came of some years."""

    periods: int
    looks: int
    #: Periods whose issue went at the second at which it was due.
    punctual: int
    longest_wait: timedelta
    #: Issues that were due and did not go, that went or have a row and were not due then, that went before their time, or
    #: more than once.
    missing: frozenset[str]
    strange: frozenset[str]
    early: frozenset[str]
    twice: frozenset[str]

    @property
    def mistakes(self) -> frozenset[str]:
        """All of them."""
        return self.missing | self.strange | self.early | self.twice


def simulate(rhythm: Rhythm, zone: ZoneInfo, first: date, until: date, chance: Random) -> Told:
    """Let the years from *first* pass for a newsletter in *zone*."""
    regular = rhythm.digest
    world = World(newsroom=newsroom(regular, zone=zone), digest=regular)
    expected = rhythm.expected(zone, first, until)
    # From shortly before the first due time to shortly after the last: other periods are due beyond, and not expected.
    began, ended = expected[0].due_at - 3 * _HOUR, expected[-1].due_at + 3 * _HOUR
    looks = [each for each in moments(expected, transitions(zone, first, until)) if began <= each <= ended]
    world.look(began - _HOUR)
    for now, is_killed in with_mishaps(looks, chance):
        world.look(now, is_killed=is_killed)
    return told(world, expected)


def told(world: World, expected: Sequence[Due]) -> Told:
    """Return what came of *world*, of which *expected* was to come."""
    waits = [at - due.due_at for due, at in world.sent]
    counts = Counter(due.issue for due, _ in world.sent)
    went = {due for due, _ in world.sent}
    others = frozenset(name for name, state in world.past.items() if state is not IssueState.SENT)
    return Told(
        periods=len(expected),
        looks=world.looks,
        punctual=waits.count(timedelta()),
        longest_wait=max(waits, default=timedelta()),
        missing=frozenset(due.issue for due in set(expected) - went),
        strange=frozenset(due.issue for due in went - set(expected)) | others,
        early=frozenset(due.issue for due, at in world.sent if at < due.due_at),
        twice=frozenset(name for name, count in counts.items() if count > 1),
    )
