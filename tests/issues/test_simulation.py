"""Two years of virtual time in three zones; `benchmarks/calendar.py` has twenty in ten."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest

from newsletter.issues.digests import PeriodLength
from tests.issues.making import BRUSSELS, NOVEMBER, newsroom
from tests.issues.simulating import Rhythm, World, moments, simulate, told, transitions

#: By zone: the first year, and an hour that its clocks skip on some day.
WORST = {
    "America/Nuuk": (2023, time(23, 30)),
    "America/Sao_Paulo": (2017, time(0)),
    "Pacific/Apia": (2010, time(9)),
}


@pytest.mark.parametrize("name", WORST)
@pytest.mark.parametrize("length", PeriodLength)
def test_each_period_has_exactly_one_issue_over_two_years_in_three_zones(
    name: str, length: PeriodLength
) -> None:
    year, hour = WORST[name]
    # A whole period before and one behind, of which nothing is expected.
    first, until = date(year - 1, 12, 1), date(year + 2, 1, 15)
    if length in {PeriodLength.QUARTER, PeriodLength.YEAR}:
        first, until = date(year - 1, 1, 1), date(year + 3, 1, 1)

    came = simulate(Rhythm(length=length, hour=hour), ZoneInfo(name), first, until, Random(name))

    assert came.periods >= {"day": 730, "week": 104, "month": 24, "quarter": 8, "year": 2}[length]
    assert came.mistakes == set()
    assert came.punctual >= came.periods // 2 - 1
    assert timedelta() <= came.longest_wait < timedelta(hours=20)


WEEKLY = Rhythm(length=PeriodLength.WEEK, hour=time(9))
DUE, NEXT = WEEKLY.expected(BRUSSELS, date(2026, 10, 26), date(2026, 11, 23))


def test_what_goes_wrong_in_virtual_time_is_told() -> None:
    world = World(newsroom=newsroom(WEEKLY.digest), digest=WEEKLY.digest)
    moved = replace(DUE, due_at=DUE.due_at + timedelta(hours=1))
    world.sent = [(DUE, DUE.due_at), (DUE, DUE.due_at), (moved, DUE.due_at)]

    came = told(world, [DUE, NEXT])

    assert came.missing == {NEXT.issue}
    assert came.strange == came.early == came.twice == {DUE.issue}


def test_what_is_expected_is_known_without_the_scheduler() -> None:
    assert (DUE.period, DUE.due_at) == ("2026-W45", NOVEMBER)
    assert NEXT.due_at == NOVEMBER + timedelta(days=7)


def test_the_scheduler_looks_where_clocks_change() -> None:
    turns = list(transitions(BRUSSELS, date(2026, 1, 1), date(2027, 1, 1)))

    assert turns == [datetime(2026, 3, 29, 1, tzinfo=UTC), datetime(2026, 10, 25, 1, tzinfo=UTC)]
    assert turns[0] - timedelta(hours=26) in moments([], turns)
    assert DUE.due_at - timedelta(seconds=1) in moments([DUE], [])
