"""Twenty years of a newsletter, lived by every job of `scheduler.py` in virtual time: does each period's item go out once, to everybody?

    python -m benchmarks.lifetime [--first 2006] [--until 2026] [--zone NAME ...] [--period month]

Unlike `benchmarks.calendar`, nothing is left out: files, rendering, the database, sending to the outbox. To reach: one issue a
period, with its item alone, to every reader, and none early.
"""

import argparse
import os
import tempfile
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from pathlib import Path
from time import perf_counter

from newsletter.issues.digests import PeriodLength
from tests.app.living import Life, live

#: An ordinary zone, and one whose clocks skip the end of a day.
ZONES = ("Europe/Brussels", "America/Nuuk")


def main() -> None:
    """Print a line for each zone; fail when something was wrong."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--first", type=int, default=2006)
    parser.add_argument("--until", type=int, default=2026)
    parser.add_argument("--zone", action="append")
    parser.add_argument("--period", type=PeriodLength, default=PeriodLength.MONTH)
    chosen = parser.parse_args()
    zones: Sequence[str] = chosen.zone or ZONES
    count = len(zones)
    began = perf_counter()
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        lives = pool.map(
            _years, zones, [chosen.period] * count, [chosen.first] * count, [chosen.until] * count
        )
        failures = 0
        for zone, life in zip(zones, lives, strict=True):
            failures += len(life.mistakes)
            told = "; ".join(life.mistakes[:3])
            print(
                f"{zone:20}{life.periods:6,} issues in {life.ticks:7,} ticks; {len(life.mistakes)} mistakes {told}",
                flush=True,
            )
    print(f"in {perf_counter() - began:.0f} s (to reach: no mistake)")
    raise SystemExit(bool(failures))


def _years(zone: str, length: PeriodLength, first: int, until: int) -> Life:
    with tempfile.TemporaryDirectory() as directory:
        return live(Path(directory) / "project", zone, length, date(first, 1, 1), date(until, 1, 1))


if __name__ == "__main__":
    main()
