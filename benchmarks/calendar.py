"""Twenty years of virtual time: does every period get exactly one issue, whatever clocks do and whenever the scheduler is killed?

    python -m benchmarks.calendar [--first 2006] [--until 2026] [--zone NAME ...]

The pure rules (first seen, what is due, what becomes of it) in ten time zones, with daily to yearly digests due on the first
Tuesday of a period or on its last day, at four hours of the wall clock; looked at hourly around each due time and each
transition, with kills and outages of up to twenty hours. To reach: no mistake, and none early.
"""

import argparse
import os
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import date, timedelta
from random import Random
from zoneinfo import ZoneInfo

from newsletter.issues.digests import PeriodLength
from tests.issues.simulating import HOURS, ZONES, Rhythm, Told, simulate


def main() -> None:
    """Print a line for each zone and the sum; fail when something was wrong."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--first", type=int, default=2006)
    parser.add_argument("--until", type=int, default=2026)
    parser.add_argument("--zone", action="append")
    chosen = parser.parse_args()
    zones = chosen.zone or list(ZONES)
    began = time.perf_counter()
    everything: list[Told] = []
    count = len(zones)
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        for zone, came in zip(
            zones, pool.map(_years, zones, [chosen.first] * count, [chosen.until] * count), strict=True
        ):
            print(f"{zone:20}{_line(came)}", flush=True)
            everything += came
    taken = time.perf_counter() - began
    print(f"{'all':20}{_line(everything)} in {taken:.0f} s (to reach: no mistake)")
    if any(told.mistakes for told in everything):
        raise SystemExit(1)


def _years(zone: str, first: int, until: int) -> list[Told]:
    chance = Random(zone)
    return [
        simulate(rhythm, ZoneInfo(zone), *_span(rhythm.length, first, until), chance) for rhythm in _rhythms()
    ]


def _span(length: PeriodLength, first: int, until: int) -> tuple[date, date]:
    """Return from when to when time passes: a period more at either end, of which nothing is expected."""
    if length is PeriodLength.YEAR:
        return date(first - 1, 1, 1), date(until + 1, 1, 1)
    return date(first - 1, 10, 1), date(until, 3, 31)


def _rhythms() -> Iterator[Rhythm]:
    for length in PeriodLength:
        for hour in HOURS:
            yield Rhythm(length=length, hour=hour)
            # Each day is its period's first and last.
            if length is not PeriodLength.DAY:
                yield Rhythm(length=length, hour=hour, is_last=True)


def _line(came: list[Told]) -> str:
    mistakes = sorted(name for told in came for name in told.mistakes)
    periods, looks, punctual = (
        sum(getattr(told, name) for told in came) for name in ("periods", "looks", "punctual")
    )
    longest = max((told.longest_wait for told in came), default=timedelta())
    named = f": {', '.join(mistakes[:5])}" if mistakes else ""
    return (
        f"{periods:9,} issues, {punctual / periods:4.0%} to the second, the others {longest.total_seconds() / 3600:.1f} h "
        f"late at most; {looks:10,} looks; {len(mistakes)} mistakes{named}"
    )


if __name__ == "__main__":
    main()
